"""Stop when asked, and never later than a deadline."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

import structlog

log = structlog.get_logger(__name__)


def on_signals(*, deadline_s: float) -> threading.Event:
    """An event that SIGTERM and SIGINT set. A process that is still there ``deadline_s`` later ends at once.

    Nothing is lost by that: what was at work is claimed again when its lease runs out. Call it in the main thread.
    """
    stop = threading.Event()

    def heard(number: int, _: FrameType | None) -> None:
        if stop.is_set():  # asked twice: a person is in a hurry
            os._exit(128 + number)
        stop.set()
        timer = threading.Timer(deadline_s, _end)
        timer.daemon = True
        timer.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heard)
    return stop


def _end() -> None:
    log.error("stop.deadline_passed")
    os._exit(1)
