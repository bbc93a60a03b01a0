"""Two workers at one row: the second begins while the first still holds it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@contextmanager
def meanwhile(
    call: Callable[[], Any], *, then: Callable[[], Any] = lambda: None, within_s: float = 10
) -> Iterator[list[Any]]:
    """Do the block in a transaction while another worker does ``call``, and yield what it returns, once it has.

    The other begins after the block's statements. Once it waits for a lock, ``then`` is done, and the block commits.
    It fails if the other never waits.
    """
    told: list[Any] = []
    failed: list[BaseException] = []

    def other() -> None:
        try:
            told.append(call())
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    worker = threading.Thread(target=other)
    with transaction.atomic():
        yield told
        worker.start()
        deadline = time.monotonic() + within_s
        while worker.is_alive() and not _is_waiting() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert worker.is_alive(), "the other worker did not wait"
        then()
    worker.join(within_s)
    assert not worker.is_alive(), "the other worker never ended"
    if failed:
        raise failed[0]


def _is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees again what it saw first
        cursor.execute(_WAITS)
        return bool(cursor.fetchone()[0])
