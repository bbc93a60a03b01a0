"""What the tests with a broker do and look at: happenings, processes of ours, messages read by a plain client."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from urllib.parse import quote

from django.db import connection

from entrepot.accounts.models import Seller
from entrepot.events.models import Event
from entrepot.events.services import Happening, record_many, sequence_once

RELAY = """
import sys, time
from entrepot.config.django import setup
setup()
from entrepot.events.kafka import cluster, relay

def dies(*_):
    print("published", flush=True)
    time.sleep(60)

relay.advance_cursor = dies
found = relay.Relay(cluster.Cluster())
found.start()
found.once()
"""
CONSUMER = """
import os, sys, threading, uuid
from entrepot.config.django import setup
setup()
from entrepot.accounts.models import Seller
from entrepot.events.kafka.cluster import Cluster
from entrepot.events.kafka.consumer import TopicReader
from entrepot.events.services.subscribers import Subscriber

def effect(events):
    Seller.objects.bulk_create(
        Seller(code=uuid.uuid4().hex, name=f"{e.key}:{e.payload['n']}:{os.getpid()}") for e in events)

TopicReader(Subscriber(sys.argv[1], effect, frozenset({"order.new"})), Cluster(), threading.Event()).run()
"""


def process(script, broker, tmp_path, *arguments):
    s = connection.settings_dict
    password = f":{quote(s['PASSWORD'])}" if s["PASSWORD"] else ""
    port = f"&port={s['PORT']}" if s["PORT"] else ""
    url = f"postgresql://{quote(s['USER'])}{password}@/{s['NAME']}?host={quote(s['HOST'], safe='')}{port}"
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "DATABASE_URL": url,
        "ENTREPOT_HOME": str(tmp_path), "KAFKA_BOOTSTRAP_SERVERS": broker.servers,
        "ENTREPOT_LOG_LEVEL": "CRITICAL",
    }  # fmt: skip
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, env=environment)


def messages_of(cluster, ids):
    """How often each of our events is in its topic, read by a client that is not ours."""
    from confluent_kafka import Consumer

    plain = Consumer({**cluster.options, "group.id": str(uuid.uuid4()), "auto.offset.reset": "earliest"})
    plain.subscribe(["entrepot.order"])
    found, until = [], time.monotonic() + 20
    while time.monotonic() < until:
        for message in plain.consume(1000, timeout=1.0):
            event_id = dict(message.headers())["ce_id"].decode()
            found += [event_id] if event_id in ids else []
        if len(found) >= len(ids) and not plain.consume(1, timeout=0.5):
            break
    plain.close()
    return found


def plainly_read(broker, cluster, event_id):
    """Key, headers and value of an event as kcat shows it; where that is not installed, as the library's consumer does."""
    if shutil.which("kcat"):
        command = ["kcat", "-b", broker.servers, "-C", "-e", "-q", "-J", "-t", "entrepot.order", "-o", "beginning"]
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        for message in map(json.loads, told.splitlines()):
            headers = dict(zip(message["headers"][::2], message["headers"][1::2], strict=True))
            if headers["ce_id"] == event_id:
                return message["key"], headers, message["payload"]
    from confluent_kafka import Consumer

    plain = Consumer({**cluster.options, "group.id": str(uuid.uuid4()), "auto.offset.reset": "earliest"})
    plain.subscribe(["entrepot.order"])
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for message in plain.consume(1000, timeout=1.0):
            headers = {name: value.decode() for name, value in message.headers()}
            if headers["ce_id"] == event_id:
                plain.close()
                return message.key().decode(), headers, message.value().decode()
    raise AssertionError(f"{event_id} is not in the topic")


def event_ids():
    return {str(i) for i in Event.objects.values_list("event_id", flat=True)}


class Effects:
    """A handler that writes what it saw into a table, and fails on the keys it is told to."""

    def __init__(self, poison=()):
        self.poison, self.lists = set(poison), []

    def __call__(self, events):
        self.lists.append(len(events))
        for event in events:
            if event.key in self.poison:
                raise ValueError(f"cannot take {event.key}")
        Seller.objects.bulk_create(
            Seller(code=uuid.uuid4().hex, name=f"{event.key}:{event.payload['n']}") for event in events
        )

    @property
    def seen(self):
        return [s.name for s in Seller.objects.order_by("id")]

    def of(self, key):
        return [int(name.split(":")[1]) for name in self.seen if name.split(":")[0] == key]


def happen(*keys, start=0, type="order.new"):
    """Events in this order; ``n`` counts them."""
    record_many([Happening(type, key, {"n": n}, 7) for n, key in enumerate(keys, start)])
    while sequence_once():
        pass


def publish(relay):
    total = 0
    while count := relay.once():
        total += count
    return total


def read_until(reader, consumer, done, tries=40):
    """Read until ``done()``; it must come to that."""
    while tries and not done():
        reader.read_once(consumer)
        tries -= 1
    assert done()


def count_in_topic(cluster):
    """Messages in all partitions of the topic, whoever published them."""
    from confluent_kafka import Consumer, TopicPartition

    plain = Consumer({**cluster.options, "group.id": str(uuid.uuid4())})
    total = sum(plain.get_watermark_offsets(TopicPartition("entrepot.order", p))[1] for p in range(3))
    plain.close()
    return total


@contextmanager
def backup_of_the_database():
    """What the tables hold when the block begins is what they hold when it has ended, as ``pg_restore`` leaves them."""
    tables = ("events_event", "events_eventcursor", "events_topicoffset", "events_seenevent", "accounts_seller")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
        cursor.execute("SELECT last_value FROM events_event_seq")
        seq = cursor.fetchone()[0]
        yield
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")
            cursor.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
            cursor.execute(f"DROP TABLE kept_{table}")
        cursor.execute("SELECT setval('events_event_seq', %s)", [seq])
