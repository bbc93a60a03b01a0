"""The time that a simulator believes in: real time plus an offset that the control API can move."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Real time, shifted. Batches expire and reviews end when a test advances it, without sleeping."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def time(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time() + self.offset_s

    def ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        return int(self.time() * 1000)

    def now(self) -> datetime:
        """The aware UTC instant."""
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        """Move forward; there is no way back."""
        if seconds < 0:
            raise ValueError("the sandbox clock cannot go back")
        self.offset_s += seconds
