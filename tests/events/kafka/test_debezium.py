"""Debezium's outbox router, as shipped, in the place of our relay: a real Kafka Connect on a real PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import randint

import psycopg
import pytest

from .conftest import REPOSITORY

SHIPPED = REPOSITORY / "deploy/debezium/outbox.properties"
# What our consumer makes of Debezium's messages, and what is in the log: the same.
STORY = """
import json, sys, threading, time
from entrepot.config.django import migrate, setup
setup()
migrate()
from entrepot.core.clock import now
from entrepot.events.kafka.cluster import Cluster, topic_names
from entrepot.events.kafka.consumer import TopicReader
from entrepot.events.models import Event
from entrepot.events.services import Happening, record_many, sequence_once
from entrepot.events.services.subscribers import Subscriber
from entrepot.events.services.transport import settle, switch_transport, transport_in_force

cluster = Cluster()
cluster.ensure_topics(topic_names())
seen = []
wired = Subscriber("tests.debezium", seen.extend, frozenset({"order.new"}))
switch_transport(to="kafka", at=now(), subscribers=[wired])
print("ready", flush=True)
sys.stdin.readline()
record_many([Happening("order.new", n % 3, {"n": n, "word": "İ"}, None if n % 2 else 7, f"order/{n}") for n in range(9)])
sequence_once()
reader = TopicReader(wired, cluster, threading.Event())
consumer, until = reader.consumer(), time.monotonic() + 90
while len(seen) < 9 and time.monotonic() < until:
    reader.read_once(consumer)
consumer.close()
fields = lambda e: [e.seq, str(e.event_id), e.type, e.topic, e.key, e.seller_id, e.subject, e.payload, str(e.at), str(e.recorded_at)]
settle(wired, at=now())
switch_transport(to="postgres", at=now(), subscribers=[wired])
print(json.dumps([[fields(e) for e in seen], [fields(e) for e in Event.objects.order_by("seq")], transport_in_force()]))
"""


@pytest.fixture
def logical():
    """A PostgreSQL with logical decoding on an address of loopback that is its own: its URL and that address."""
    from entrepot.config.database.owner import Owner
    from entrepot.config.database.places import places

    home, address = Path(tempfile.mkdtemp(prefix="entrepot-debezium-")), f"127.{randint(2, 250)}.{randint(1, 250)}.1"
    made = Owner(places(home))
    made.start()
    made.stop()
    allowed = places(home).data / "pg_hba.conf"
    allowed.write_text(f"{allowed.read_text()}host all,replication all {address}/8 trust\n")
    owner = Owner(places(home), {"wal_level": "logical", "listen_addresses": address, "fsync": "off"})
    owner.start()
    yield owner.server.url, address
    owner.stop()
    shutil.rmtree(home, ignore_errors=True)


def connector(address):
    """The properties that we ship, for this database."""
    text = SHIPPED.read_text()
    for name, value in {"database.hostname": address, "database.password": ""}.items():
        text = re.sub(rf"^{re.escape(name)}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
    return text


def wait_for_slot(url, connect):
    """Until Debezium streams."""
    until = time.monotonic() + 120
    with psycopg.connect(url, autocommit=True) as asking:
        while time.monotonic() < until:
            connect.require_alive()
            if asking.execute("SELECT 1 FROM pg_replication_slots WHERE active").fetchone():
                return
            time.sleep(0.2)
    raise AssertionError(connect.log.read_text()[-3000:])


@pytest.mark.slow
def test_the_outbox_router_publishes_what_our_consumers_take(tools, broker, logical, tmp_path):
    url, address = logical
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "DATABASE_URL": url,
        "ENTREPOT_HOME": str(tmp_path), "KAFKA_BOOTSTRAP_SERVERS": broker.servers, "ENTREPOT_LOG_LEVEL": "CRITICAL",
    }  # fmt: skip
    command, pipe = [sys.executable, "-c", STORY], subprocess.PIPE
    connect = tools.connect_worker(tmp_path, broker, connector(address))
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as story:
        try:
            assert story.stdout.readline() == "ready\n"
            connect.start()
            wait_for_slot(url, connect)
            told, _ = story.communicate("go\n", timeout=150)
        finally:
            story.kill()
            connect.end()

    seen, recorded, transport = json.loads(told)
    assert len(recorded) == 9
    assert sorted(seen) == recorded
    assert {key: [e[7]["n"] for e in seen if e[4] == key] for key in "012"} == {
        "0": [0, 3, 6], "1": [1, 4, 7], "2": [2, 5, 8],
    }  # fmt: skip
    assert transport == "postgres"  # every event was had: the transport could be changed
