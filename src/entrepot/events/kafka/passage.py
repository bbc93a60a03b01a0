"""A list out of Kafka's partitions, whose offsets are rows that move in the handler's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection

from entrepot.core.clock import now
from entrepot.events.models import Event, EventCursor, TopicOffset
from entrepot.events.services.deliver import CursorMovedError

Place = tuple[str, int]  # a topic's partition

# Shared with other consumers of the subscriber; a replay of parked events, or a change of the transport, waits.
_SHARE = "SELECT id, seq FROM events_eventcursor WHERE subscriber = %s AND reads = %s FOR SHARE"
_HOLD = """
SELECT o.topic, o.partition, o.next_offset FROM events_topicoffset o
  JOIN unnest(%s::text[], %s::int[]) AS mine(topic, partition) ON (o.topic, o.partition) = (mine.topic, mine.partition)
 WHERE o.subscriber = %s AND o.cluster = %s ORDER BY o.id FOR NO KEY UPDATE OF o"""

# Only what our own event log has: a message of a future that a restored backup knows nothing of is nobody's news.
_FRESH = """
INSERT INTO events_seenevent (cursor_id, event_id, seen_at)
SELECT %s, e.event_id, now() FROM events_event e
  JOIN unnest(%s::bigint[], %s::uuid[]) AS told(seq, event_id) ON (e.seq, e.event_id) = (told.seq, told.event_id)
 WHERE e.seq BETWEEN %s AND %s AND e.recorded_at BETWEEN %s AND %s
ON CONFLICT DO NOTHING RETURNING event_id"""
_ADVANCE = """
UPDATE events_topicoffset o SET next_offset = till.next_offset, moved_at = %s
  FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS till(topic, partition, next_offset)
 WHERE o.subscriber = %s AND o.cluster = %s AND (o.topic, o.partition) = (till.topic, till.partition)"""
_SLACK = timedelta(seconds=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Got:
    """An event and where it was read."""

    event: Event
    place: Place
    offset: int


class TopicPassage:
    """Events of some partitions. ``start``, ``end``: the next offset of each of them, before and after."""

    def __init__(
        self, subscriber: str, cluster: str, *, start: Mapping[Place, int], got: Sequence[Got], end: Mapping[Place, int]
    ) -> None:
        self.subscriber, self.cluster = subscriber, cluster
        self.start, self.got, self.end = start, got, end
        self.events = [g.event for g in got]
        self._cursor_id = self._floor = 0

    def hold(self) -> None:
        """Lock the offsets; one that another consumer has moved is no longer ours.

        Raises:
            CursorMovedError: after a rebalance another consumer had these messages, or the transport was changed.
        """
        topics, partitions = _columns(self.start)
        with connection.cursor() as cursor:
            cursor.execute(_SHARE, [self.subscriber, EventCursor.TOPICS])
            if (row := cursor.fetchone()) is None:
                raise CursorMovedError(self.subscriber)
            self._cursor_id, self._floor = row
            cursor.execute(_HOLD, [topics, partitions, self.subscriber, self.cluster])
            found = {(topic, partition): offset for topic, partition, offset in cursor.fetchall()}
        if found != self.start:
            raise CursorMovedError(self.subscriber)

    def fresh(self) -> list[Event]:
        """What this subscriber has not had, once each and in order."""
        asked = [e for e in self.events if e.seq > self._floor]
        if not asked:
            return []
        times = [e.recorded_at for e in asked]
        seqs, ids = [e.seq for e in asked], [e.event_id for e in asked]
        with connection.cursor() as cursor:
            among: list[Any] = [
                min(seqs),
                max(seqs),
                min(times) - _SLACK,
                max(times) + _SLACK,
            ]  # spares partitions, and most rows
            cursor.execute(_FRESH, [self._cursor_id, seqs, ids, *among])
            left = {row[0] for row in cursor.fetchall()}
        if len(left) < len(asked):
            log.info("messages.dropped", subscriber=self.subscriber, count=len(asked) - len(left))
        once = {e.event_id: e for e in reversed(asked) if e.event_id in left}  # of two copies the first
        return list(reversed(once.values()))

    def advance(self) -> None:
        """Move every offset to where the list ends."""
        topics, partitions = _columns(self.end)
        with connection.cursor() as cursor:
            given: list[Any] = [now(), topics, partitions, list(self.end.values()), self.subscriber, self.cluster]
            cursor.execute(_ADVANCE, given)

    def halves(self) -> tuple[TopicPassage, TopicPassage]:
        half = len(self.got) // 2
        middle = {**self.start, **{g.place: g.offset + 1 for g in self.got[:half]}}
        return (
            TopicPassage(self.subscriber, self.cluster, start=self.start, got=self.got[:half], end=middle),
            TopicPassage(self.subscriber, self.cluster, start=middle, got=self.got[half:], end=self.end),
        )


def next_offset(subscriber: str, cluster: str, place: Place) -> int | None:
    """Where a subscriber goes on in a partition; None: it has never read it."""
    rows = TopicOffset.objects.filter(subscriber=subscriber, cluster=cluster, topic=place[0], partition=place[1])
    return rows.values_list("next_offset", flat=True).first()


def begin_at(subscriber: str, cluster: str, place: Place, *, offset: int, was: int | None) -> int:
    """Put the place of a partition where there was none, or where there was ``was``; where it is then."""
    topic, partition = place
    mine = {"subscriber": subscriber, "cluster": cluster, "topic": topic, "partition": partition}
    if was is None:
        row, _ = TopicOffset.objects.get_or_create(**mine, defaults={"next_offset": offset, "moved_at": now()})
        return int(row.next_offset)
    TopicOffset.objects.filter(**mine, next_offset=was).update(next_offset=offset, moved_at=now())
    found = next_offset(subscriber, cluster, place)
    return offset if found is None else found


def _columns(places: Mapping[Place, int]) -> tuple[list[str], list[int]]:
    return [topic for topic, _ in places], [partition for _, partition in places]
