"""Bring up the database and Django for a process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_MIGRATION_LOCK = 0x456E7473


def setup() -> None:
    """Load Django's settings and apps; needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    import django  # noqa: PLC0415 - expensive, and not wanted for --help

    django.setup()


@contextmanager
def database() -> Iterator[None]:
    """The database up for the length of the block: an existing server by DATABASE_URL, else the embedded one."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    from .database.embedded import EmbeddedServer  # noqa: PLC0415
    from .home import home  # noqa: PLC0415

    with EmbeddedServer(home()) as server:
        os.environ["DATABASE_URL"] = server.url
        try:
            yield
        finally:
            del os.environ["DATABASE_URL"]


def migrate() -> None:
    """Bring the schema up to date, one process at a time, and make the coming days' partitions."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from entrepot.core.clock import now  # noqa: PLC0415
    from entrepot.events.services import ensure_partitions  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            call_command("migrate", verbosity=0, interactive=False)
            ensure_partitions(at=now())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


@contextmanager
def running() -> Iterator[None]:
    """Database up, Django loaded, schema up to date: what every command that touches rows needs."""
    with database():
        setup()
        migrate()
        yield
