"""Bring up the database and Django for a process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from entrepot.core.errors import Refused

from . import environment

if TYPE_CHECKING:
    from .database import DatabaseHandle

_MIGRATION_LOCK = 0x656E_7472_0003
_ROLE = "ENTREPOT_DATABASE_ROLE"


def setup() -> None:
    """Load Django's settings and apps; needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    import django

    django.setup()


@contextmanager
def database() -> Iterator[DatabaseHandle]:
    """The database up for the length of the block: an existing server by DATABASE_URL, else the embedded one."""
    from .database import ensure_database

    with ensure_database() as handle:
        yield handle


def migrate() -> None:
    """Bring the schema up to date, one process at a time: tables, the coming days' partitions, roles and policies.

    The lock is held by a connection of its own: what waits for it waits outside any transaction.

    Raises:
        Refused: the database stopped midway between versions that this program no longer tells apart.
    """
    from django.core.management import call_command

    from entrepot.events.services import ensure_partitions
    from entrepot.jobs.notices import connect

    from .database.roles import secure

    _work_as("")
    with connect() as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        _replace()
        if not is_migrated():
            call_command("migrate", verbosity=0, interactive=False)
        ensure_partitions()
        if environment.row_security() != "off":
            secure(lock)


def is_migrated() -> bool:
    """Whether every migration of this program is applied; of a newer program there may be more."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _replace() -> None:
    """Where all that a migration stands for is applied it is written down; where only some is, nobody can finish it."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    applied = MigrationRecorder(connection).applied_migrations()
    for key, migration in MigrationLoader(None).replacements.items():
        done = [".".join(name) for name in migration.replaces if name in applied]
        if key not in applied and 0 < len(done) < len(migration.replaces):
            message = (
                f"The database was made before the first release, and stopped at {done[-1]}: bring it up with the last"
                " program that ran on it, or move it away and begin with an empty one."
            )
            raise Refused(message)
    MigrationExecutor(connection).check_replacements()


@contextmanager
def running(*, migrated: bool = True) -> Iterator[DatabaseHandle]:
    """Database up, Django loaded, schema up to date: what every command that touches rows needs.

    What it does to rows it does as ``entrepot_worker``, where the database knows roles.

    Raises:
        Refused: it does not, and a setting requires it.
    """
    os.environ.pop(_ROLE, None)  # a web server's, if it started us
    with database() as handle:
        setup()
        if migrated:
            migrate()
        _work_as(role_of(environment.WORKER_ROLE, handle.url)[0])
        try:
            yield handle
        finally:
            _disconnect()


def serve_as_web(url: str) -> str:
    """Let the web processes that are started from here on take the web role; why they do not, empty: they do.

    Raises:
        Refused: they could not, and a setting requires it.
    """
    os.environ[_ROLE], lacking = role_of(environment.WEB_ROLE, url)
    return lacking


def role_of(role: str, url: str) -> tuple[str, str]:
    """``role``, or empty where the database does not keep sellers apart; and why not.

    Raises:
        Refused: it does not, and ``ENTREPOT_ROW_SECURITY`` requires it.
    """
    import psycopg

    from .database.roles import lacking

    wanted = environment.row_security()
    if wanted == "off":
        return "", "ENTREPOT_ROW_SECURITY is off"
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        why = lacking(connection)
    if why and wanted == "required":
        raise Refused(f"ENTREPOT_ROW_SECURITY is required, and row-level security is off: {why}")
    return ("", why) if why else (role, "")


def not_apart(url: str) -> str:
    """Why the database does not keep sellers apart; empty: it does."""
    return role_of(environment.WORKER_ROLE, url)[1]


def _work_as(role: str) -> None:
    """Let every connection that is opened from here on take ``role``; empty: stay who it logs in as."""
    from django.conf import settings
    from django.db import connections

    if role == settings.ENTREPOT_DATABASE_ROLE:
        return
    _disconnect()
    options = connections.settings["default"]["OPTIONS"]
    options["options"] = environment.server_options(role)
    settings.ENTREPOT_DATABASE_ROLE = role


def _disconnect() -> None:
    """Close this thread's connection and the pool before the server stops."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one


def after_restore(url: str) -> None:
    """Bring a restored schema up to date and tell every domain that what was open may have happened meanwhile."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    from entrepot.core.clock import now

    migrate()
    _work_as(role_of(environment.WORKER_ROLE, url)[0])
    for name in settings.ENTREPOT_AFTER_RESTORE:
        import_string(name)(at=now())
