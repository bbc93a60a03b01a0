"""A subscriber of every event, as a user's own would be: what it writes is its effect, and has to be there once."""

from __future__ import annotations

from django.db import connection

from entrepot.config.subscribers import SUBSCRIBERS as OURS
from entrepot.events.services import Event

_KEEP = """
INSERT INTO proof.seen (event_id, seq, topic, key)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[])"""


def keep(events: list[Event]) -> None:
    """Note each event that we are told of, in the order told. Nothing here would notice one that comes twice."""
    columns = [[str(e.event_id) for e in events], [e.seq for e in events], [e.topic for e in events]]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*columns, [e.key for e in events]])


SUBSCRIBERS: dict[str, list[str] | str] = {
    type_: [*([] if isinstance(handlers, str) else handlers), "proof.subscriber.keep"]
    for type_, handlers in OURS.items()
}
