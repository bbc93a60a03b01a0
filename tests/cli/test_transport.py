"""The transport of events on the command line, and what is said where Kafka cannot be used."""

from __future__ import annotations

import contextlib
import json

import pytest
from typer.testing import CliRunner

from entrepot.config.cli.app import app
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.events.models import EventCursor
from entrepot.events.services import Happening, record_many, sequence_once
from entrepot.events.services.transport import KAFKA, switch_transport


@pytest.fixture
def run(db, monkeypatch):
    """Runs a command on the test's database."""
    from entrepot.config import django

    monkeypatch.setattr(django, "running", lambda **_: contextlib.nullcontext())
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def refusal(done):
    assert done.exit_code == 1, done.output
    return done.stderr.strip()


def test_the_transport_is_shown_and_changed_back(run):
    assert json.loads(run("transport", "--json").output) == {"transport": "postgres", "readers": []}
    switch_transport(to=KAFKA, at=now())

    there = json.loads(run("transport", "--json").output)
    back = json.loads(run("transport", "postgres", "--json").output)

    assert (there["transport"], back["transport"]) == ("kafka", "postgres")
    assert len(there["readers"]) == EventCursor.objects.count() > 0
    assert "the transport is postgres already" in refusal(run("transport", "postgres"))
    assert "is not one of postgres, kafka" in refusal(run("transport", "pigeon"))


def test_without_a_broker_or_before_all_is_delivered_nothing_is_changed(run, settings):
    record_many([Happening("channel.retired", n, {}, 7) for n in range(3)])
    sequence_once()
    settings.KAFKA_BOOTSTRAP_SERVERS = ""

    assert "KAFKA_BOOTSTRAP_SERVERS is not set" in refusal(run("transport", "kafka"))
    with pytest.raises(Refused, match=r"entrepot\.egress\.services\.follow_retired: 3"):
        switch_transport(to=KAFKA, at=now())
    assert not EventCursor.objects.filter(reads=EventCursor.TOPICS).exists()


def test_a_relay_and_a_consumer_say_what_they_lack(run, settings):
    settings.KAFKA_BOOTSTRAP_SERVERS = ""
    assert "KAFKA_BOOTSTRAP_SERVERS is not set" in refusal(run("relay"))
    assert "the transport is postgres" in refusal(run("consumer"))
    assert "'nobody' is not one of" in refusal(run("consumer", "--subscriber", "nobody"))
    settings.HAS_KAFKA = False
    assert "pip install 'entrepot[kafka]'" in refusal(run("relay"))


def test_properties_are_read_from_a_file(settings, tmp_path):
    from entrepot.events.kafka.cluster import client_options

    settings.KAFKA_BOOTSTRAP_SERVERS = "kafka.internal:9092"
    settings.ENTREPOT_KAFKA_PROPERTIES = str(tmp_path / "client.properties")
    with pytest.raises(Refused, match="is not a file"):
        client_options()
    (tmp_path / "client.properties").write_text("# TLS\nsecurity.protocol = SASL_SSL\nsasl.password=a=b\n\n")

    found = client_options()

    assert found["bootstrap.servers"] == "kafka.internal:9092"
    assert (found["security.protocol"], found["sasl.password"]) == ("SASL_SSL", "a=b")
