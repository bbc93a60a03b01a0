"""Reads of stock."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from entrepot.catalog.queries import kits_with

from .models import StockChange


def available(*, variant_ids: Sequence[int]) -> dict[int, int | None]:
    """Variant id → on hand less what is promised; None where it is unknown, absent where it was never told.

    May be negative: more was sold than there is. A kit's is the minimum over its components.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT variant_id, available FROM inventory_available WHERE variant_id = ANY(%s)", [list(variant_ids)]
        )
        return dict(cursor.fetchall())


def kits_of(*, variant_ids: Sequence[int]) -> list[int]:
    """Kits whose availability depends on one of these variants."""
    return kits_with(variant_ids=variant_ids)


def stock_history(*, seller_id: int, variant_id: int, limit: int = 50) -> list[StockChange]:
    """What was on hand of a variant, at all its locations, change by change, newest first. One SQL query."""
    rows = StockChange.objects.for_seller(seller_id).filter(variant_id=variant_id)
    return list(rows.order_by("-id")[:limit])
