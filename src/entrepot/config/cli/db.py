"""``entrepot db``: the database, with the programs that came with the embedded one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.core.errors import Refused

from . import show
from .session import ready

app = typer.Typer(no_args_is_help=True, help="The database.")


@app.command("status")
def status(json: show.AsJson = False) -> None:
    """Show where the database is, how big it is, and whether it is fit for work."""
    with ready():
        from django.db import connection

        from entrepot.core.clock import now
        from entrepot.events.services.partitions import days_ready

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version'), pg_database_size(current_database()),"
                " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),"
                " (SELECT count(*) FROM django_migrations)"
            )
            version, size, connections, migrations = cursor.fetchone()
        found = {
            "database": _database()["NAME"], "host": _database()["HOST"], "version": version,
            "size_mb": round(size / 1_000_000, 1), "connections": connections, "migrations": migrations,
            "partition_days_ahead": days_ready(at=now()),
        }  # fmt: skip
        show.record(found, json_wanted=json)


@app.command("psql", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(ctx: typer.Context) -> None:
    """Open psql; further arguments are handed on."""
    with ready():
        raise typer.Exit(subprocess.run([_program("psql"), *ctx.args], env=_environment(), check=False).returncode)


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="Where to; must not exist.")],
) -> None:
    """Write the whole database into a file, consistent as of now. Work may go on meanwhile."""
    if file.exists():
        raise Refused(f"{file} exists: choose another name, nothing is overwritten")
    draft = file.with_name(f"{file.name}.part")
    with ready():
        try:
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}")
            draft.chmod(0o600)  # buyers' data is in it
            draft.rename(file)
        finally:
            draft.unlink(missing_ok=True)
    typer.echo(f"{file}: {file.stat().st_size / 1_000_000:.1f} MB")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replace the database's contents by a backup's. What was under way on remotes then is asked for, never resent."""
    if not file.is_file():
        raise Refused(f"{file} is not a file")
    if not yes and not typer.confirm("Everything that is in the database now will be gone. Go on?", default=False):
        raise Refused("nothing was changed")
    with ready():
        from django.conf import settings
        from django.db import connections
        from django.utils.module_loading import import_string

        from entrepot.config.django import migrate
        from entrepot.core.clock import now

        _alone()
        connections.close_all()
        _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", str(file))
        migrate()
        for name in settings.ENTREPOT_AFTER_RESTORE:
            import_string(name)(at=now())
    typer.echo(f"{file} is restored")


def _alone() -> None:
    """Refuse while others are at work on the database: they would write into what is being replaced."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT client_addr::text || application_name || coalesce(client_port, 0)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        others = cursor.fetchone()[0]
    if others:
        raise Refused("other processes use the database: stop web, worker and dispatcher first")


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [_program(program), *arguments, f"--dbname={_database()['NAME']}"], env=_environment(), check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise Refused(f"{program} failed: {done.stderr.strip()[-600:]}")


def _program(name: str) -> str:
    """The program of the embedded server's version; the system's own where the wheel is not installed."""
    from entrepot.config.database.embedded import BIN

    own = BIN / name
    return str(own) if own.exists() else name


def _database() -> dict[str, Any]:
    from django.db import connections

    return connections["default"].settings_dict


def _environment() -> dict[str, str]:
    """The address for libpq; the password not on a command line."""
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {variable: str(_database()[name]) for variable, name in known.items() if _database().get(name)}
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | given
