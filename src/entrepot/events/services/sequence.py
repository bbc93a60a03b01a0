"""The sequencer: the only one who numbers events, so a reader that remembers one number never misses a row."""

from __future__ import annotations

from django.db import connection, transaction

_LOCK = 0x656E_7472_0001  # advisory lock of the sequencer

# A transaction that commits late only now becomes visible in the outbox, and gets a number above all that were given.
_SEQUENCE = """
WITH gone AS (
    DELETE FROM events_outbox
     WHERE id = ANY(ARRAY(SELECT id FROM events_outbox ORDER BY id LIMIT %s))
    RETURNING id, event_id, type, topic, key, seller_id, subject, payload, at
)
INSERT INTO events_event (seq, event_id, type, topic, key, seller_id, subject, payload, at, recorded_at)
SELECT nextval('events_event_seq'), event_id, type, topic, key, seller_id, subject, payload, at, clock_timestamp()
  FROM (SELECT * FROM gone ORDER BY id) g"""


def sequence_once(*, limit: int = 10_000) -> int:
    """Move up to ``limit`` visible outbox rows into the event log, in the order of their ids; how many.

    0 also when another process holds the sequencer's lock. The lock is let go after the commit, so the next one
    sees all that this one wrote.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_SEQUENCE, [limit])
        return int(cursor.rowcount)
