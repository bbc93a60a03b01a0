"""How far what a marketplace shows is from what it acknowledged, pass by pass."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import datetime

from django.db import connection, transaction

# Pages of one pass add up; one of another pass begins anew. An older pass that ends late changes nothing.
_ADD = """
INSERT INTO listings_reconciliation AS r
       (seller_id, storefront_id, began_at, compared, stock_otherwise, stock_lower, price_otherwise,
        last_compared, last_stock_otherwise, last_stock_lower, last_price_otherwise, last_unseen, drift_ever)
VALUES (%(seller)s, %(storefront)s, %(began)s, %(compared)s, %(stock)s, %(lower)s, %(price)s, 0, 0, 0, 0, 0, 0)
ON CONFLICT (storefront_id) DO UPDATE
   SET compared = excluded.compared + CASE WHEN r.began_at = excluded.began_at THEN r.compared ELSE 0 END,
       stock_otherwise = excluded.stock_otherwise
                         + CASE WHEN r.began_at = excluded.began_at THEN r.stock_otherwise ELSE 0 END,
       stock_lower = excluded.stock_lower + CASE WHEN r.began_at = excluded.began_at THEN r.stock_lower ELSE 0 END,
       price_otherwise = excluded.price_otherwise
                         + CASE WHEN r.began_at = excluded.began_at THEN r.price_otherwise ELSE 0 END,
       began_at = excluded.began_at
 WHERE r.began_at <= excluded.began_at
"""

_END = """
UPDATE listings_reconciliation r
   SET ended_at = %(at)s, last_compared = compared, last_stock_otherwise = stock_otherwise,
       last_stock_lower = stock_lower, last_price_otherwise = price_otherwise,
       drift_ever = drift_ever + stock_otherwise + price_otherwise,
       last_unseen = (
           SELECT count(*) FROM listings_listing g JOIN listings_listinglevel l ON l.listing_id = g.id
            WHERE g.storefront_id = r.storefront_id AND l.lane = 'stock' AND g.state IN ('live', 'update')
              AND g.live_at < %(began)s AND (l.observed_at IS NULL OR l.observed_at < %(began)s))
 WHERE storefront_id = %(storefront)s AND began_at = %(began)s AND (ended_at IS NULL OR ended_at < began_at)
"""


@dataclass(slots=True)
class Seen:
    """Levels compared, and those that a page showed otherwise."""

    compared: int = 0
    stock: int = 0
    lower: int = 0
    price: int = 0

    def add(self, *, lane: str, is_other: bool, is_lower: bool) -> None:
        """Count one level."""
        self.compared += 1
        if is_other and lane == "price":
            self.price += 1
        elif is_other:
            self.lower += is_lower
            self.stock += not is_lower


def add_page(*, seller_id: int, storefront_id: int, began_at: datetime, seen: Seen) -> None:
    """Count what a page of the pass that began then showed."""
    compared, stock, lower, price = astuple(seen)
    values = {"compared": compared, "stock": stock, "lower": lower, "price": price}
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"seller": seller_id, "storefront": storefront_id, "began": began_at, **values})


def end_pass(*, seller_id: int, storefront_id: int, began_at: datetime, at: datetime) -> None:
    """The pass that began then has shown all there is: its figures stand until the next one ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        add_page(seller_id=seller_id, storefront_id=storefront_id, began_at=began_at, seen=Seen())  # it showed nothing
        cursor.execute(_END, {"storefront": storefront_id, "began": began_at, "at": at})
