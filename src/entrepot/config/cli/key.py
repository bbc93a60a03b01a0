"""``entrepot key``: API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from entrepot.core.actor import ROLES
from entrepot.core.clock import instant, now
from entrepot.core.errors import Refused

from . import find, show
from .session import ready

app = typer.Typer(no_args_is_help=True, help="API keys of programs.")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    seller: find.MaybeSeller = None,
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")] = "manager",
    scope: Annotated[list[str] | None, typer.Option(help="Such as orders:read; none: all of the role.")] = None,
    expires: Annotated[str, typer.Option(help="ISO 8601 time with offset; none: never.")] = "",
    json: show.AsJson = False,
) -> None:
    """Make a key. Its text is shown once and is never to be had again."""
    expires_at = instant(expires, record=f"API key {name!r}", field="expires") if expires else None
    with ready():
        from entrepot.accounts.services import create_api_key

        seller_id = find.seller(seller).id if seller else None
        row, text = create_api_key(name=name, seller_id=seller_id, role=role, scopes=scope or (), expires_at=expires_at)
        show.record(
            {"id": row.id, "key": text, "name": row.name, "role": row.role, "scopes": row.scopes}, json_wanted=json
        )


@app.command("list")
def list_(seller: find.MaybeSeller = None, json: show.AsJson = False) -> None:
    """List keys with their prefixes: a seller's, or the operator's."""
    with ready():
        from entrepot.accounts.queries import api_keys

        found = [
            {
                "id": k.id, "prefix": k.prefix, "name": k.name, "role": k.role, "scopes": k.scopes,
                "state": _state(k.revoked_at, k.expires_at), "last_used_at": k.last_used_at,
            }
            for k in api_keys(seller_id=find.seller(seller).id if seller else None)
        ]  # fmt: skip
        whose = f"of {seller}" if seller else "of the operator (--seller CODE shows a seller's)"
        makes = f"entrepot key add NAME{f' --seller {seller}' if seller else ''}"
        show.rows(found, json_wanted=json, empty=f"no keys {whose}; `{makes}` makes one")


def _state(revoked_at: datetime | None, expires_at: datetime | None) -> str:
    if revoked_at is not None:
        return "revoked"
    return "expired" if expires_at is not None and expires_at <= now() else "good"


@app.command("revoke")
def revoke(prefix: Annotated[str, typer.Argument(help="The ten digits after en_.")]) -> None:
    """Take a key back for good."""
    with ready():
        from entrepot.accounts.models import ApiKey
        from entrepot.accounts.services import revoke_api_key

        row = ApiKey.objects.filter(prefix=prefix).first()
        if row is None:
            raise Refused(f"there is no key with prefix {prefix!r}; `entrepot key list` shows them")
        if not revoke_api_key(key_id=row.id, at=now()):
            raise Refused(f"key {prefix} was revoked already")
        typer.echo(f"key {prefix} is revoked")
