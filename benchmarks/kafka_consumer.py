"""A consumer: Kafka → a handler, beside a plain consumer of the same bytes, and beside the dispatcher."""

from __future__ import annotations

import threading

from .events import COUNT, RUNS, fill
from .figures import Figure, Stopwatch, rss_mib
from .kafka_hub import consume_raw, counting_subscriber, kafka_hub, travel_by_kafka


def measure() -> Figure:
    """Median of three runs over 50,000 events; the handler only counts. The peer is delivery by the dispatcher."""
    with kafka_hub() as cluster:
        from entrepot.events.kafka.consumer import TopicReader
        from entrepot.events.kafka.relay import Relay
        from entrepot.events.services import deliver_once

        ours, floor, peer = Stopwatch(), Stopwatch(), Stopwatch()
        subscriber, seen = counting_subscriber()
        for _ in range(RUNS):
            _number()
            with peer.run():
                while deliver_once(subscriber):
                    pass
        travel_by_kafka(subscriber)
        relay = Relay(cluster)
        relay.start()
        reader = TopicReader(subscriber, cluster, threading.Event())
        consumer = reader.consumer()
        while not reader.positions:
            reader.read_once(consumer)
        for n in range(RUNS):
            _number()
            while relay.once():
                pass
            seen.clear()
            with ours.run():
                while sum(seen) < COUNT:
                    reader.read_once(consumer)
            with floor.run():
                consume_raw(cluster, COUNT * (n + 1))
            floor.seconds[-1] /= n + 1  # the plain one reads the topic from its beginning
        consumer.close()
        relay.close()
        return Figure(
            id="kafka-consumer", work=f"{COUNT} events from Kafka to a handler; peer: the dispatcher", unit="events/s",
            ours=ours.per_second(COUNT), floor=floor.per_second(COUNT), peer=peer.per_second(COUNT),
            rss_mib=rss_mib(), cpu_s=ours.cpu_s, runs=RUNS,
        )  # fmt: skip


def _number() -> None:
    from entrepot.events.services import sequence_once

    fill()
    while sequence_once():
        pass
