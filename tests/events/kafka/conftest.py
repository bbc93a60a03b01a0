"""A real broker for the session, and what a test does with events on it."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import pytest

from entrepot.core.clock import now
from entrepot.events.services.subscribers import Subscriber
from entrepot.events.services.transport import switch_transport

from .stream import Effects

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def tools():
    """The module that starts brokers. Without Java or Maven the tests are skipped, but never where CI is set."""
    sys.path.insert(0, str(REPOSITORY))
    from tools.kafka import broker

    sys.path.remove(str(REPOSITORY))
    if (lacking := broker.missing()) and not os.environ.get("CI"):
        pytest.skip(f"Kafka cannot run here: {lacking}")
    return broker


@pytest.fixture(scope="session")
def broker(tools, tmp_path_factory):
    with tools.Broker(tmp_path_factory.mktemp("kafka")) as found:
        yield found


@pytest.fixture
def cluster(broker, settings):
    from entrepot.events.kafka.cluster import Cluster, topic_names

    settings.KAFKA_BOOTSTRAP_SERVERS, settings.ENTREPOT_KAFKA_PARTITIONS = broker.servers, 3
    found = Cluster()
    found.ensure_topics(topic_names())
    return found


@pytest.fixture
def effects(transactional_db):
    return Effects()


@pytest.fixture
def subscriber(effects):
    """Wired to ``order.new``, in a consumer group that no other test is in."""
    return Subscriber(f"tests.{uuid.uuid4()}", effects, frozenset({"order.new"}))


@pytest.fixture
def on_kafka(cluster, subscriber):
    """The transport is kafka; gives a relay that has started."""
    from entrepot.events.kafka.relay import Relay

    switch_transport(to="kafka", at=now(), subscribers=[subscriber])
    relay = Relay(cluster)
    relay.start()
    yield relay
    relay.close()


@pytest.fixture
def reader(cluster, subscriber):
    """Makes readers of the subscriber's group, each with a consumer; all are closed in the end."""
    import threading

    from entrepot.events.kafka.consumer import TopicReader

    opened = []

    def make(kind=TopicReader):
        made = kind(subscriber, cluster, threading.Event())
        opened.append(made.consumer())
        return made, opened[-1]

    yield make
    for consumer in opened:
        consumer.close()
