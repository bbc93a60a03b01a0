"""What a feed brought the last time: readings overlap, and what came before needs no second mapping."""

from __future__ import annotations

from typing import Any

from entrepot.core.ids import fingerprint
from entrepot.kit.read import Read

from ..models import Feed

# Feed id → its claim and number of readings then, and what it brought. Of this process alone.
_LAST: dict[int, tuple[int, int, set[str]]] = {}


class Repeats:
    """Messages that this process read and kept in the last reading of a feed.

    Trusted only where nobody else read the feed since, and its row is as that reading left it: after a restore from
    backup it is not, and everything is looked at again.
    """

    def __init__(self, feed: Feed) -> None:
        claim_no, runs, marks = _LAST.pop(feed.id, (0, 0, set[str]()))
        self._feed, self._now = feed, set[str]()
        self._known = marks if (claim_no + 1, runs) == (feed.claim_no, feed.runs) else set()

    def has(self, raw: Any) -> bool:
        """Whether the same message came the last time, and was kept."""
        mark = fingerprint(raw)
        if mark not in self._known:
            return False
        self._now.add(mark)
        return True

    def keep(self, read: Read) -> None:
        """These have been kept. What was set aside is looked at every time."""
        aside = {id(a.raw) for a in read.set_aside}
        self._now.update(fingerprint(raw) for raw in read.raws if id(raw) not in aside)

    def close(self) -> None:
        """The reading came to its end; its row is about to say so."""
        _LAST[self._feed.id] = (self._feed.claim_no, self._feed.runs + 1, self._now)
