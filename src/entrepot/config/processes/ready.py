"""Readiness that others can look at without asking over HTTP: a file that is young as long as a process can work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from entrepot.core.errors import Refused

EVERY_S = 5.0  # a file that is older than three of these belongs to who is gone or cannot work

log = structlog.get_logger(__name__)


@contextmanager
def ready_file(path: Path | None, *, stop: threading.Event, is_ready: Callable[[], bool]) -> Iterator[None]:
    """Touch ``path`` every five seconds while ``is_ready``; away it goes when it is not, and at once at ``stop``.

    Raises:
        Refused: it cannot be written.
    """
    if path is None:
        yield
        return
    try:
        path.touch()
        path.unlink()
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(path, stop, over, is_ready), name="ready", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(EVERY_S)
        path.unlink(missing_ok=True)


def _keep(path: Path, stop: threading.Event, over: threading.Event, is_ready: Callable[[], bool]) -> None:
    looked = EVERY_S
    while not (stop.is_set() or over.is_set()):
        if looked >= EVERY_S:
            looked = 0.0
            with suppress(OSError):
                path.touch() if is_ready() else path.unlink(missing_ok=True)
        looked += 0.5
        stop.wait(0.5)
    path.unlink(missing_ok=True)


def can_work() -> bool:
    """Whether the database answers and its schema is no older than this program's."""
    from django.db import DatabaseError, connections
    from psycopg_pool import PoolTimeout

    from entrepot.config.django import is_migrated

    try:
        return is_migrated()
    except (DatabaseError, PoolTimeout) as error:
        log.warning("not_ready", error=str(error))
        return False
    finally:
        connections.close_all()
