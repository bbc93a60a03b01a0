"""A hub whose events travel by a real Kafka broker, and the least that the same bytes cost on it."""

from __future__ import annotations

import importlib
import sys
import tempfile
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .hub import hub

Message = tuple[str, bytes, bytes, list[Any]]  # topic, key, value, headers
_PARTITIONS, _WAIT_S = 6, 60


@contextmanager
def kafka_hub() -> Iterator[Any]:
    """A fresh hub and a fresh broker; the cluster. Only while the block lasts."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    broker = importlib.import_module("tools.kafka.broker")
    if lacking := broker.missing():
        raise SystemExit(lacking)
    with tempfile.TemporaryDirectory(prefix="entrepot-kafka-") as folder, broker.Broker(Path(folder)) as running, hub():
        from django.conf import settings

        from entrepot.events.kafka.cluster import Cluster, topic_names

        settings.KAFKA_BOOTSTRAP_SERVERS, settings.ENTREPOT_KAFKA_PARTITIONS = running.servers, _PARTITIONS
        cluster = Cluster()
        cluster.ensure_topics([*topic_names(), "raw"])
        yield cluster


def counting_subscriber() -> tuple[Any, list[int]]:
    """A subscriber of the benchmark's events whose handler only counts, and its counts."""
    from entrepot.events.services.subscribers import Subscriber

    seen: list[int] = []
    return Subscriber("benchmark", lambda events: seen.append(len(events)), frozenset({"order.new"})), seen


def travel_by_kafka(subscriber: Any) -> None:
    """The subscriber reads topics from now on."""
    from entrepot.core.clock import now
    from entrepot.events.services.transport import switch_transport

    switch_transport(to="kafka", at=now(), subscribers=[subscriber])


def produce_raw(cluster: Any, messages: Sequence[Message]) -> None:
    """The same bytes by the same kind of producer, and nothing else."""
    from confluent_kafka import Producer

    producer = Producer({
        **cluster.options, "enable.idempotence": True, "linger.ms": 20, "compression.type": "lz4",
    })  # fmt: skip
    for _, key, value, headers in messages:
        producer.produce("raw", value=value, key=key, headers=headers)
        producer.poll(0)
    if producer.flush(_WAIT_S):
        raise RuntimeError("the broker did not take all")


def consume_raw(cluster: Any, count: int, *, kept: int = 0) -> list[Message]:
    """Read so many of our events by a plain consumer; the last ``kept``."""
    from confluent_kafka import Consumer

    consumer = Consumer({**cluster.options, "group.id": str(uuid.uuid4()), "auto.offset.reset": "earliest"})
    consumer.subscribe(["entrepot.order"])
    found: deque[Message] = deque(maxlen=kept)
    read = 0
    while read < count:
        got = [m for m in consumer.consume(5_000, timeout=1.0) if m.error() is None]
        found.extend((m.topic(), m.key(), m.value(), m.headers()) for m in got)
        read += len(got)
    consumer.close()
    return list(found)
