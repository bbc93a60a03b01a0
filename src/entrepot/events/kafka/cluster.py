"""Which Kafka, and which topics on it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from entrepot.core.errors import Refused
from entrepot.events.services.wiring import known_types

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient

PREFIX = "entrepot."
_ANSWER_S = 10.0
_KEEP_MS = 14 * 24 * 3600 * 1000  # as long as events are kept here by default


class Cluster:
    """A Kafka cluster that answered. ``id`` is its own name for itself: offsets of another one mean nothing here."""

    def __init__(self) -> None:
        """Ask ``KAFKA_BOOTSTRAP_SERVERS``.

        Raises:
            Refused: the library is not installed, the setting is not there, or nobody answers.
        """
        self.options = client_options()
        self._admin = _admin(self.options)  # kept: what it was asked for ends with it
        self.id = str(self._metadata().cluster_id)

    def topics(self) -> set[str]:
        """Names of all topics that are there."""
        return set(self._metadata().topics)

    def ensure_topics(self, names: Iterable[str]) -> None:
        """Make those that are not there, with ``ENTREPOT_KAFKA_PARTITIONS`` partitions and the broker's replication."""
        from confluent_kafka import KafkaError, KafkaException
        from confluent_kafka.admin import NewTopic

        if not (missing := sorted(set(names) - self.topics())):
            return
        kept = {"retention.ms": str(_KEEP_MS)}
        wanted = [
            NewTopic(n, num_partitions=settings.ENTREPOT_KAFKA_PARTITIONS, replication_factor=-1, config=kept)
            for n in missing
        ]
        for made in self._admin.create_topics(wanted).values():
            try:
                made.result(_ANSWER_S)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:  # another process was first
                    raise

    def _metadata(self) -> Any:
        from confluent_kafka import KafkaException

        try:
            return self._admin.list_topics(timeout=_ANSWER_S)
        except KafkaException as error:
            servers = self.options["bootstrap.servers"]
            raise Refused(f"Kafka at {servers} does not answer: {error.args[0].str()}") from None


def _admin(options: dict[str, Any]) -> AdminClient:
    from confluent_kafka.admin import AdminClient

    return AdminClient(options)


def client_options() -> dict[str, Any]:
    """What every client of librdkafka is told: servers, and the lines of ``ENTREPOT_KAFKA_PROPERTIES``.

    Raises:
        Refused: the library is not installed, or the settings cannot be used.
    """
    if not settings.HAS_KAFKA:
        raise Refused("the library confluent-kafka is not installed: pip install 'entrepot[kafka]'")
    if not settings.KAFKA_BOOTSTRAP_SERVERS:
        raise Refused("KAFKA_BOOTSTRAP_SERVERS is not set: host:port of one or more brokers, separated by commas")
    found: dict[str, Any] = {
        "bootstrap.servers": settings.KAFKA_BOOTSTRAP_SERVERS,
        "client.id": "entrepot",
        "reconnect.backoff.max.ms": 2_000,
    }
    found["logger"] = logging.getLogger("entrepot.kafka")  # else librdkafka writes to standard error
    if settings.ENTREPOT_KAFKA_PROPERTIES:
        found |= _properties(Path(settings.ENTREPOT_KAFKA_PROPERTIES))
    return found


def _properties(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise Refused(f"ENTREPOT_KAFKA_PROPERTIES: {path} is not a file")
    lines = [line.strip() for line in path.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, _, value in pairs}


def topic_names(types: Iterable[str] | None = None) -> list[str]:
    """The Kafka topics of these event types, or of all that we record: ``entrepot.order``."""
    wanted = known_types() if types is None else types
    return sorted({PREFIX + type_.split(".", 1)[0] for type_ in wanted})
