"""Drainers: threads that take rows from the tables they live in, work, close them, and sleep when there is nothing."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import connection, connections

from entrepot.core.clock import now
from entrepot.core.errors import Invalid

from . import wakeup

LANES = ("orders", "offers", "content", "bulk", "documents")
_LOG = structlog.get_logger()
_RANDOM = secrets.SystemRandom()
_BEAT_S = 5.0
_PULSE = """
INSERT INTO jobs_pulse AS p (name, process, lane, beat_at, done, errors, last_error)
VALUES (%s, %s, %s, now(), %s, %s, %s)
ON CONFLICT (name, process) DO UPDATE
   SET beat_at = now(), done = p.done + excluded.done, errors = p.errors + excluded.errors,
       last_error = CASE WHEN excluded.last_error = '' THEN p.last_error ELSE excluded.last_error END
"""


@dataclass(frozen=True, slots=True)
class Drainer:
    """One kind of work. ``work`` takes what is due, does it, and says how many rows it closed; 0 lets it sleep."""

    name: str
    lane: str
    work: Callable[[datetime], int]
    idle_s: float = 1.0


def checked(drainers: Sequence[Drainer]) -> list[Drainer]:
    """The drainers, if every one has a lane and a name of its own.

    Raises:
        Invalid: one has not; the worker does not start.
    """
    names = set()
    for d in drainers:
        if d.lane not in LANES:
            raise Invalid(f"drainer {d.name}", "lane", f"must be one of {', '.join(LANES)}, not {d.lane!r}")
        if d.name in names:
            raise Invalid(f"drainer {d.name}", "name", "is used twice")
        names.add(d.name)
    return list(drainers)


class Worker:
    """Runs each drainer in a thread until told to stop; what is at work when that happens is finished."""

    def __init__(self, drainers: Sequence[Drainer]) -> None:
        self.stop = threading.Event()
        self.process = f"{socket.gethostname()}:{os.getpid()}"
        self._threads = [
            threading.Thread(target=self._run, args=(d,), name=f"drainer-{d.name}", daemon=True) for d in checked(drainers)
        ]

    def start(self) -> None:
        """Start every thread; returns at once."""
        for thread in self._threads:
            thread.start()

    def join(self, timeout_s: float = 20.0) -> bool:
        """Stop, and wait for the threads; False when one is still at work after ``timeout_s``."""
        self.stop.set()
        for lane in LANES:
            wakeup.ring(lane)
        until = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(t.is_alive() for t in self._threads)

    def _run(self, drainer: Drainer) -> None:
        bell = wakeup.listen(drainer.lane)
        failures, done, beat = 0, 0, 0.0
        try:
            while not self.stop.is_set():
                bell.clear()
                error = ""
                try:
                    count = drainer.work(now())
                    failures = 0
                except Exception as problem:  # noqa: BLE001 - a worker's edge: keep it, say why, go on
                    count, failures, error = 0, failures + 1, f"{type(problem).__name__}: {problem}"
                    _LOG.error("drainer.failed", drainer=drainer.name, exc_info=problem)
                    _close_broken()
                done += count
                if error or time.monotonic() - beat > _BEAT_S:
                    self._beat(drainer, done, error)
                    done, beat = 0, time.monotonic()
                if not count:
                    wait = drainer.idle_s if not failures else _RANDOM.uniform(0, min(30, 2**failures))
                    bell.wait(wait)
        finally:
            wakeup.forget(drainer.lane, bell)
            connections.close_all()

    def _beat(self, drainer: Drainer, done: int, error: str) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_PULSE, [drainer.name, self.process, drainer.lane, done, int(bool(error)), error[:2000]])
        except Exception as problem:  # noqa: BLE001 - the pulse must not stop the heart
            _LOG.warning("pulse.failed", drainer=drainer.name, error=str(problem))
            _close_broken()


def _close_broken() -> None:
    """A connection that the server dropped is opened afresh by the next statement."""
    connections.close_all()
