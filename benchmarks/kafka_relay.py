"""The relay: event log → Kafka, beside a producer of the same bytes alone."""

from __future__ import annotations

from .events import COUNT, RUNS, fill
from .figures import Figure, Stopwatch, rss_mib
from .kafka_hub import consume_raw, counting_subscriber, kafka_hub, produce_raw, travel_by_kafka


def measure() -> Figure:
    """Median of three runs over 50,000 numbered events, until the broker has all of them and the cursor has moved."""
    with kafka_hub() as cluster:
        from entrepot.events.kafka.relay import Relay
        from entrepot.events.services import sequence_once

        subscriber, _ = counting_subscriber()
        travel_by_kafka(subscriber)
        relay, ours, floor = Relay(cluster), Stopwatch(), Stopwatch()
        relay.start()
        for n in range(RUNS):
            fill()
            while sequence_once():
                pass
            with ours.run():
                while relay.once():
                    pass
            messages = consume_raw(cluster, COUNT * (n + 1), kept=COUNT)
            with floor.run():
                produce_raw(cluster, messages)
        relay.close()
        return Figure(
            id="kafka-relay", work=f"{COUNT} events from the log to Kafka; floor: producing the same bytes",
            unit="events/s", ours=ours.per_second(COUNT), floor=floor.per_second(COUNT), rss_mib=rss_mib(),
            cpu_s=ours.cpu_s, runs=RUNS,
        )  # fmt: skip
