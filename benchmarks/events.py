"""Outbox → numbered → delivered to a handler, beside one INSERT … SELECT of the same rows."""

from __future__ import annotations

from .figures import Figure, Stopwatch, rss_mib
from .hub import as_owner, hub

COUNT, RUNS = 50_000, 3
_FILL = """
INSERT INTO events_outbox (event_id, type, topic, key, seller_id, subject, payload, at)
SELECT gen_random_uuid(), 'order.new', 'order', n::text, 1, 'order/' || n, '{"old": "new", "event": "approve"}', now()
  FROM generate_series(1, %s) n"""
_FLOOR = """
INSERT INTO bench_event (seq, event_id, type, topic, key, seller_id, subject, payload, at, recorded_at)
SELECT id, event_id, type, topic, key, seller_id, subject, payload, at, clock_timestamp()
  FROM events_outbox ORDER BY id"""


def measure() -> Figure:
    """Median of three runs over 50,000 events; the handler only counts."""
    with hub():
        ours, floor = Stopwatch(), Stopwatch()
        for _ in range(RUNS):
            fill()
            with floor.run():
                _copy()
            with ours.run():
                _deliver_all()
        return Figure(
            id="events", work=f"{COUNT} events from the outbox to a handler", unit="events/s",
            ours=ours.per_second(COUNT), floor=floor.per_second(COUNT), rss_mib=rss_mib(), cpu_s=ours.cpu_s, runs=RUNS,
        )  # fmt: skip


def fill() -> None:
    """50,000 events in the outbox, and an empty table of the log's form."""
    from django.db import connection

    as_owner(
        "DROP TABLE IF EXISTS bench_event",
        "CREATE TABLE bench_event (LIKE events_event INCLUDING INDEXES)",
        "GRANT ALL ON bench_event TO PUBLIC",
    )
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [COUNT])
    as_owner("ANALYZE events_outbox")


def _copy() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_FLOOR)


def _deliver_all() -> None:
    from entrepot.events.services import deliver_once, sequence_once
    from entrepot.events.services.subscribers import Subscriber

    seen: list[int] = []
    subscriber = Subscriber("benchmark", lambda events: seen.append(len(events)), frozenset({"order.new"}))
    while sum(seen) < COUNT:
        sequence_once()
        while deliver_once(subscriber):
            pass
