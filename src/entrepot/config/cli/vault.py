"""``entrepot secrets``: the keys that channels' credentials are encrypted with."""

from __future__ import annotations

import typer

from entrepot.core.errors import Refused

from . import show
from .session import ready

app = typer.Typer(no_args_is_help=True, help="Keys that channels' credentials are encrypted with.")
_VARIABLE, _FILE = "ENTREPOT_CREDENTIAL_KEYS", "credential_keys"


@app.command("add-key")
def add_key() -> None:
    """Make a new key and put it in front. It counts for processes that start from now on.

    Where the keys are a variable, the new one is printed: put it in front there, with a comma.
    """
    with ready():
        from django.conf import settings

        from entrepot.config import environment

        key = environment.fernet_key()
        if environment.text(_VARIABLE):
            typer.echo(key)
            typer.echo(f"Next: put it in front in {_VARIABLE} on every machine, before a comma; then", err=True)
        else:
            path = environment.replace_kept(_FILE, ",".join([key, *settings.ENTREPOT_CREDENTIAL_KEYS]))
            typer.echo(f"a new key is the first in {path}")
        typer.echo("Next: start web, workers and dispatchers again, then `entrepot secrets rotate`", err=True)


@app.command("rotate")
def rotate(json: show.AsJson = False) -> None:
    """Encrypt all credentials with the first key; ends with 1 when some can be opened with none.

    Killed, run it again: it goes on with what is left.
    """
    with ready():
        from django.conf import settings

        from entrepot.channels.services import rotate_secrets

        done = rotate_secrets()
        found = {"rewritten": done.rewritten, "kept": done.kept, "lost": list(done.lost)}
        show.record(found, json_wanted=json)
        if done.lost:
            raise Refused(
                f"credentials of {len(done.lost)} channels can be opened with no key (channels "
                f"{', '.join(map(str, done.lost))}); put the missing key back, or give them anew in the panel"
            )
        if len(settings.ENTREPOT_CREDENTIAL_KEYS) > 1:
            show.next_step("`entrepot secrets drop-keys`, once no process runs with old keys", json_wanted=json)


@app.command("drop-keys")
def drop_keys() -> None:
    """Take out all keys but the first; refused while something is encrypted with another."""
    with ready():
        from django.conf import settings

        from entrepot.channels.services import stale_secrets
        from entrepot.config import environment

        first, *others = settings.ENTREPOT_CREDENTIAL_KEYS
        if stale := stale_secrets():
            raise Refused(f"credentials of {len(stale)} channels need another key; run `entrepot secrets rotate` first")
        if not others:
            typer.echo("there is one key only")
        elif environment.text(_VARIABLE):
            typer.echo(f"nothing needs the other {len(others)} any more: take all but the first out of {_VARIABLE}")
        else:
            path = environment.replace_kept(_FILE, first)
            typer.echo(f"{len(others)} taken out of {path}; backups from before need them: keep those with them")
