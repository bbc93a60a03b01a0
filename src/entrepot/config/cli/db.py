"""``entrepot db``: look at the database, ask it, back it up, restore it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from entrepot.core.clock import now
from entrepot.core.errors import Refused

from . import show
from .session import ready

_GONE_S = 2.0  # a server takes a moment to notice that a client has left
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
app = typer.Typer(no_args_is_help=True, help="The database.")


@app.command("status")
def status(json: show.AsJson = False) -> None:
    """Show where the database is, how big, and for how many days ahead it is ready."""
    with ready() as handle:
        from entrepot.config.database import status as status_of
        from entrepot.config.django import not_apart
        from entrepot.events.services.partitions import days_ready

        told, lacking = status_of(handle.url), not_apart(handle.url)
        found = {
            "address": told.address, "is_embedded": handle.is_embedded, "version": told.version,
            "size_mb": round(told.size_bytes / 1_000_000, 1), "started_at": told.started_at,
            "connections": told.connections, "oldest_transaction_s": told.oldest_transaction_s,
            "partition_days_ahead": days_ready(at=now()),
            "row_security": f"off: {lacking}" if lacking else "on",
        }  # fmt: skip
        show.record(found, json_wanted=json)


@app.command("migrate")
def migrate() -> None:
    """Bring the schema up to date, and make the coming days' partitions; every command that needs it does so itself."""
    with ready():
        return


@app.command("psql", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(ctx: typer.Context) -> None:
    """Open psql; further arguments are handed on."""
    with ready() as handle:
        from entrepot.config.database import psql as open_psql

        raise typer.Exit(open_psql(handle.url, ctx.args))


@app.command("backup")
def backup(file: Annotated[Path, typer.Argument(help="Where to; must not exist.")]) -> None:
    """Write the whole database into a file, consistent as of now; work may go on meanwhile."""
    if file.exists():
        raise Refused(f"{file} exists: choose another name, nothing is overwritten")
    if not file.absolute().parent.is_dir():
        raise Refused(f"{file.absolute().parent} is not a folder")
    with ready() as handle:
        from entrepot.config.database import backup as write

        size = write(handle.url, file)
    typer.echo(f"{file}: {size / 1_000_000:.1f} MB. Keep the credential keys of ENTREPOT_HOME with it.", err=True)


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replace the database's contents by a backup's. What was under way on remotes then is asked for, never resent."""
    if not file.is_file():
        raise Refused(f"{file} is not a file")
    _is_backup(file)
    if not yes and not typer.confirm("Everything that is in the database now will be gone. Go on?", default=False):
        raise Refused("nothing was changed")
    with ready(migrated=False) as handle:
        from entrepot.config.database import restore as read
        from entrepot.config.django import after_restore

        _refuse_company(handle.url)
        read(handle.url, file)
        after_restore(handle.url)
    typer.echo(
        f"{file} is restored: its channels are as live as they were then, and what was under way is asked for first. "
        "Start a worker only if this is to go on as the hub, not a rehearsal",
        err=True,
    )


def _is_backup(file: Path) -> None:
    from entrepot.config.database import check_backup

    if wrong := check_backup(file):
        raise Refused(f"{file}: this is not a backup: {wrong}; nothing was changed")


def _refuse_company(url: str) -> None:
    """Others at work would write into what is being replaced. Our own connections are closed first."""
    import psycopg
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
    until = time.monotonic() + _GONE_S
    with psycopg.connect(url, autocommit=True) as asking:
        while others := _counted(asking.execute(_OTHERS).fetchone()):
            if time.monotonic() > until:
                raise Refused(f"{others} connections of other processes: stop web, worker and dispatcher first")
            time.sleep(0.1)


def _counted(row: tuple[int, ...] | None) -> int:
    return row[0] if row else 0
