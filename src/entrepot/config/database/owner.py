"""One process owns the embedded server; the others use it, and one of them takes over when the owner is gone."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Mapping
from typing import IO

import structlog

from .errors import DatabaseDownError
from .places import Places
from .server import Server

_LOOK_S = 0.2
_READY_S = 40.0

log = structlog.get_logger(__name__)


class Owner:
    """Watches the server of one home from a thread of its own.

    Who gets the flock starts the server, and starts it again when it dies; it is that thread whose death tells the
    server to stop (``setpriv --pdeathsig``). Who does not get it waits for an answer, and keeps trying for the lock.
    """

    def __init__(self, places: Places, options: Mapping[str, str] | None = None) -> None:
        self.server = Server(places, options)
        self.is_owner = False
        self._lock: IO[bytes] | None = None
        self._ready, self._stop = threading.Event(), threading.Event()
        self._failed: Exception | None = None
        self._thread = threading.Thread(target=self._watch, name="postgres-owner", daemon=True)

    def start(self) -> None:
        """Return when the server answers.

        Raises:
            DatabaseDownError: it does not, and why.
        """
        self._lock = self.server.places.lock.open("ab")
        self._thread.start()
        self._ready.wait(_READY_S)
        if self._failed is not None or not self._ready.is_set():
            failed = self._failed
            self.stop()
            if failed is not None:
                raise failed
            raise DatabaseDownError(f"the owner of {self.server.places.data} does not bring it up; see its log")

    def stop(self) -> None:
        """Let go; the owner stops the server."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _watch(self) -> None:
        try:
            while not self._stop.is_set():
                self._look()
                self._stop.wait(_LOOK_S if self._ready.is_set() else 0.05)
        finally:
            if self.is_owner:
                self.server.stop()

    def _look(self) -> None:
        """One look: be the owner if nobody is, bring the server up if it is ours and down."""
        try:
            if not self.is_owner and self._take_lock():
                self.is_owner = True
            if self.is_owner and not self.server.is_alive():
                self._bring_up()
            elif not self._ready.is_set() and self.server.answers():
                self._ready.set()
        except Exception as error:
            if not self._ready.is_set():
                self._failed = error
                self._ready.set()
                self._stop.set()
            else:
                log.exception("postgres.not_restarted")
                self._stop.wait(1)

    def _bring_up(self) -> None:
        if again := self._ready.is_set():
            log.error("postgres.died", data=str(self.server.places.data))
        began = time.monotonic()
        self.server.start()
        self._ready.set()
        if again:
            log.warning("postgres.restarted", seconds=round(time.monotonic() - began, 2))

    def _take_lock(self) -> bool:
        assert self._lock is not None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
