"""``entrepot user``: people who log in to the panel."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from entrepot.core.actor import ROLES
from entrepot.core.errors import Refused

from . import find, show
from .session import OPERATOR, ready

app = typer.Typer(no_args_is_help=True, help="People who log in to the panel.")
Username = Annotated[str, typer.Argument(help="Name to log in with.")]


@app.command("add")
def add(
    username: Annotated[str, typer.Argument()],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")] = "operator",
    seller: find.MaybeSeller = None,
    email: Annotated[str, typer.Option()] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")] = False,
    json: show.AsJson = False,
) -> None:
    """Add a person; the password is asked for, or read from standard input."""
    password = _password(from_stdin=password_stdin)
    with ready():
        from entrepot.accounts.services import create_user

        seller_id = find.seller(seller).id if seller else None
        row = create_user(username=username, password=password, role=role, seller_id=seller_id, email=email)
        show.record({"id": row.id, "username": row.username, "role": row.role, "seller": seller}, json_wanted=json)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask for a password: give it with --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


@app.command("list")
def list_(json: show.AsJson = False) -> None:
    """List everybody."""
    with ready():
        from entrepot.accounts.models import User

        found = [
            {
                "id": u.id, "username": u.username, "role": u.role, "seller": u.seller.code if u.seller else None,
                "is_active": u.is_active, "last_login": u.last_login,
            }
            for u in User.objects.select_related("seller").order_by("username")
        ]  # fmt: skip
        show.rows(found, json_wanted=json, empty="nobody yet; `entrepot user add NAME` adds an operator")


@app.command("password")
def password(
    username: Username,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")] = False,
) -> None:
    """Give a person a new password; every session of theirs ends."""
    given = _password(from_stdin=password_stdin)
    with ready():
        from entrepot.accounts.services import reset_password

        reset_password(who=OPERATOR, user_id=_user_id(username), password=given)
        typer.echo(f"{username} has a new password")


@app.command("role")
def role(username: Username, role: Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.")]) -> None:
    """Give a seller's person another role."""
    with ready():
        from entrepot.accounts.services import change_role

        change_role(who=OPERATOR, user_id=_user_id(username), role=role)
        typer.echo(f"{username} is {role}")


@app.command("deactivate")
def deactivate(username: Username) -> None:
    """Shut a person out at once."""
    _set_active(username, is_active=False)


@app.command("reactivate")
def reactivate(username: Username) -> None:
    """Let a person in again."""
    _set_active(username, is_active=True)


@app.command("unlock")
def unlock(
    username: Annotated[str, typer.Argument(help="Name to log in with.")] = "",
    address: Annotated[str, typer.Option(help="An IP address: also what wrong keys brought on it.")] = "",
) -> None:
    """Lift the lock-out of a name, or of an address, after too many wrong passwords or keys."""
    if not (username or address):
        raise Refused("say whom to let try again: a name, or --address 203.0.113.7")
    with ready():
        from entrepot.accounts.services import forget_address, unlock_user
        from entrepot.web.caller import address_of

        if address and not (known := address_of(address)):
            raise Refused(f"{address!r} is no IP address")
        lifted = unlock_user(who=OPERATOR, user_id=_user_id(username)) if username else 0
        lifted += forget_address(address=known) if address else 0
        typer.echo("the next try counts as the first" if lifted else "nothing was counted")


def _set_active(username: str, *, is_active: bool) -> None:
    with ready():
        from entrepot.accounts.services import set_user_active

        set_user_active(who=OPERATOR, user_id=_user_id(username), is_active=is_active)
        typer.echo(f"{username} is {'let in' if is_active else 'shut out'}")


def _user_id(username: str) -> int:
    from entrepot.accounts.models import User

    row = User.objects.filter(username=username.replace("\x00", "")).first()
    if row is None:
        raise Refused(f"there is nobody called {username!r}; `entrepot user list` shows everybody")
    return row.id
