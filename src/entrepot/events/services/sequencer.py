"""The only writer of ``seq``: moves what is visible from the outbox into the published events."""

from __future__ import annotations

from django.db import connection, transaction

_LOCK = 0x456E7472  # one sequencer at a time, whatever the number of dispatchers

_MOVE = """
WITH taken AS (
    DELETE FROM events_outbox WHERE id IN (SELECT id FROM events_outbox ORDER BY id LIMIT %s)
    RETURNING id, event_id, topic, key, type, seller_id, subject, payload, at
)
INSERT INTO events_event (seq, event_id, topic, key, type, seller_id, subject, payload, at, recorded_at)
SELECT nextval('events_event_seq'), event_id, topic, key, type, seller_id, subject, payload, at, now()
  FROM (SELECT * FROM taken ORDER BY id) t
"""


def sequence_once(*, limit: int = 10_000) -> int:
    """Publish up to ``limit`` events in order; the number published. 0 also when another process is at it.

    A row that commits late simply gets a later number: a reader that remembers one number misses nothing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_MOVE, [limit])
        return int(cursor.rowcount)
