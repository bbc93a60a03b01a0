"""``entrepot seller``: our customers."""

from __future__ import annotations

from typing import Annotated

import typer

from . import find, show
from .session import ready

app = typer.Typer(no_args_is_help=True, help="Sellers, our customers.")
Code = Annotated[str, typer.Argument(help="Lower-case letters, digits, - and _.")]


@app.command("add")
def add(
    code: Code, name: Annotated[str, typer.Argument(help="What people call it.")], json: show.AsJson = False
) -> None:
    """Add a seller."""
    with ready():
        from entrepot.accounts.services import create_seller

        row = create_seller(code=code, name=name)
        show.record({"id": row.id, "code": row.code, "name": row.name}, json_wanted=json)


@app.command("list")
def list_(json: show.AsJson = False) -> None:
    """List every seller, closed ones too."""
    with ready():
        from entrepot.accounts.queries import sellers

        found = [
            {"id": s.id, "code": s.code, "name": s.name, "is_active": s.is_active, "created_at": s.created_at}
            for s in sellers(active_only=False)
        ]
        show.rows(found, json_wanted=json, empty="no sellers yet; `entrepot seller add CODE NAME` adds one")


@app.command("close")
def close(code: Code) -> None:
    """Close a seller's door: its people and keys are refused at once."""
    _set_active(code, is_active=False)


@app.command("open")
def open_(code: Code) -> None:
    """Open the door of a closed seller again."""
    _set_active(code, is_active=True)


def _set_active(code: str, *, is_active: bool) -> None:
    with ready():
        from entrepot.accounts.services import set_seller_active

        set_seller_active(seller_id=find.seller(code).id, is_active=is_active)
        typer.echo(f"seller {code} is {'open' if is_active else 'closed'}")
