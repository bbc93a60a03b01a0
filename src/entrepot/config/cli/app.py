"""All commands of ``entrepot``."""

from __future__ import annotations

from typing import Annotated

import typer

from . import buyer, channel, connector, db, demo, key, parked, run, seller, serve, transport, user, vault
from .guard import Guarded

app = typer.Typer(
    name="entrepot",
    cls=Guarded,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The hub between sellers' stores and foreign marketplaces.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"entrepot {version('entrepot')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """The hub between sellers' stores and foreign marketplaces."""


serve.add_to(app)
demo.add_to(app)
transport.add_to(app)
for name, group in {
    "db": db.app, "seller": seller.app, "user": user.app, "key": key.app, "channel": channel.app,
    "connector": connector.app, "run": run.app, "buyer": buyer.app, "parked": parked.app,
    "secrets": vault.app,
}.items():  # fmt: skip
    app.add_typer(group, name=name)
