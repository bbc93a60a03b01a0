"""Many subjects along paths of several moves at once, with history and events, in three statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from entrepot.core.states import Machine
from entrepot.events.models import StateChange

from .move import said_by
from .record import Happening, record_many

# As in ``move``: only from the state that was read. Rows are locked in key order.
_FOLLOW = """
WITH path AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS p(pk, old, new)),
chosen AS (
    SELECT t.{pk} AS pk, path.new FROM {table} t JOIN path ON t.{pk} = path.pk AND t.state = path.old
     ORDER BY t.{pk} FOR NO KEY UPDATE OF t
)
UPDATE {table} t SET state = chosen.new FROM chosen WHERE t.{pk} = chosen.pk
RETURNING t.{pk}"""


@dataclass(frozen=True, slots=True)
class Path:
    """One subject and the moves (event, actor) to make it go through; all but the last are marked as inferred."""

    subject: Any
    moves: Sequence[tuple[str, str]]
    note: str = ""
    remote_at: datetime | None = None


def move_along(paths: Sequence[Path], machine: Machine, *, at: datetime) -> set[int]:
    """Move each subject (its field ``state``) along its path; ids of those that nobody else had moved before.

    Raises:
        IllegalMove: the table has no such move.
    """
    steps = {p.subject.pk: list(_steps(p, machine)) for p in paths if p.moves}
    if not steps:
        return set()
    meta = paths[0].subject._meta
    quoted = {"table": connection.ops.quote_name(meta.db_table), "pk": connection.ops.quote_name(meta.pk.column)}
    with transaction.atomic():
        with connection.cursor() as cursor:
            olds, news = [s[0][2] for s in steps.values()], [s[-1][3] for s in steps.values()]
            cursor.execute(_FOLLOW.format(**quoted), [list(steps), olds, news])
            moved = {row[0] for row in cursor.fetchall()}
        gone = [p for p in paths if p.subject.pk in moved]
        _keep(gone, steps, machine, at)
    for path in gone:
        path.subject.state = steps[path.subject.pk][-1][3]
    return moved


def _steps(path: Path, machine: Machine) -> Iterator[tuple[str, str, str, str]]:
    """(event, actor, old state, new state) of each move."""
    state = path.subject.state
    for event, actor in path.moves:
        target = machine.target(state, event, actor)
        yield event, actor, state, target
        state = target


def _keep(
    paths: Sequence[Path], steps: dict[int, list[tuple[str, str, str, str]]], machine: Machine, at: datetime
) -> None:
    changes, news = [], []
    for path in paths:
        subject, whole = path.subject, steps[path.subject.pk]
        for i, (event, actor, old, new) in enumerate(whole):
            is_inferred = i < len(whole) - 1
            changes.append(
                StateChange(
                    machine=machine.name, subject_id=subject.pk, seller_id=subject.seller_id, event=event, old=old,
                    new=new, actor=actor, by=said_by(actor), note=path.note, inferred=is_inferred, at=at,
                    remote_at=path.remote_at,
                )
            )  # fmt: skip
            payload = {"old": old, "event": event, "actor": actor} | ({"inferred": True} if is_inferred else {})
            news.append(Happening(f"{machine.name}.{new}", subject.pk, payload, subject.seller_id, at=at))
    StateChange.objects.bulk_create(changes, batch_size=1000)
    record_many(news)
