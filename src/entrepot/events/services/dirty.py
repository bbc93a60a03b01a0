"""Marks that a level must be computed again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

_MARK = "INSERT INTO events_dirty (kind, subject_id) SELECT %s, unnest(%s::bigint[])"

# SKIP LOCKED: two claimers share the marks; each collapses its own. The rows go when the caller's transaction does.
_CLAIM = """
WITH mine AS (
    SELECT id FROM events_dirty WHERE kind = %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM events_dirty d USING mine WHERE d.id = mine.id RETURNING d.subject_id
)
SELECT DISTINCT subject_id FROM gone ORDER BY subject_id"""


def mark_dirty(*, kind: str, subject_ids: Iterable[int]) -> None:
    """Ask for the level ``kind`` of these subjects to be computed again, in the caller's transaction."""
    ids = list(dict.fromkeys(subject_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [kind, "{" + ",".join(map(str, ids)) + "}"])


def claim_dirty(*, kind: str, limit: int) -> list[int]:
    """Take up to ``limit`` marks of ``kind``, collapsed: the subjects' ids, ascending. Call it in a transaction.

    The marks are deleted with the caller's transaction, so a crash gives them back. Lock the level rows in key order
    next, then compute in a new statement: under READ COMMITTED one that waited for a lock sees old values elsewhere.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("claim_dirty outside a transaction would lose its marks in a crash")
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [kind, limit])
        return [row[0] for row in cursor.fetchall()]
