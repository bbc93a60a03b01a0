"""Give a subscriber what it has not seen: its writes and the move of its cursor are one transaction."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import psycopg
import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from entrepot.core.clock import now
from entrepot.events.models import Event, EventCursor, ParkedEvent

from .subscribers import Subscriber

LIST = 5_000
_TRIES = 6
_RETRIED = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "08")  # SQLSTATEs: races, restarts, lost connections
_IDLE_MOVE = timedelta(hours=1)
_CLOCK_SLACK = timedelta(hours=1)  # recorded_at may step back this far when the server's clock is set

# What it had out of a topic while the transport was Kafka is not given again.
# Instants travel as microseconds since 1970: a number is read ten times as fast as the text of a time.
_NEXT = """
SELECT seq, event_id, type, topic, key, seller_id, subject, payload::text,
       (extract(epoch FROM at) * 1000000)::bigint, (extract(epoch FROM recorded_at) * 1000000)::bigint
  FROM events_event
 WHERE seq > %s AND seq <= %s AND type = ANY(%s) AND recorded_at >= %s::timestamptz
   AND NOT EXISTS (SELECT 1 FROM events_seenevent s WHERE s.cursor_id = %s AND s.event_id = events_event.event_id)
 ORDER BY seq LIMIT %s"""
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_FIELDS = [f.attname for f in Event._meta.concrete_fields]

log = structlog.get_logger(__name__)


class CursorMovedError(Exception):
    """Another process delivers to this subscriber, or has moved its place."""


class Passage(Protocol):
    """A list of events on its way to one subscriber, and the place that moves past it in the same transaction."""

    @property
    def events(self) -> Sequence[Event]: ...

    def hold(self) -> None:
        """Lock the place for the transaction.

        Raises:
            CursorMovedError: somebody else holds it, or it is not where this list begins.
        """

    def fresh(self) -> list[Event]:
        """Those of ``events`` that the subscriber has not had; they count as had from now on."""

    def advance(self) -> None:
        """Move the place to where this list ends."""

    def halves(self) -> tuple[Passage, Passage]:
        """The same in two; the second begins where the first ends."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the event log."""

    seq: int
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogPassage:
    """A list out of the event log; its place is the subscriber's cursor."""

    name: str
    start: Mark
    events: Sequence[Event]
    end: Mark

    def hold(self) -> None:
        hold_cursor(self.name, self.start.seq)

    def fresh(self) -> list[Event]:
        return list(self.events)

    def advance(self) -> None:
        advance_cursor(self.name, self.start, self.end)

    def halves(self) -> tuple[Passage, Passage]:
        half = len(self.events) // 2
        middle = Mark(self.events[half - 1].seq, self.events[half - 1].recorded_at)
        return (
            LogPassage(self.name, self.start, self.events[:half], middle),
            LogPassage(self.name, middle, self.events[half:], self.end),
        )


def deliver_once(subscriber: Subscriber) -> int:
    """Deliver the next list (up to 5,000 events) and move the cursor; how many events it passed.

    0: nothing new, another dispatcher is at it, or the subscriber reads from Kafka. Deadlocks, serialization failures
    and lost connections are tried again. Any other failing list is halved until the guilty event stands alone; it is
    parked, its key behind it.
    """
    row = cursor_of(subscriber.name)
    if row.reads != EventCursor.LOG or row.cut_off_at is not None or (head := log_head()) is None:
        return 0
    start = Mark(row.seq, row.seen_at)
    # The head is read before the list: what is sequenced in between is above it, and comes next time.
    events = _next(subscriber, row.id, start, head)
    if not events and not _is_worth_moving(row, head):
        return 0
    end = Mark(events[-1].seq, events[-1].recorded_at) if len(events) == LIST else head
    try:
        deliver(subscriber, LogPassage(subscriber.name, start, events, end))
    except CursorMovedError:
        return 0
    return len(events)


def cursor_of(name: str) -> EventCursor:
    """A subscriber's cursor; a new one reads what the others read, from the oldest event that is kept."""
    row, _ = EventCursor.objects.get_or_create(
        subscriber=name,
        defaults={"reads": _what_others_read},  # type: ignore[misc]  # called only where a row is made
    )
    return row


def _what_others_read() -> str:
    are_on_kafka = EventCursor.objects.filter(reads=EventCursor.TOPICS).exists()
    return EventCursor.TOPICS if are_on_kafka else EventCursor.LOG


def log_head() -> Mark | None:
    """Where the event log ends; None: it is empty."""
    last = Event.objects.order_by("-seq").values_list("seq", "recorded_at").first()
    return Mark(*last) if last else None


def _next(subscriber: Subscriber, cursor_id: int, start: Mark, head: Mark) -> list[Event]:
    """The next list in order of ``seq``, in one statement; the ORM would read half as many a second."""
    floor = "-infinity" if start.seen_at is None else start.seen_at - _CLOCK_SLACK
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [start.seq, head.seq, sorted(subscriber.types), floor, cursor_id, LIST])
        rows = cursor.fetchall()
    return [Event.from_db(connection.alias, _FIELDS, _values(row)) for row in rows]


def _values(row: tuple[Any, ...]) -> list[Any]:
    *plain, payload, at_us, recorded_us = row
    return [*plain, json.loads(payload), _EPOCH + at_us * _MICROSECOND, _EPOCH + recorded_us * _MICROSECOND]


def _is_worth_moving(row: EventCursor, head: Mark) -> bool:
    """Whether a cursor without news should follow the head: now and then, so that an idle one costs no writes."""
    if head.seq <= row.seq:
        return False
    return head.seq - row.seq >= LIST or row.moved_at is None or row.moved_at < now() - _IDLE_MOVE


def deliver(subscriber: Subscriber, passage: Passage) -> None:
    """Deliver a list and move its place; halve it when the handler fails, and park the event that stands alone.

    Raises:
        CursorMovedError: another process has moved the place; nothing of what is left was done.
    """
    try:
        _in_one_transaction(subscriber, passage)
    except CursorMovedError:
        raise
    except Exception as error:  # whatever a handler raises: the guilty event is found and parked
        if not passage.events or is_transient(error):
            raise
        if len(passage.events) == 1:
            _park_guilty(subscriber, passage, error)
            return
        for half in passage.halves():
            deliver(subscriber, half)


def _in_one_transaction(subscriber: Subscriber, passage: Passage) -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                passage.hold()
                if free := _without_parked_keys(subscriber, passage.fresh()):
                    subscriber.handler(free)
                passage.advance()
            return
        except Exception as error:
            if attempt == _TRIES or not is_transient(error):
                raise
            log.info("delivery.retried", subscriber=subscriber.name, attempt=attempt, error=str(error))
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311


def hold_cursor(name: str, seq: int | None = None) -> EventCursor:
    """Lock a subscriber's cursor for the transaction; one dispatcher, or one replay, at a time.

    Raises:
        CursorMovedError: somebody else holds it, or it no longer reads the event log at ``seq``.
    """
    row = EventCursor.objects.select_for_update(no_key=True, skip_locked=True).filter(subscriber=name).first()
    if row is None or (seq is not None and (row.seq, row.reads) != (seq, EventCursor.LOG)):
        raise CursorMovedError(name)
    return row


def _without_parked_keys(subscriber: Subscriber, events: Sequence[Event]) -> list[Event]:
    """Those whose key is not parked; the others are parked behind it, in order."""
    if not subscriber.in_order or not events:
        return list(events)
    mine = ParkedEvent.objects.filter(subscriber=subscriber.name)
    if not mine.exists():
        return list(events)
    parked = set(mine.filter(key__in={e.key for e in events}).values_list("topic", "key").distinct())
    if not parked:
        return list(events)
    behind = [e for e in events if (e.topic, e.key) in parked]
    ParkedEvent.objects.bulk_create(_parked(subscriber, e, is_guilty=False) for e in behind)
    return [e for e in events if (e.topic, e.key) not in parked]


def _park_guilty(subscriber: Subscriber, passage: Passage, error: Exception) -> None:
    event = passage.events[0]
    with transaction.atomic():
        passage.hold()
        if not passage.fresh():
            raise CursorMovedError(subscriber.name)
        row = _parked(subscriber, event, is_guilty=True)
        row.error = f"{type(error).__name__}: {error}"[:4000]
        row.save()
        passage.advance()
    log.error("event.parked", subscriber=subscriber.name, seq=event.seq, type=event.type, key=event.key, exc_info=error)


def _parked(subscriber: Subscriber, event: Event, *, is_guilty: bool) -> ParkedEvent:
    names = [f.attname for f in Event._meta.concrete_fields]
    copy = {name: getattr(event, name) for name in names}
    return ParkedEvent(subscriber=subscriber.name, is_guilty=is_guilty, parked_at=now(), **copy)


def advance_cursor(name: str, start: Mark, end: Mark) -> None:
    """Move a cursor from ``start`` to ``end``.

    Raises:
        CursorMovedError: it does not stand at ``start``.
    """
    moved = EventCursor.objects.filter(subscriber=name, seq=start.seq).update(
        seq=end.seq, seen_at=end.seen_at, moved_at=now(), last_error=""
    )
    if not moved:
        raise CursorMovedError(name)


def is_transient(error: BaseException) -> bool:
    """Whether trying again may help: a deadlock, a serialization failure, a lost connection, somewhere in the chain."""
    seen: BaseException | None = error
    while seen is not None:
        state = getattr(seen, "sqlstate", None)
        if isinstance(seen, psycopg.Error) and state is not None and state.startswith(_RETRIED):
            return True
        if isinstance(seen, (InterfaceError, OperationalError)) and getattr(seen.__cause__, "sqlstate", None) is None:
            return True
        seen = seen.__cause__ or seen.__context__
    return False
