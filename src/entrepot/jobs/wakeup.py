"""Wake-ups between threads of one process."""

from __future__ import annotations

import threading
from collections import defaultdict

_BELLS: dict[str, list[threading.Event]] = defaultdict(list)


def listen(lane: str) -> threading.Event:
    """An event that is set whenever the lane is rung."""
    bell = threading.Event()
    _BELLS[lane].append(bell)
    return bell


def forget(lane: str, bell: threading.Event) -> None:
    """Stop listening."""
    if bell in _BELLS[lane]:
        _BELLS[lane].remove(bell)


def ring(lane: str) -> None:
    """Wake every listener of the lane."""
    for bell in list(_BELLS[lane]):
        bell.set()
