"""A wake-up shortens a drainer's sleep. It may be lost: the sweep every second is the truth."""

from __future__ import annotations

import threading
from collections import defaultdict

from django.db import transaction

from entrepot.jobs import notices

from .lanes import LANES


class _Bells:
    """One condition per lane; who waits is told how often it rang, so a ring between two waits is not missed."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings: defaultdict[str, int] = defaultdict(int)

    def ring(self, lane: str) -> None:
        with self._condition:
            self._rings[lane] += 1
            self._condition.notify_all()

    def heard(self, lane: str) -> int:
        with self._condition:
            return self._rings[lane]

    def wait(self, lane: str, heard: int, timeout_s: float) -> None:
        """Until the lane rang more often than ``heard``, or time is up."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings[lane] != heard, timeout_s)


BELLS = _Bells()


def wake(lane: str) -> None:
    """After the commit of the caller's transaction, let the drainers of ``lane`` look at once, in every process."""
    if lane not in LANES:
        raise ValueError(f"lane {lane!r} is not one of {', '.join(LANES)}")
    transaction.on_commit(lambda: _ring(lane), robust=True)


def _ring(lane: str) -> None:
    BELLS.ring(lane)
    notices.NOTICES.send(lane)
