"""Marks that ask for a level to be computed again."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from entrepot.jobs.services import wake

LANE_OF = {"stock": "offers", "price": "offers", "content": "content", "channel": "offers"}


def mark_dirty(*, kind: str, subject_ids: Sequence[int]) -> None:
    """Ask for ``kind`` of these subjects to be computed again, in the caller's transaction.

    Append only: a mark made while an older one is being claimed cannot be swallowed. The claimer collapses them.
    """
    if not subject_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_dirty (kind, subject_id) SELECT %s, unnest(%s::bigint[])", [kind, list(subject_ids)]
        )
    wake(LANE_OF.get(kind, "bulk"))


def claim_dirty(*, kind: str, limit: int) -> list[int]:
    """Take up to ``limit`` marks, delete them in the caller's transaction, and return their subjects, each once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM events_dirty WHERE id IN (SELECT id FROM events_dirty WHERE kind = %s ORDER BY id LIMIT %s"
            " FOR UPDATE SKIP LOCKED) RETURNING subject_id",
            [kind, limit],
        )
        return sorted({row[0] for row in cursor.fetchall()})
