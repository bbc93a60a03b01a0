"""Moves along a state machine, with history and outbox event in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from entrepot.core.states import Machine

# One statement for a whole set. History and event follow from the rows that really changed.
_MOVE = """
WITH moved AS (
    UPDATE {table} AS t SET state = m.new
      FROM (SELECT s.id, s.state AS old,
                   (SELECT x.new FROM unnest(%(olds)s::text[], %(news)s::text[]) AS x(old, new) WHERE x.old = s.state) AS new
              FROM {table} s WHERE s.id = ANY(%(ids)s) ORDER BY s.id FOR UPDATE) m
     WHERE t.id = m.id AND m.new IS NOT NULL
    RETURNING t.id, t.seller_id, m.old, m.new
), history AS (
    INSERT INTO events_statechange
           (recorded_at, machine, subject_id, seller_id, event, old, new, actor, note, is_inferred, remote_at, at)
    SELECT now(), %(machine)s, id, seller_id, %(event)s, old, new, %(actor)s, %(note)s, %(inferred)s, %(remote_at)s, %(at)s
      FROM moved ORDER BY id
), told AS (
    INSERT INTO events_outbox (event_id, topic, key, type, seller_id, subject, payload, at)
    SELECT gen_random_uuid(), %(machine)s, id::text, %(machine)s || '.' || new, seller_id, %(machine)s || '/' || id,
           jsonb_build_object('old', old, 'event', %(event)s, 'inferred', %(inferred)s), %(at)s
      FROM moved ORDER BY id
)
SELECT id, new FROM moved ORDER BY id
"""


def move(
    subject: models.Model, machine: Machine, event: str, *, actor: str, at: datetime, note: str = "",
    inferred: bool = False, remote_at: datetime | None = None,
) -> bool:  # fmt: skip
    """Move ``subject`` along ``machine``; False when another worker moved it first.

    Raises:
        IllegalMove: the table has no such move from the state we read.
    """
    old = subject.state  # type: ignore[attr-defined]
    new = machine.target(old, event, actor)
    moved = _execute(
        type(subject), machine, event, [subject.pk], {old: new}, actor, at, note, inferred=inferred, remote_at=remote_at
    )
    if moved:
        subject.state = new  # type: ignore[attr-defined]
    return bool(moved)


def move_many(rows: models.QuerySet[Any], machine: Machine, event: str, *, actor: str, at: datetime, note: str = "") -> list[int]:
    """Move every row that the table lets ``actor`` move; the ids that moved. One statement beside the one for ids.

    A row in a state from which the event does not lead stays where it is.
    """
    targets = {
        source: m.target for m in machine.moves if m.event == event and actor in m.actors for source in m.sources
    }
    ids = list(rows.filter(state__in=list(targets)).order_by("id").values_list("id", flat=True))
    return _execute(rows.model, machine, event, ids, targets, actor, at, note) if ids else []


def _execute(
    model: type[models.Model], machine: Machine, event: str, ids: list[int], targets: dict[str, str], actor: str,
    at: datetime, note: str, *, inferred: bool = False, remote_at: datetime | None = None,
) -> list[int]:  # fmt: skip
    statement = _MOVE.format(table=connection.ops.quote_name(model._meta.db_table))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "ids": ids, "olds": list(targets), "news": list(targets.values()), "machine": machine.name,
                "event": event, "actor": actor, "note": note, "inferred": inferred, "remote_at": remote_at, "at": at,
            },
        )  # fmt: skip
        return [row[0] for row in cursor.fetchall()]
