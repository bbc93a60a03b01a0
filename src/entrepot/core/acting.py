"""Who acts now: said at the door that somebody came in by, read by who writes history.

There are three doors: the panel and the API (by accounts' middleware), a run that somebody asked for, and the command
line. A thread that nobody's request started is nobody's: workers and dispatchers act for the hub.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_NAME: ContextVar[str] = ContextVar("acting", default="")


@contextmanager
def acting(name: str) -> Iterator[None]:
    """All that is done in the block is done by this person or key, by name; empty: by nobody."""
    token = _NAME.set(name)
    try:
        yield
    finally:
        _NAME.reset(token)


def who_acts() -> str:
    """The name of the person or key that acts now; empty: nobody."""
    return _NAME.get()
