"""How events travel to their subscribers: by the dispatcher out of the event log, or by Kafka's topics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from entrepot.core.errors import Refused
from entrepot.events.models import EventCursor, SeenEvent

from .deliver import cursor_of, log_head
from .subscribers import Subscriber, load_subscribers

POSTGRES, KAFKA = "postgres", "kafka"
RELAY = "relay "  # before the cluster's id: the cursor of who publishes
_SEEN_FOR = timedelta(days=7)
_READS = {POSTGRES: EventCursor.LOG, KAFKA: EventCursor.TOPICS}

# Its types beyond its place, but for what it had out of a topic. Parked ones count as had.
_LEFT = """
SELECT count(*), min(e.seq) FROM events_event e
 WHERE e.seq > %(seq)s AND e.seq <= %(head)s AND e.type = ANY(%(types)s)
   AND e.recorded_at >= %(since)s::timestamptz - interval '1 hour'
   AND NOT EXISTS (SELECT 1 FROM events_seenevent s WHERE s.cursor_id = %(cursor)s AND s.event_id = e.event_id)"""


def transport_in_force() -> str:
    """``kafka`` once a subscriber reads topics, else ``postgres``."""
    return KAFKA if EventCursor.objects.filter(reads=EventCursor.TOPICS).exists() else POSTGRES


def switch_transport(*, to: str, at: datetime, subscribers: Sequence[Subscriber] | None = None) -> None:
    """Change how events travel. To Kafka: up to here every event has had its effect, later ones have it the new way.

    Back to PostgreSQL no broker is needed: the dispatcher delivers out of the log what a subscriber has not had.

    Raises:
        Refused: it is so already, or a subscriber has not had everything that Kafka will not bring. Ask again.
    """
    wired = load_subscribers() if subscribers is None else subscribers
    for subscriber in wired:
        cursor_of(subscriber.name)
    with transaction.atomic():
        names = [s.name for s in wired]
        locked = EventCursor.objects.select_for_update().filter(subscriber__in=names).order_by("id")
        rows = {row.subscriber: row for row in locked}
        if all(row.reads == _READS[to] for row in rows.values()):
            raise Refused(f"the transport is {to} already")
        left = {s.name: _left(s, rows[s.name]) for s in wired}
        behind = {name: count for name, (count, _) in left.items() if count}
        if to == KAFKA and behind:
            told = ", ".join(f"{name}: {count}" for name, count in sorted(behind.items()))
            raise Refused(f"not drained, events still to come: {told}. Let them be delivered and ask again")
        place = {"seq": head.seq, "seen_at": head.seen_at} if (head := log_head()) else {}
        moved = {"reads": _READS[to], "moved_at": at}
        EventCursor.objects.filter(subscriber__in=behind).update(**moved)
        EventCursor.objects.filter(subscriber__in=set(names) - set(behind)).update(**moved, **place)
        if to == POSTGRES:
            EventCursor.objects.filter(subscriber__startswith=RELAY).delete()


def settle(subscriber: Subscriber, *, at: datetime) -> None:
    """Move the cursor of a subscriber that reads topics up to the last event before the first that it has not had.

    Left alone while a consumer is at work; the next time is soon enough.
    """
    with transaction.atomic():
        rows = EventCursor.objects.select_for_update(no_key=True, skip_locked=True)
        row = rows.filter(subscriber=subscriber.name, reads=EventCursor.TOPICS).first()
        if row is None or (head := log_head()) is None:
            return
        _, first = _left(subscriber, row)
        seq = head.seq if first is None else first - 1
        if seq > row.seq:
            place = {"seen_at": head.seen_at} if first is None else {}
            EventCursor.objects.filter(id=row.id).update(seq=seq, moved_at=at, last_error="", **place)


def forget_seen(*, at: datetime) -> int:
    """Delete what was seen more than seven days ago; how many rows."""
    return SeenEvent.objects.filter(seen_at__lt=at - _SEEN_FOR).delete()[0]


def _left(subscriber: Subscriber, row: EventCursor) -> tuple[int, int | None]:
    """How many events a subscriber has still to have, and the ``seq`` of the first."""
    head = log_head()
    given: dict[str, Any] = {
        "seq": row.seq, "head": head.seq if head else 0, "types": sorted(subscriber.types), "cursor": row.id,
        "since": row.seen_at or "-infinity",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, given)
        count, first = cursor.fetchone()
    return int(count), first
