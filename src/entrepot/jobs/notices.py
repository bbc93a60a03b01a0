"""NOTIFY between processes, on connections of their own: the notice is sent after commit and at most every 50 ms."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.db import connections

CHANNEL = "entrepot"
_EVERY_S = 0.05
_RETRY_S = 1.0

log = structlog.get_logger(__name__)


def connect() -> psycopg.Connection[Any]:
    """A connection of its own to the default database, in autocommit, outside the pool."""
    params = connections["default"].get_connection_params()
    for key in ("cursor_factory", "context", "options"):
        params.pop(key, None)
    return psycopg.connect(**params, autocommit=True)


class Notices:
    """Sends words to every process that listens. Silent until started; a word may be lost, never late by much."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: set[str] = set()
        self._wanted = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.sender_pid: int | None = None  # of the server process that sends for us

    def start(self) -> None:
        """Begin sending from this process; twice is once."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._send_all, name="notices", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the sender and its connection."""
        self._stop.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def send(self, word: str) -> None:
        """Tell the other processes ``word`` soon; many in 50 ms become one."""
        if self._thread is not None:
            with self._lock:
                self._pending.add(word)
            self._wanted.set()

    def _send_all(self) -> None:
        while not self._stop.is_set():
            try:
                with connect() as connection:
                    self.sender_pid = connection.info.backend_pid
                    self._send_on(connection)
            except psycopg.Error as error:
                log.warning("notices.disconnected", error=str(error))
                self._stop.wait(_RETRY_S)

    def _send_on(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stop.is_set():
            self._wanted.wait()
            self._wanted.clear()
            with self._lock:
                words, self._pending = self._pending, set()
            for word in sorted(words):
                connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, word])
            self._stop.wait(_EVERY_S)


NOTICES = Notices()


def listen(heard: Callable[[str], None], stop: threading.Event, *, own: bool = True) -> None:
    """Call ``heard`` with every word that any process sends, until ``stop``; reconnects by itself.

    ``own`` False: not those of this process, which were told directly.
    """
    while not stop.is_set():
        try:
            with connect() as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                while not stop.is_set():
                    for notice in connection.notifies(timeout=0.5):
                        if own or notice.pid != NOTICES.sender_pid:
                            heard(notice.payload)
        except psycopg.Error as error:
            log.warning("notices.disconnected", error=str(error))
            stop.wait(_RETRY_S)
