"""Bring up the database and Django for a process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .database import DatabaseHandle

_MIGRATION_LOCK = 0x656E_7472_0003


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
    """Bring the schema up to date, one process at a time, and make the coming days' partitions.

    The lock is held by a connection of its own: what waits for it waits outside any transaction.
    """
    from django.core.management import call_command

    from entrepot.events.services import ensure_partitions
    from entrepot.jobs.notices import connect

    with connect() as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        if not is_migrated():
            call_command("migrate", verbosity=0, interactive=False)
        ensure_partitions()


def is_migrated() -> bool:
    """Whether every migration of this program is applied; of a newer program there may be more."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


@contextmanager
def running(*, migrated: bool = True) -> Iterator[DatabaseHandle]:
    """Database up, Django loaded, schema up to date: what every command that touches rows needs."""
    with database() as handle:
        setup()
        if migrated:
            migrate()
        try:
            yield handle
        finally:
            _disconnect()


def _disconnect() -> None:
    """Close this thread's connection and the pool before the server stops."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one


def after_restore() -> None:
    """Bring a restored schema up to date and tell every domain that what was open may have happened meanwhile."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    from entrepot.core.clock import now

    migrate()
    for name in settings.ENTREPOT_AFTER_RESTORE:
        import_string(name)(at=now())
