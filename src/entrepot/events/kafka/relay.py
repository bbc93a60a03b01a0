"""The relay: publish the event log to Kafka, in its order. Its position is a cursor as a subscriber's.

It publishes, waits until the broker has all of a list, and then moves its cursor; killed in between it publishes the
list again, and the consumers drop what they have had.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
from django.db import connection
from django.db.models import Min

from entrepot.core.errors import Refused
from entrepot.events.dispatcher import Dispatcher
from entrepot.events.models import Event, EventCursor
from entrepot.events.services.deliver import LIST, CursorMovedError, Mark, advance_cursor
from entrepot.events.services.subscribers import Subscriber
from entrepot.events.services.transport import RELAY
from entrepot.jobs.notices import connect

from .cloudevents import COLUMNS, headers
from .cluster import PREFIX, Cluster, topic_names

if TYPE_CHECKING:
    from confluent_kafka import Producer

_LOCK = 0x656E_7472_0005  # advisory lock of the relay
_DELIVERY_S = 20
_NEXT = f"""
SELECT {COLUMNS}, recorded_at FROM events_event
 WHERE seq > %s AND recorded_at >= %s::timestamptz - interval '1 hour' ORDER BY seq LIMIT %s"""

log = structlog.get_logger(__name__)


class PublishError(Exception):
    """The broker did not take all of a list; it is published again."""


class Relay:
    """Publishes to one cluster. Of several processes one publishes at a time; the others wait to take over."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.name = cluster, RELAY + cluster.id
        self._producer: Producer | None = None
        self._lock: psycopg.Connection[Any] | None = None
        self._failed: list[str] = []

    def start(self) -> None:
        """Make what is missing of the topics, and the cursor: at the first event that a subscriber may not have had.

        Raises:
            Refused: no subscriber reads topics: the transport is another.
        """
        readers = EventCursor.objects.filter(reads=EventCursor.TOPICS)
        floor = readers.aggregate(seq=Min("seq"))["seq"]
        if floor is None:
            raise Refused("the transport is postgres: `entrepot transport kafka` changes it")
        self.cluster.ensure_topics(topic_names())
        EventCursor.objects.filter(subscriber__startswith=RELAY).exclude(subscriber=self.name).delete()
        EventCursor.objects.get_or_create(subscriber=self.name, defaults={"reads": EventCursor.LOG, "seq": floor})

    def once(self, _: Subscriber | None = None) -> int:
        """Publish the next list (up to 5,000 events) and move the cursor; how many. 0: nothing new, or not our turn.

        Raises:
            PublishError: the broker did not take it; nothing is lost, ask again.
        """
        row = EventCursor.objects.filter(subscriber=self.name, cut_off_at__isnull=True).first()
        if row is None or not self._is_our_turn():
            return 0
        start = Mark(row.seq, row.seen_at)
        if not (rows := _next(start)):
            return 0
        self._publish(rows)
        try:
            advance_cursor(self.name, start, Mark(rows[-1][0], rows[-1][-1]))
        except CursorMovedError:
            return 0  # asked to publish again from further back, or the transport was changed
        return len(rows)

    def close(self) -> None:
        """Let another process publish."""
        self._producer = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _is_our_turn(self) -> bool:
        try:
            if self._lock is not None:
                self._lock.execute("SELECT 1")
                return True
            asking = connect()
            found = asking.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        except psycopg.Error:
            self._lock = None
            raise
        if not (found and found[0]):
            asking.close()
            return False
        self._lock = asking
        return True

    def _publish(self, rows: Sequence[Sequence[Any]]) -> None:
        if self._producer is None:
            self._producer = _producer(self.cluster.options)
        self._failed = []
        try:
            for row in rows:
                name, told = PREFIX + row[3], headers(row[:-1])
                self._producer.produce(name, value=row[7], key=row[4], headers=told, on_delivery=self._note)
            left = self._producer.flush(_DELIVERY_S)
            if left or self._failed:
                raise PublishError(self._failed[0] if self._failed else f"{left} events are not there after a while")
        except Exception:
            self._producer.purge()  # what it still holds must not overtake the next try
            self._producer = None
            raise

    def _note(self, error: Any, _: Any) -> None:
        if error is not None:
            self._failed.append(str(error))


def _producer(options: dict[str, Any]) -> Producer:
    """Every copy in sync before it counts, and no gap: a message waits for ever, and is given up with all behind it."""
    from confluent_kafka import Producer

    return Producer({
        **options, "enable.idempotence": True, "linger.ms": 20, "compression.type": "lz4", "message.timeout.ms": 0,
        "delivery.report.only.error": True,
    })  # fmt: skip


def _next(start: Mark) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [start.seq, start.seen_at or "-infinity", LIST])
        return cursor.fetchall()


def run_relay(stop: threading.Event) -> None:
    """Number what is new and publish it, until ``stop``.

    Raises:
        Refused: Kafka does not answer, or the transport is another.
    """
    relay = Relay(Cluster())
    relay.start()
    try:
        everything = Subscriber(relay.name, list[Event], frozenset())
        Dispatcher([everything], threads=1, stop=stop, deliver=relay.once).run()
    finally:
        relay.close()
