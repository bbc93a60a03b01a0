"""What really happened on a simulated remote, in order; the judge of the demo reads this and nothing of the hub."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .clock import Clock


class Ledger:
    """Append-only happenings of one remote; kept on disk when a path is given, so that a restart remembers.

    An entry is ``{"seq", "at" (ms), "kind", …facts}``. Kinds are past tense: ``order.placed``, ``stock.set``.
    """

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock, self._path = clock, path
        self.entries: list[dict[str, Any]] = []
        if path and path.exists():
            self.entries = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith("}")]
        self._file = path.open("a", encoding="utf-8") if path else None

    def write(self, kind: str, **facts: Any) -> dict[str, Any]:
        """Record that ``kind`` happened now."""
        entry = {"seq": len(self.entries) + 1, "at": self._clock.ms(), "kind": kind, **facts}
        self.entries.append(entry)
        if self._file:
            self._file.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")
            self._file.flush()
        return entry

    def close(self) -> None:
        """Let go of the file; what is written from now on is kept in memory only."""
        if self._file:
            self._file.close()
            self._file = None

    def of(self, *kinds: str, after: int = 0) -> Iterator[dict[str, Any]]:
        """Entries of these kinds (all kinds when none is named) behind sequence number ``after``."""
        return (e for e in self.entries[after:] if not kinds or e["kind"] in kinds)

    def count(self, *kinds: str) -> int:
        """How many entries of these kinds there are."""
        return sum(1 for _ in self.of(*kinds))
