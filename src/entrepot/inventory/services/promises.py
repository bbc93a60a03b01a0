"""Sold is sold: what orders were promised, what the store took for them, what was given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from entrepot.events.services import Happening, mark_dirty, record_many

from ..models import Reservation, Shortage, StockLevel

# A kit's line holds its parts, or the stock that they share; any other line holds the variant itself. The kits are
# named twice, so that only theirs of the view are summed up.
_RESERVE = """
INSERT INTO inventory_reservation (seller_id, variant_id, line_id, quantity, pieces, state, made_at)
SELECT %(seller)s, coalesce(c.part_id, t.variant_id), t.line_id, t.quantity * coalesce(c.quantity, 1), t.quantity,
       'held', %(at)s
  FROM unnest(%(lines)s::bigint[], %(variants)s::bigint[], %(quantities)s::int[]) AS t(line_id, variant_id, quantity)
  LEFT JOIN catalog_part c ON c.kit_id = t.variant_id AND c.kit_id = ANY(%(variants)s)
 -- Once a line has a promise in any state it has had its due, also where its parts have changed since.
 WHERE NOT EXISTS (SELECT 1 FROM inventory_reservation r WHERE r.line_id = t.line_id)
 ORDER BY 2, 3
ON CONFLICT (line_id, variant_id) DO NOTHING
RETURNING line_id, variant_id, quantity
"""

# What is left of a line; the parts of a kit shrink as they were promised, whatever it is made of now. Only promises
# that still hold shrink.
_LOWER = """
UPDATE inventory_reservation r
   SET quantity = round(r.quantity * t.pieces::numeric / coalesce(r.pieces, r.quantity)), pieces = t.pieces
  FROM unnest(%(lines)s::bigint[], %(pieces)s::int[]) AS t(line_id, pieces)
 WHERE r.line_id = t.line_id AND r.seller_id = %(seller)s AND r.state = 'held'
   AND coalesce(r.pieces, r.quantity) > t.pieces
RETURNING r.variant_id
"""

# Two orders of the last piece take turns, and the second sees the promise of the first.
_LOCK = """
SELECT s.id FROM inventory_stocklevel s
 WHERE s.variant_id IN (SELECT coalesce(c.part_id, t.variant_id) FROM unnest(%(variants)s::bigint[]) AS t(variant_id)
                          LEFT JOIN catalog_part c ON c.kit_id = t.variant_id AND c.kit_id = ANY(%(variants)s))
 ORDER BY s.variant_id, s.id FOR NO KEY UPDATE
"""

_SHORT = "SELECT variant_id, available FROM inventory_own_available WHERE variant_id = ANY(%s) AND available < 0"

_KEEP_SHORT = """
INSERT INTO inventory_shortage (seller_id, line_id, variant_id, quantity, found_at, ending)
SELECT %s, t.line_id, t.variant_id, t.quantity, %s, ''
  FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS t(line_id, variant_id, quantity)
ON CONFLICT (line_id, variant_id) DO NOTHING
RETURNING line_id, variant_id, quantity
"""

_MOVED = """
WITH moved AS (
    UPDATE inventory_reservation SET state = %(new)s, ended_at = %(at)s
     WHERE line_id = ANY(%(lines)s) AND state = %(old)s AND seller_id = %(seller)s
    RETURNING variant_id, quantity
), sums AS (SELECT variant_id, sum(quantity) AS quantity FROM moved GROUP BY variant_id)"""

# What is moved, by variant, on the shelf of the store.
SHELF = """, shelf AS (
    -- The store takes from its own shelf; where it has none, from the fullest.
    SELECT DISTINCT ON (l.variant_id) l.id, sums.quantity
      FROM inventory_stocklevel l JOIN sums ON sums.variant_id = l.variant_id
     ORDER BY l.variant_id, (l.location = 'store' AND l.on_hand IS NOT NULL) DESC, l.on_hand DESC NULLS LAST, l.id
)
UPDATE inventory_stocklevel s
   SET on_hand = s.on_hand + CASE WHEN {knows} < %(since)s THEN {sign} shelf.quantity ELSE 0 END,
       moved_at = greatest(s.moved_at, %(at)s), why = '{why}', "by" = ''
  FROM shelf
 WHERE s.id = shelf.id
RETURNING s.variant_id
"""
# Where it is not sure whether a reading knows of the move, the lower number is kept; the next reading tells.
KNOWS = "greatest(s.read_at, (SELECT max(p.began_at) FROM inventory_stockpass p WHERE p.channel_id = s.channel_id))"
_TAKE = _MOVED + SHELF.format(knows="s.read_at", sign="-", why="taken")
_RETURN = _MOVED + SHELF.format(knows=KNOWS, sign="+", why="returned")


def reserve(*, seller_id: int, lines: Sequence[tuple[int, int, int]], at: datetime) -> list[int]:
    """Promise (line id, variant id, quantity); the variant ids held. Never fails: too little makes a shortage.

    A line that is reserved already is left as it is, so an order seen twice reserves once.
    """
    if not lines:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        ids, variants, quantities = (list(column) for column in zip(*lines, strict=True))
        cursor.execute(_LOCK, {"variants": variants})
        cursor.execute(
            _RESERVE,
            {"seller": seller_id, "at": at, "lines": ids, "variants": variants, "quantities": quantities},
        )
        made = cursor.fetchall()
        held = sorted({variant for _, variant, _ in made})
        if held:
            cursor.execute(_SHORT, [held])
            _keep_short(seller_id, made, dict(cursor.fetchall()), at)
            mark_dirty(kind="stock", subject_ids=held)
    return held


def _keep_short(
    seller_id: int, made: Sequence[tuple[int, int, int]], short: Mapping[int, int], at: datetime
) -> None:  # fmt: skip
    """What is missing is missing for those who came last: the youngest lines first, none by more than it ordered."""
    missing = {variant: -available for variant, available in short.items()}
    rows = []
    for line_id, variant_id, quantity in sorted(made, reverse=True):
        lacks = min(quantity, missing.get(variant_id, 0))
        if lacks:
            missing[variant_id] -= lacks
            rows.append((line_id, variant_id, lacks))
    if not rows:
        return
    with connection.cursor() as cursor:
        lines, variants, quantities = (list(column) for column in zip(*sorted(rows), strict=True))
        cursor.execute(_KEEP_SHORT, [seller_id, at, lines, variants, quantities])
        record_many(
            Happening("stock.short", variant, {"line_id": line, "quantity": quantity}, seller_id)
            for line, variant, quantity in cursor.fetchall()
        )


# What was promised of a variant's own stock is promised of the stock that it draws from now; several parts of one line
# that draw from the same are one promise of it.
_DRAW = """
WITH drawn AS (
    SELECT * FROM unnest(%(variants)s::bigint[], %(pools)s::bigint[]) AS t(variant_id, pool)
), due AS (
    SELECT DISTINCT r.line_id, drawn.pool FROM drawn JOIN inventory_reservation r ON r.variant_id = drawn.variant_id
     WHERE r.seller_id = %(seller)s AND r.state IN ('held', 'absorbed')
       AND NOT EXISTS (SELECT 1 FROM inventory_reservation o
                        WHERE o.line_id = r.line_id AND o.variant_id = drawn.pool AND o.state = 'released')
), locked AS (
    SELECT r.id, r.line_id, r.variant_id, r.quantity, r.pieces, due.pool
      FROM due JOIN inventory_reservation r ON r.line_id = due.line_id AND r.state IN ('held', 'absorbed')
       AND (r.variant_id = due.pool OR (r.variant_id, due.pool) IN (SELECT drawn.variant_id, drawn.pool FROM drawn))
     ORDER BY r.id FOR NO KEY UPDATE OF r
), moved AS (
    SELECT (array_agg(id ORDER BY variant_id = pool DESC, id))[1] AS id, pool,
           sum(quantity)::int AS quantity, max(coalesce(pieces, quantity)) AS pieces
      FROM locked GROUP BY line_id, pool
), gone AS (
    DELETE FROM inventory_reservation r USING locked
     WHERE r.id = locked.id AND r.id NOT IN (SELECT moved.id FROM moved)
)
UPDATE inventory_reservation r SET variant_id = moved.pool, quantity = moved.quantity, pieces = moved.pieces
  FROM moved WHERE r.id = moved.id
RETURNING r.variant_id
"""


def draw_from(*, seller_id: int, pools: Mapping[int, int]) -> list[int]:
    """Variants (key) draw from another's stock (value) from now on, and so do promises made before; its ids."""
    if not pools:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        values = {"seller": seller_id, "variants": list(pools), "pools": list(pools.values())}
        cursor.execute(_DRAW, values)
        changed = sorted({row[0] for row in cursor.fetchall()})
        mark_dirty(kind="stock", subject_ids=changed)
    return changed


def lower(*, seller_id: int, lines: Sequence[tuple[int, int]], at: datetime) -> list[int]:
    """Promise no more than (line id, pieces left); the variant ids that are freer. Zero ends a promise."""
    gone = [line_id for line_id, pieces in lines if not pieces]
    with transaction.atomic(), connection.cursor() as cursor:
        freed = release(seller_id=seller_id, line_ids=gone, at=at) if gone else []
        left = [x for x in lines if x[1]]
        if left:
            ids, pieces = (list(column) for column in zip(*left, strict=True))
            cursor.execute(_LOWER, {"seller": seller_id, "lines": ids, "pieces": pieces})
            changed = sorted({row[0] for row in cursor.fetchall()})
            mark_dirty(kind="stock", subject_ids=changed)
            freed += changed
    return freed


def forget(*, seller_id: int, line_ids: Sequence[int]) -> list[int]:
    """Lines turn out to mean other goods, or more: their promises never were; the variant ids that are free again.

    What the store took stays.
    """
    with transaction.atomic():
        lines = Reservation.objects.for_seller(seller_id).filter(line_id__in=line_ids).exclude(state="absorbed")
        freed = [r.variant_id for r in lines.order_by("id").select_for_update(no_key=True) if r.state == "held"]
        lines.delete()
        Shortage.objects.for_seller(seller_id).filter(line_id__in=line_ids).delete()
        mark_dirty(kind="stock", subject_ids=freed)
    return freed


def absorb(*, seller_id: int, line_ids: Sequence[int], at: datetime) -> list[int]:
    """The store had taken these lines at ``at``: the promise ends and on hand falls with it, in one statement.

    Readings that began before ``at`` are thrown away from now on; otherwise the store's own decrement counts twice.
    One that began later and was applied already has it: nothing is subtracted then.
    """
    return _move(seller_id, line_ids, _TAKE, old="held", new="absorbed", since=at, at=at)


def _move(
    seller_id: int, line_ids: Sequence[int], statement: str, *, old: str, new: str, since: datetime, at: datetime
) -> list[int]:
    with transaction.atomic(), connection.cursor() as cursor:
        lock_promised(seller_id, line_ids)
        cursor.execute(
            statement,
            {"seller": seller_id, "lines": list(line_ids), "at": at, "since": since, "old": old, "new": new},
        )
        changed = [row[0] for row in cursor.fetchall()]
        mark_dirty(kind="stock", subject_ids=changed)
    return changed


def lock_promised(seller_id: int, line_ids: Sequence[int]) -> None:
    """What these lines were promised, then the levels, in the order of their variants, as readings take them.

    Who moves the promises of many orders one by one locks those of all of them first: two who do it cannot deadlock.
    """
    promised = Reservation.objects.for_seller(seller_id).filter(line_id__in=line_ids).order_by("id")
    variants = sorted(set(promised.select_for_update(no_key=True).values_list("variant_id", flat=True)))
    levels = StockLevel.objects.for_seller(seller_id).filter(variant_id__in=variants).order_by("variant_id", "id")
    list(levels.select_for_update(no_key=True).values_list("id"))


def release(*, seller_id: int, line_ids: Sequence[int], at: datetime) -> list[int]:
    """The promise of lines that the store never took ends; the variant ids that are free again."""
    with transaction.atomic():
        held = Reservation.objects.for_seller(seller_id).filter(line_id__in=line_ids, state="held").order_by("id")
        freed = [r.variant_id for r in held.select_for_update(no_key=True)]
        held.update(state="released", ended_at=at)
        _end_shortages(seller_id, line_ids, "cancelled", at)
        mark_dirty(kind="stock", subject_ids=freed)
    return freed


def give_back(*, seller_id: int, line_ids: Sequence[int], at: datetime, asked_at: datetime | None = None) -> list[int]:
    """The store confirmed at ``at`` the cancellation of lines it had taken: on hand rises by what they absorbed, once.

    ``asked_at`` is when the cancellation was sent. A reading that began after that, and was applied, may show the
    goods as back already: nothing is added then, and the next reading tells.
    """
    with transaction.atomic():
        changed = _move(seller_id, line_ids, _RETURN, old="absorbed", new="released", since=asked_at or at, at=at)
        _end_shortages(seller_id, line_ids, "cancelled", at)
    return changed


def _end_shortages(seller_id: int, line_ids: Sequence[int], ending: str, at: datetime) -> None:
    open_ = Shortage.objects.for_seller(seller_id).filter(line_id__in=line_ids, ended_at__isnull=True)
    open_.update(ended_at=at, ending=ending)
