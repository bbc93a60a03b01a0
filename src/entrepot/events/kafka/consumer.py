"""Consumers: one group of Kafka per subscriber, the same handlers, offsets in PostgreSQL."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connections

from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.events.models import EventCursor
from entrepot.events.services.deliver import LIST, CursorMovedError, cursor_of, deliver
from entrepot.events.services.subscribers import Subscriber, load_subscribers
from entrepot.events.services.transport import KAFKA, RELAY, settle, transport_in_force
from entrepot.events.services.wiring import check_wiring

from .cloudevents import NotOursError, event, type_of
from .cluster import Cluster, topic_names
from .passage import Got, Place, TopicPassage, begin_at, next_offset

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message, TopicPartition

_POLL_S, _GATHER_S, _SETTLE_S, _ANSWER_S = 1.0, 0.02, 10.0, 10.0
_SESSION_MS = 6_000  # the least that brokers allow: a dead consumer's partitions are with others this soon

log = structlog.get_logger(__name__)


class TopicReader:
    """Reads the topics of one subscriber's types, together with others of its group in other processes."""

    def __init__(self, subscriber: Subscriber, cluster: Cluster, stop: threading.Event) -> None:
        self.subscriber, self.cluster, self.stop = subscriber, cluster, stop
        self.positions: dict[Place, int] = {}  # of the partitions that are ours now
        self._settled = 0.0

    def run(self) -> None:
        """Until ``stop``. What fails is logged, and begun again from the offsets that PostgreSQL has."""
        wait_s = 1.0
        while not self.stop.is_set():
            try:
                self._read_as_one_of_the_group()
                wait_s = 1.0
            except Exception as error:
                log.exception("consumer.failed", subscriber=self.subscriber.name)
                self._note_error(error)
                wait_s = min(30.0, wait_s * 2) * random.uniform(0.5, 1)  # noqa: S311
            finally:
                connections.close_all()
            self.stop.wait(wait_s)

    def read_once(self, consumer: Consumer) -> int:
        """Deliver what has come, up to 5,000 messages; how many they were. Waits up to a second for the first."""
        first = consumer.poll(_POLL_S)
        if first is None:
            self._settle_now_and_then()
            return 0
        messages = [first, *consumer.consume(LIST - 1, timeout=_GATHER_S)]
        passage = self._passage([m for m in messages if _is_good(m)])
        if passage is None:
            return 0
        try:
            deliver(self.subscriber, passage)
            self.positions |= passage.end
        except CursorMovedError:
            log.info("consumer.overtaken", subscriber=self.subscriber.name)
            self._go_where_postgresql_is(consumer, passage.start)
        return len(messages)

    def consumer(self) -> Consumer:
        """A consumer in the subscriber's group; whoever calls this closes it."""
        from confluent_kafka import Consumer

        made = Consumer({
            **self.cluster.options, "group.id": f"entrepot.{self.subscriber.name}", "enable.auto.commit": False,
            "auto.offset.reset": "error", "session.timeout.ms": _SESSION_MS, "heartbeat.interval.ms": 2_000,
            "queued.max.messages.kbytes": 16_384,
        })  # fmt: skip
        made.subscribe(topic_names(self.subscriber.types), on_assign=self._assigned, on_revoke=self._revoked)
        return made

    def _read_as_one_of_the_group(self) -> None:
        if cursor_of(self.subscriber.name).reads != EventCursor.TOPICS:
            log.warning("consumer.waits", subscriber=self.subscriber.name, reason="the transport is postgres")
            return
        consumer = self.consumer()
        try:
            while not self.stop.is_set():
                self.read_once(consumer)
        finally:
            self.positions = {}
            consumer.close()

    def _passage(self, messages: Sequence[Message]) -> TopicPassage | None:
        got: list[Got] = []
        end: dict[Place, int] = {}
        for message in messages:
            place, offset = _where(message)
            if place not in self.positions or offset < self.positions[place]:
                continue  # of before a rebalance
            end[place] = offset + 1
            if (found := self._event(message)) is not None:
                got.append(Got(found, place, offset))
        if not end:
            return None
        start = {place: self.positions[place] for place in end}
        return TopicPassage(self.subscriber.name, self.cluster.id, start=start, got=got, end=end)

    def _event(self, message: Message) -> Any:
        told: Any = dict(message.headers() or ())
        if type_of(told) not in self.subscriber.types:
            return None
        try:
            return event(told, message.key(), message.value())
        except NotOursError as error:
            log.error("message.not_ours", where=_where(message), error=str(error))  # noqa: TRY400 - its traceback says nothing
            return None

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for p in partitions:
            p.offset = self._where_to_begin(consumer, p)
        self.positions = {(p.topic, p.partition): p.offset for p in partitions}
        consumer.assign(partitions)
        log.info("consumer.assigned", subscriber=self.subscriber.name, partitions=len(partitions))

    def _revoked(self, consumer: Consumer, _: list[TopicPartition]) -> None:
        self.positions = {}
        consumer.unassign()

    def _where_to_begin(self, consumer: Consumer, p: TopicPartition) -> int:
        place = (p.topic, p.partition)
        ours = next_offset(self.subscriber.name, self.cluster.id, place)
        low, high = consumer.get_watermark_offsets(p, timeout=_ANSWER_S)
        if ours is not None and low <= ours <= high:
            return ours
        if ours is not None:
            log.error("topic.gap", subscriber=self.subscriber.name, place=place, wanted=ours, oldest=low, newest=high)
        if ours is not None or low > 0:
            self._ask_to_publish_again()
        return begin_at(self.subscriber.name, self.cluster.id, place, offset=low, was=ours)

    def _ask_to_publish_again(self) -> None:
        """What the topic no longer has the event log has: the relay goes back to what we surely had."""
        floor = cursor_of(self.subscriber.name)
        behind = EventCursor.objects.filter(subscriber__startswith=RELAY, seq__gt=floor.seq)
        behind.update(seq=floor.seq, seen_at=floor.seen_at)

    def _go_where_postgresql_is(self, consumer: Consumer, places: Iterable[Place]) -> None:
        from confluent_kafka import KafkaException, TopicPartition

        if cursor_of(self.subscriber.name).reads != EventCursor.TOPICS:
            raise Refused("the transport is postgres: `entrepot transport kafka` changes it")
        for place in places:
            offset = next_offset(self.subscriber.name, self.cluster.id, place)
            if place not in self.positions or offset is None:
                continue
            topic, partition = place
            try:
                consumer.seek(TopicPartition(topic, partition, offset))
                self.positions[place] = offset
            except KafkaException:
                self.positions.pop(place, None)  # it is no longer ours

    def _settle_now_and_then(self) -> None:
        if time.monotonic() - self._settled > _SETTLE_S:
            self._settled = time.monotonic()
            settle(self.subscriber, at=now())

    def _note_error(self, error: Exception) -> None:
        try:
            EventCursor.objects.filter(subscriber=self.subscriber.name).update(last_error=str(error)[:2000])
        except Exception:
            log.exception("consumer.not_noted", subscriber=self.subscriber.name)


def _where(message: Message) -> tuple[Place, int]:
    """Partition and offset of a message that was read."""
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None
    assert partition is not None
    assert offset is not None
    return (topic, partition), offset


def _is_good(message: Message) -> bool:
    """Whether it is a message; errors that librdkafka mends by itself are none.

    Raises:
        KafkaException: what we wanted to read is no longer there, or reading cannot go on.
    """
    from confluent_kafka import KafkaError, KafkaException

    error = message.error()
    if error is None:
        return True
    if error.fatal() or error.code() == KafkaError._AUTO_OFFSET_RESET:  # noqa: SLF001 - librdkafka's own codes begin so
        raise KafkaException(error)
    log.info("consumer.told", error=str(error))
    return False


def run_consumers(stop: threading.Event, *, names: Sequence[str] = ()) -> None:
    """Run the subscribers of these names, or all, each in a thread, until ``stop``.

    Raises:
        Refused: no such subscriber, Kafka does not answer, or the transport is another.
    """
    check_wiring()
    wired = {s.name: s for s in load_subscribers()}
    if unknown := sorted(set(names) - set(wired)):
        raise Refused(f"subscriber {unknown[0]!r} is not one of {', '.join(sorted(wired))}")
    chosen = [wired[name] for name in names] if names else list(wired.values())
    if transport_in_force() != KAFKA:
        raise Refused("the transport is postgres: `entrepot transport kafka` changes it")
    cluster = Cluster()
    cluster.ensure_topics(topic_names())
    threads = [threading.Thread(target=TopicReader(s, cluster, stop).run, name=f"consume-{s.name}") for s in chosen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
