"""Fill the largest request, ask what became of it, and halve a refused one until the guilty stand alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from entrepot.core.errors import MappingError, RemoteRefused, RemoteUnauthorised

from . import records
from .read import Sender
from .requests import Account
from .spec import Poll, Push, Spec


def fill(items: Sequence[Any], chunk: int) -> Iterator[Sequence[Any]]:
    """``items`` in order, in slices of at most ``chunk``."""
    for start in range(0, len(items), chunk):
        yield items[start : start + chunk]


def submit(spec: Spec, capability: str, account: Account, items: Sequence[Any], send: Sender) -> records.BatchReply:
    """Send one batch. A refused batch of one item is a verdict; a larger one is the caller's to halve.

    Raises:
        RemoteBusy, OutcomeUnknown: nothing is known of any item.
        RemoteUnauthorised: no item is guilty.
        RemoteRefused: the batch as a whole was refused, and it has more than one item.
    """
    push = spec.can[capability]
    assert isinstance(push, Push)
    try:
        return push.read(account, items, send(push.build(account, items)))
    except RemoteUnauthorised:
        raise
    except RemoteRefused as refused:
        if (understood := push.refused(account, items, refused)) is not None:
            return understood
        if len(items) == 1:
            verdict = records.Verdict(listing_ref=items[0].listing_ref, is_ok=False, reason=str(refused))
            return records.BatchReply(verdicts=(verdict,), is_done=True)
        raise


def poll(spec: Spec, account: Account, batch_ref: str, send: Sender) -> records.BatchReply:
    """What became of a batch so far.

    Raises:
        RemoteError: as the client says, where the connector does not take the refusal for an answer.
    """
    way = spec.can["poll_batch"]
    assert isinstance(way, Poll)
    try:
        return way.read(account, send(way.build(account, batch_ref)))
    except RemoteUnauthorised:
        raise
    except RemoteRefused as refused:
        if (understood := way.refused(account, batch_ref, refused)) is not None:
            return understood
        raise


def unsayable(
    spec: Spec, capability: str, account: Account, items: Sequence[Any]
) -> tuple[list[Any], list[records.Verdict]]:
    """Items that can be said in the remote's words, and a verdict for each that cannot; nothing is sent."""
    push = spec.can[capability]
    assert isinstance(push, Push)
    good, verdicts = [], []
    for item in items:
        try:
            push.build(account, [item])
        except MappingError as error:
            verdicts.append(records.Verdict(listing_ref=item.listing_ref, is_ok=False, reason=str(error)))
        else:
            good.append(item)
    return good, verdicts


def halves(items: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Both halves of a refused batch, the first one smaller or equal."""
    middle = len(items) // 2
    return items[:middle], items[middle:]
