"""Hand events to a subscriber, in lists, with its cursor in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection, transaction

from entrepot.core.clock import now

from ..models import Event, EventCursor, ParkedEvent

LIST = 5_000
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as a handler gets it."""

    seq: int
    event_id: str
    type: str
    key: str
    seller_id: int
    subject: str
    payload: dict[str, object]
    at: datetime


Handler = Callable[[Sequence[Happening]], None]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who wants which event types. ``is_order_free``: events behind a poisoned one of the same key need not wait."""

    name: str
    types: frozenset[str]
    handler: Handler
    is_order_free: bool = False


def deliver_once(subscriber: Subscriber) -> int:
    """Deliver the next list; the number of events passed (0: nothing new, or another process was faster).

    A list that fails is halved until the guilty event stands alone; it is parked with its error, and later events of
    its key behind it. Deadlocks, serialization failures and lost connections are retried, never parked.
    """
    EventCursor.objects.get_or_create(subscriber=subscriber.name)
    start = EventCursor.objects.get(subscriber=subscriber.name).seq
    rows = list(Event.objects.filter(seq__gt=start).order_by("seq")[:LIST])
    if not rows:
        return 0
    wanted = [_happening(r) for r in rows if r.type in subscriber.types]
    if not _attempt(subscriber, start, rows[-1].seq, wanted):
        return 0
    return len(rows)


def _attempt(subscriber: Subscriber, start: int, end: int, wanted: Sequence[Happening]) -> bool:
    """Deliver ``wanted`` and move the cursor from ``start`` to ``end``; False when somebody else moved it."""
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                return _deliver(subscriber, start, end, wanted)
        except OperationalError:
            if attempt == _TRIES:
                raise
            if not connection.is_usable():
                connection.close()
        except Exception as error:  # noqa: BLE001 - a handler may fail in any way; the guilty event is found below
            return _halve(subscriber, start, end, wanted, error)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _halve(subscriber: Subscriber, start: int, end: int, wanted: Sequence[Happening], error: Exception) -> bool:
    if len(wanted) == 1:
        with transaction.atomic():
            if not _move_cursor(subscriber, start, end):
                return False
            _park(subscriber, wanted[0], f"{type(error).__name__}: {error}")
            return True
    middle = len(wanted) // 2
    between = wanted[middle - 1].seq
    return _attempt(subscriber, start, between, wanted[:middle]) and _attempt(subscriber, between, end, wanted[middle:])


def _deliver(subscriber: Subscriber, start: int, end: int, wanted: Sequence[Happening]) -> bool:
    if not _move_cursor(subscriber, start, end):
        return False
    waiting = set()
    if not subscriber.is_order_free and wanted:
        parked = ParkedEvent.objects.filter(subscriber=subscriber.name, key__in={w.key for w in wanted})
        waiting = set(parked.values_list("key", flat=True))
    for w in wanted:
        if w.key in waiting:
            _park(subscriber, w, "")
    free = [w for w in wanted if w.key not in waiting]
    if free:
        subscriber.handler(free)
    return True


def _move_cursor(subscriber: Subscriber, start: int, end: int) -> bool:
    rows = EventCursor.objects.filter(subscriber=subscriber.name, seq=start)
    return bool(rows.update(seq=end, moved_at=now()))


def _park(subscriber: Subscriber, event: Happening, error: str) -> None:
    ParkedEvent.objects.create(
        subscriber=subscriber.name, seq=event.seq, key=event.key, type=event.type, seller_id=event.seller_id,
        error=error[:4000],
        event={
            "event_id": event.event_id, "subject": event.subject, "payload": event.payload, "at": event.at.isoformat(),
        },
    )  # fmt: skip


def replay_parked(*, subscriber: Subscriber, key: str) -> int:
    """Hand the parked events of one key to their handler again, in order; the number done.

    Raises:
        Exception: what the handler says of the first that still fails; nothing of the key is taken off then.
    """
    with transaction.atomic():
        rows = list(
            ParkedEvent.objects.filter(subscriber=subscriber.name, key=key).order_by("seq").select_for_update()
        )
        if rows:
            subscriber.handler([_unparked(r) for r in rows])
            ParkedEvent.objects.filter(id__in=[r.id for r in rows]).delete()
    return len(rows)


def _happening(row: Event) -> Happening:
    return Happening(
        row.seq, str(row.event_id), row.type, row.key, row.seller_id, row.subject, row.payload, row.at
    )


def _unparked(row: ParkedEvent) -> Happening:
    e = row.event
    at = datetime.fromisoformat(e["at"])
    return Happening(row.seq, e["event_id"], row.type, row.key, row.seller_id, e["subject"], e["payload"], at)
