"""Desired stock and price of listings, computed in sets from dirty marks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from entrepot.inventory import services as inventory

from ..published import MADE, TAKES, most_there

# Under READ COMMITTED a statement that waited for a lock still sees old values of other tables: rows are locked
# first, in primary-key order, and the values are read by the next statement.
_LOCK = """
SELECT l.id FROM listings_listinglevel l JOIN listings_listing g ON g.id = l.listing_id
 WHERE g.variant_id = ANY(%(variants)s) AND l.lane = %(lane)s ORDER BY l.id FOR NO KEY UPDATE OF l
"""

_STOCK = f"""
WITH {MADE}
UPDATE listings_listinglevel l
   SET desired_value = t.value, desired_at = %(at)s, version = l.version + 1, repeats = 0, attempts = 0, refusal = '',
       not_before = %(at)s, is_due = t.takes AND t.value IS DISTINCT FROM l.acknowledged_value, is_urgent = t.value = 0
  FROM target t
 WHERE l.id = t.id AND t.value IS NOT NULL AND l.desired_value IS DISTINCT FROM t.value
RETURNING l.id
"""

_PRICE = f"""
UPDATE listings_listinglevel l
   SET desired_value = p.sale_price, desired_list = p.list_price, desired_at = %(at)s, version = l.version + 1,
       repeats = 0, attempts = 0, refusal = '', not_before = %(at)s, is_urgent = false,
       is_due = ({TAKES}) AND (p.sale_price, p.list_price) IS DISTINCT FROM (l.acknowledged_value, l.acknowledged_list)
  FROM listings_listing g JOIN pricing_asked p ON p.variant_id = g.variant_id AND p.storefront_id = g.storefront_id
 WHERE g.id = l.listing_id AND l.id = ANY(%(levels)s) AND p.sale_price IS NOT NULL
   AND (l.desired_value, l.desired_list) IS DISTINCT FROM (p.sale_price, p.list_price)
RETURNING l.id
"""

_DUE = f"""
UPDATE listings_listinglevel l
   SET is_due = ({TAKES}) AND l.desired_value IS NOT NULL
                AND (l.desired_value, l.desired_list) IS DISTINCT FROM (l.acknowledged_value, l.acknowledged_list),
       not_before = %(at)s, attempts = 0
  FROM listings_listing g
 WHERE g.id = l.listing_id AND g.id = ANY(%(listings)s)
"""


def compute_stock_levels(*, variant_ids: Sequence[int], at: datetime) -> list[int]:
    """Desired stock of these variants' listings; ids of levels that changed.

    What a channel keeps at most is the most that is desired there. What was never told changes nothing. What was known
    and no longer is (the store stopped counting, or gives no price any more) becomes 0: the number published before
    would be a guess now.
    """
    inventory.end_covered(variant_ids=variant_ids, at=at)  # their stock has changed: here all of that is heard of
    return _compute("stock", _STOCK, variant_ids, at)


def compute_price_levels(*, variant_ids: Sequence[int], at: datetime) -> list[int]:
    """Desired prices from ``pricing``'s computed ones; ids of levels that changed."""
    return _compute("price", _PRICE, variant_ids, at)


def _compute(lane: str, statement: str, variant_ids: Sequence[int], at: datetime) -> list[int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, {"variants": list(variant_ids), "lane": lane})
        levels = [row[0] for row in cursor.fetchall()]
        if not levels:
            return []
        cursor.execute(statement, {"levels": levels, "at": at, "most": most_there()})
        return [row[0] for row in cursor.fetchall()]


def refresh_due(*, listing_ids: Sequence[int], at: datetime) -> None:
    """Say again which levels have to travel, after their listings went live, closed or were adopted."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"listings": list(listing_ids), "at": at})
