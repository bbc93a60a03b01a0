"""Stop when asked, and never later than a deadline."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog

_LAST_S = 2.0

log = structlog.get_logger(__name__)


def on_signals(*, deadline_s: float, at_deadline: Callable[[], object] | None = None) -> threading.Event:
    """An event that SIGTERM and SIGINT set. A process that is still there ``deadline_s`` later ends at once.

    Nothing is lost by that: what was at work is claimed again when its lease runs out. ``at_deadline`` may give back
    before what need not wait for that; it gets two seconds. Call it in the main thread.
    """
    stop = threading.Event()

    def heard(number: int, _: FrameType | None) -> None:
        if stop.is_set():  # asked twice: a person is in a hurry
            os._exit(128 + number)
        stop.set()
        timer = threading.Timer(deadline_s, _end, (at_deadline,))
        timer.daemon = True
        timer.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heard)
    return stop


def _end(at_deadline: Callable[[], object] | None) -> None:
    log.error("stop.deadline_passed")
    if at_deadline is not None:
        last = threading.Thread(target=at_deadline, daemon=True)
        last.start()
        last.join(_LAST_S)
    os._exit(1)
