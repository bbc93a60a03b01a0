"""What the work of now is about: said where it begins, read by who writes logs and the call log.

An order goes by one id from the news of it to the calls that are made for it: ``7:10654411111`` is order 10654411111 of
channel 7. It follows from what everybody knows of the order, so it travels through rows, restarts and other machines
without being kept anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MOST = 100  # of a set that is worked on at once: more say nothing of one
_IDS: ContextVar[tuple[str, ...]] = ContextVar("correlation", default=())


def correlation_id(channel_id: int, order_ref: str) -> str:
    """By which everything about an order of a marketplace's channel is found."""
    return f"{channel_id}:{order_ref}"


@contextmanager
def correlated(ids: Iterable[str]) -> Iterator[None]:
    """What is logged and called in the block is about these; of nothing: about what it was about before."""
    found = tuple(dict.fromkeys(filter(None, ids)))[:MOST]
    token = _IDS.set(found or _IDS.get())
    try:
        yield
    finally:
        _IDS.reset(token)


def correlation_ids() -> tuple[str, ...]:
    """What is worked on in this thread; empty: nothing that has an id."""
    return _IDS.get()
