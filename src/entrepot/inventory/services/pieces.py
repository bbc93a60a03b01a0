"""Some pieces of what the store had taken come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection, transaction

from entrepot.events.services import mark_dirty

from .promises import KNOWS, SHELF, lock_promised

# A kit's components come back as they were promised, whatever it is made of now. A promise of which nothing is left is
# over.
_RETURN_SOME = """
WITH parts AS (
    SELECT r.id, r.variant_id, r.quantity AS held, t.pieces,
           least(r.quantity, round(r.quantity * t.pieces::numeric / coalesce(r.pieces, r.quantity)))::int AS part
      FROM unnest(%(lines)s::bigint[], %(pieces)s::int[]) AS t(line_id, pieces)
      JOIN inventory_reservation r ON r.line_id = t.line_id
     WHERE r.state = 'absorbed' AND r.seller_id = %(seller)s
), shrunk AS (
    UPDATE inventory_reservation r
       SET quantity = CASE WHEN p.part = p.held THEN r.quantity ELSE r.quantity - p.part END,
           pieces = CASE WHEN p.part = p.held THEN r.pieces ELSE coalesce(r.pieces, r.quantity) - p.pieces END,
           state = CASE WHEN p.part = p.held THEN 'released' ELSE r.state END,
           ended_at = CASE WHEN p.part = p.held THEN %(at)s ELSE r.ended_at END
      FROM parts p WHERE r.id = p.id
), sums AS (SELECT variant_id, sum(part) AS quantity FROM parts GROUP BY variant_id)""" + SHELF.format(
    knows=KNOWS, sign="+", why="returned"
)
_NOBODY_KNOWS = datetime(1970, 1, 1, tzinfo=UTC)


def give_back_some(
    *, seller_id: int, lines: Sequence[tuple[int, int]], asked_at: datetime | None, at: datetime
) -> list[int]:
    """The store took (line id, pieces) out of an order that it keeps; the variant ids that changed.

    ``asked_at`` is when it was asked to: a reading that began later may show the goods as back already, and nothing
    is added then. None: nobody knows when, so the next reading tells.
    """
    if not lines:
        return []
    ids, pieces = (list(column) for column in zip(*lines, strict=True))
    with transaction.atomic(), connection.cursor() as cursor:
        lock_promised(seller_id, ids)
        values = {"seller": seller_id, "lines": ids, "pieces": pieces, "at": at}
        cursor.execute(_RETURN_SOME, values | {"since": asked_at or _NOBODY_KNOWS})
        changed = [row[0] for row in cursor.fetchall()]
        mark_dirty(kind="stock", subject_ids=changed)
    return changed
