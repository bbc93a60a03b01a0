"""Events: each numbered once, seen once, in order; states that follow from one another."""

from __future__ import annotations

from collections.abc import Iterator

from proof.counters import Finding
from proof.facts import Facts
from proof.rows import rows

# Counter → SQL that gives one text for each event that is not as it has to be.
_EVENTS = {
    "events_lost": [
        ("SELECT event_id || ' was recorded, and never numbered' FROM proof.recorded r WHERE NOT EXISTS"
        " (SELECT 1 FROM events_event e WHERE e.event_id = r.event_id)"
        " AND NOT EXISTS (SELECT 1 FROM events_outbox o WHERE o.event_id = r.event_id)"),
        ("SELECT type || ' ' || key || ', number ' || seq || ', was never seen' FROM events_event e WHERE NOT EXISTS"
        " (SELECT 1 FROM proof.seen s WHERE s.event_id = e.event_id)"
        " AND EXISTS (SELECT 1 FROM proof.recorded r WHERE r.event_id = e.event_id)"),
    ],
    "events_twice": [
        ("SELECT event_id || ' was numbered ' || count(*) || ' times' FROM events_event GROUP BY event_id"
        " HAVING count(*) > 1"),
        "SELECT event_id || ' was seen ' || count(*) || ' times' FROM proof.seen GROUP BY event_id HAVING count(*) > 1",
        ("SELECT event_id || ' was numbered, and never recorded' FROM events_event e WHERE NOT EXISTS"
        " (SELECT 1 FROM proof.recorded r WHERE r.event_id = e.event_id)"),
    ],
    "events_disordered": [
        ("SELECT topic || ' ' || key || ': ' || seq || ' was seen after ' || before FROM"
        " (SELECT topic, key, seq, lag(seq) OVER (PARTITION BY topic, key ORDER BY no) AS before FROM proof.seen) s"
        " WHERE seq < before"),
    ],
}  # fmt: skip
_CHAIN = """
SELECT machine || ' ' || subject_id || ': ' || old || ' → ' || new || ' after ' || before FROM
 (SELECT machine, subject_id, old, new, lag(new) OVER (PARTITION BY machine, subject_id ORDER BY id) AS before
    FROM events_statechange) s WHERE old <> before"""
_LAST = """
SELECT s.machine || ' ' || s.subject_id || ' moved to ' || s.new || ' last, and is ' || t.state FROM
 (SELECT DISTINCT ON (machine, subject_id) machine, subject_id, new FROM events_statechange
   ORDER BY machine, subject_id, id DESC) s JOIN {table} t ON t.id = s.subject_id AND s.machine = '{machine}'
 WHERE t.state <> s.new"""
_TABLES = {
    "order": "orders_order", "package": "fulfilment_package", "listing": "listings_listing",
    "intent": "channels_intent", "push_batch": "egress_pushbatch", "product": "catalog_product",
}  # fmt: skip


def check_events(_: Facts) -> Iterator[Finding]:
    """What was recorded in a transaction that held was numbered once, and had one effect."""
    for counter, statements in _EVENTS.items():
        for sql in statements:
            yield from (Finding(counter, text) for (text,) in rows(sql))


def check_histories(_: Facts) -> Iterator[Finding]:
    """Each move begins where the one before ended, and the last one ended where the subject is."""
    yield from (Finding("histories_broken", text) for (text,) in rows(_CHAIN))
    for machine, table in _TABLES.items():
        sql = _LAST.format(table=table, machine=machine)
        yield from (Finding("histories_broken", text) for (text,) in rows(sql))
