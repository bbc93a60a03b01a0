"""Shortages that are over because there is enough again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

# Who is ending one just now ends it: nobody waits here.
_COVERED = """
UPDATE inventory_shortage SET ended_at = %s, ending = 'restocked'
 WHERE id IN (SELECT s.id FROM inventory_shortage s
                JOIN inventory_own_available a ON a.variant_id = s.variant_id AND a.available >= 0
               WHERE s.ended_at IS NULL AND s.variant_id = ANY(%s)
               ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED)"""


def end_covered(*, variant_ids: Sequence[int], at: datetime) -> int:
    """End shortages of these variants where all that is promised, or was taken by the store, is there again; how many.

    The shelf was counted anew, or an order that wanted the same goods is over. Called for whatever has changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, [at, list(variant_ids)])
        return cursor.rowcount
