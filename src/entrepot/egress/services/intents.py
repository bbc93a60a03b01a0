"""Pursue what we set out to do on remotes: orders into stores, moves of packages, labels, cancellations."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from django.db import connection

from entrepot.channels import services as channels
from entrepot.core.clock import now
from entrepot.core.correlation import correlated
from entrepot.core.errors import MappingError, OutcomeUnknown, Refused, RemoteBusy, RemoteError, RemoteUnauthorised
from entrepot.fulfilment import queries as package_queries
from entrepot.orders import queries as order_queries

from . import labels, packages, store_cancel, store_lower, store_order
from .side_by_side import side_by_side

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent

log = structlog.get_logger(__name__)

_LEASE_S = 120.0

Failures = dict[int, Exception]


def refuse(intent: Intent, why: str) -> None:
    """End an intent, and tell those who wait for it."""
    REFUSE[intent.kind](intent, why)


def _one_by_one(pursue: Callable[[Intent, Channel], None]) -> Callable[[Sequence[Intent], Channel], Failures]:
    """Of what is pursued alone: what went wrong, by intent id."""

    def pursue_all(intents: Sequence[Intent], channel: Channel) -> Failures:
        def alone(intent: Intent) -> None:
            with correlated([intent.correlation]):
                pursue(intent, channel)

        results = side_by_side(alone, intents)
        return {i.id: r for i, r in zip(intents, results, strict=True) if isinstance(r, Exception)}

    return pursue_all


PURSUE: dict[str, Callable[[Sequence[Intent], Channel], Failures]] = {
    "store_order": store_order.pursue_all,
    "settle_total": _one_by_one(store_order.pursue_total),
    "store_waybills": _one_by_one(store_order.pursue_waybills),
    "store_cancel": _one_by_one(store_cancel.pursue),
    "store_lower": _one_by_one(store_lower.pursue),
    "package_move": _one_by_one(packages.pursue),
    "label": _one_by_one(labels.pursue),
}
REFUSE: dict[str, Callable[[Intent, str], None]] = {
    "store_order": store_order.refuse,
    "settle_total": store_order.refuse_total,
    "store_waybills": store_order.refuse_waybills,
    "store_cancel": store_cancel.refuse,
    "store_lower": store_lower.refuse,
    "package_move": packages.refuse,
    "label": labels.refuse,
}


OF_PACKAGES = ("package_move", "label")  # the subject of the others is an order


class _Turns:
    """Channels that this process is at work on: a remote that hangs holds one thread, and no other waits for it."""

    def __init__(self) -> None:
        self._lock, self._busy = threading.Lock(), set[int]()

    @contextmanager
    def turn(self, *, limit: int, at: datetime) -> Iterator[list[Intent]]:
        with self._lock:
            rows = channels.claim_turn(busy=self._busy, limit=limit, lease_s=_LEASE_S, at=at)
            self._busy.update(row.channel_id for row in rows)
        try:
            yield rows
        finally:
            with self._lock:
                self._busy.difference_update(row.channel_id for row in rows)


_TURNS = _Turns()


def pursue_intents(*, limit: int, at: datetime) -> int:
    """Pursue up to ``limit`` open intents of one channel that are due; the number pursued. Sellers take turns.

    One in ``sent`` whose lease ran out belongs to a worker that died: its outcome is unknown, so it is asked for and
    never simply sent again.
    """
    with _TURNS.turn(limit=limit, at=at) as rows:
        by_kind: dict[str, list[Intent]] = {}
        for row in rows:
            by_kind.setdefault(row.kind, []).append(row)
        for kind, some in by_kind.items():
            _pursue(kind, some, some[0].channel)
        return len(rows)


def _pursue(kind: str, intents: Sequence[Intent], channel: Channel) -> None:
    if channel.is_push_paused:
        for intent in intents:
            channels.postpone_intent(intent, seconds=5, why="pushes to this channel are paused", at=now())
        return
    _name(kind, intents)
    with correlated(i.correlation for i in intents):
        try:
            failed = PURSUE[kind](intents, channel)
        except Exception as problem:  # noqa: BLE001 - the edge of the worker: what fits one fits all of the set
            failed = dict.fromkeys((i.id for i in intents), problem)
    for intent in intents:
        if intent.id in failed:
            with correlated([intent.correlation]):
                _failed(intent, failed[intent.id])


def _name(kind: str, intents: Sequence[Intent]) -> None:
    """Whose orders they are for: what is logged and called for them says so."""
    subjects = [i.subject_id for i in intents]
    if kind in OF_PACKAGES:
        names = package_queries.correlations(package_ids=subjects)
    else:
        names = order_queries.correlations(order_ids=subjects)
    for intent in intents:
        intent.correlation = names.get(intent.subject_id, "")  # it was erased: its own end says so


def _failed(intent: Intent, error: Exception) -> None:
    """Say what becomes of an intent after an error. Where the database itself went away the lease brings it back."""
    match error:
        case OutcomeUnknown():
            channels.lose_intent(intent, why=str(error), at=now())
        case RemoteBusy():
            wait_s = min(60, error.retry_after_s + 0.2)
            channels.postpone_intent(intent, seconds=wait_s, why=str(error), at=now())
        case RemoteUnauthorised():
            channels.access_lost(channel_id=intent.channel_id, why=str(error), at=now())
            channels.postpone_intent(intent, seconds=30, why=str(error), at=now())
        case RemoteError() | MappingError():
            refuse(intent, str(error))
        case Refused():
            log.info("intent.fenced", intent=intent.id, why=str(error))  # another worker settled it meanwhile
        case _:
            # The edge of the worker: the others of this claim go on; this one is looked at again soon, and never
            # simply resent.
            log.error("intent.failed", intent=intent.id, kind=intent.kind, exc_info=error)
            connection.close_if_unusable_or_obsolete()
            channels.soften_intent(intent, why=f"{type(error).__name__}: {error}", at=now())
