"""Change a state by compare-and-set, with history and outbox event in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction

from entrepot.core.acting import who_acts
from entrepot.core.errors import IllegalMove
from entrepot.core.states import Machine
from entrepot.events.models import StateChange

from .record import announce, record

_PEOPLE = frozenset({"seller", "operator"})  # actors of the state tables that are persons, or programs with a key
_BY_MAX = 150

# The rows are locked in key order first, so that two bulk moves cannot deadlock; who was moved meanwhile is seen in
# its new state, and left alone when the table has no such move from there.
_MOVE_MANY = """
WITH path(old, new) AS (SELECT * FROM unnest(%s::text[], %s::text[])),
chosen AS (
    SELECT t.{pk} AS pk, t.{state} AS old FROM {table} t
     WHERE t.{pk} IN ({ids}) AND t.{state} = ANY(%s) ORDER BY t.{pk} FOR NO KEY UPDATE
), moved AS (
    UPDATE {table} t SET {state} = path.new
      FROM chosen JOIN path ON path.old = chosen.old WHERE t.{pk} = chosen.pk
    RETURNING t.{pk} AS pk, {seller} AS seller_id, chosen.old, path.new
), history AS (
    INSERT INTO events_statechange
        (machine, subject_id, seller_id, event, old, new, actor, "by", note, inferred, at, recorded_at)
    SELECT %s, pk, seller_id, %s, old, new, %s, %s, %s, false, %s, now() FROM moved
), news AS (
    INSERT INTO events_outbox (event_id, type, topic, key, seller_id, subject, payload, at)
    SELECT gen_random_uuid(), %s || '.' || new, %s, pk::text, seller_id, %s || '/' || pk,
           jsonb_build_object('old', old, 'event', %s::text, 'actor', %s::text), %s
      FROM (SELECT * FROM moved ORDER BY pk) m
)
SELECT pk FROM moved ORDER BY pk"""


def move(
    subject: models.Model, machine: Machine, event: str, *, actor: str, at: datetime, note: str = "", by: str = "",
    inferred: bool = False, remote_at: datetime | None = None,
) -> bool:  # fmt: skip
    """Move ``subject`` (its field ``state``) along ``machine``; False when another worker moved it first.

    1. Ask the table for the target state.
    2. Update the row only if it is still in the state we read.
    3. If exactly one row changed, write the history and the event ``<machine>.<new state>`` in the same transaction.

    History says by whom: ``by``, or else see :func:`said_by`.

    Raises:
        IllegalMove: the table has no such move.
    """
    row: Any = subject
    old = row.state
    new = machine.target(old, event, actor)
    seller_id = getattr(row, "seller_id", None)
    with transaction.atomic():
        if not type(row)._base_manager.filter(pk=row.pk, state=old).update(state=new):
            return False
        StateChange.objects.create(
            machine=machine.name, subject_id=row.pk, seller_id=seller_id, event=event, old=old, new=new, actor=actor,
            by=by or said_by(actor), note=note, inferred=inferred, at=at, remote_at=remote_at,
        )  # fmt: skip
        payload: dict[str, Any] = {"old": old, "event": event, "actor": actor}
        record(
            type=f"{machine.name}.{new}", key=row.pk, payload=payload | ({"inferred": True} if inferred else {}),
            seller_id=seller_id, at=at,
        )  # fmt: skip
    row.state = new
    return True


def move_many(
    queryset: models.QuerySet[Any], machine: Machine, event: str, *, actor: str, at: datetime, note: str = "",
    by: str = "",
) -> list[int]:  # fmt: skip
    """Move every row of ``queryset`` that the table allows, in one SQL statement; the ids that moved, ascending.

    Rows in a state without such a move are left alone: the caller sees who is missing. ``by`` as for :func:`move`.

    Raises:
        IllegalMove: the table has no row for this event and actor at all.
    """
    path = {s: m.target for m in machine.moves if m.event == event and actor in m.actors for s in m.sources}
    if not path:
        raise IllegalMove(machine.name, "any state", event, ())
    model = queryset.model
    try:
        ids, params = queryset.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    fields = {f.attname for f in model._meta.concrete_fields}
    sql = _MOVE_MANY.format(
        table=_quoted(model._meta.db_table),
        pk=_quoted(model._meta.pk.column),
        state=_quoted("state"),
        seller='t."seller_id"' if "seller_id" in fields else "NULL::bigint",
        ids=ids,
    )
    name, sources = machine.name, list(path)
    values = [sources, list(path.values()), *params, sources, name, event, actor, by or said_by(actor), note, at]
    values += [name, name, name, event, actor, at]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            moved = [row[0] for row in cursor.fetchall()]
        if moved:
            announce()
    return moved


def said_by(actor: str) -> str:
    """The person or key whose word a move of this actor is; empty for what the hub, a remote or a carrier did."""
    return who_acts()[:_BY_MAX] if actor in _PEOPLE else ""


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
