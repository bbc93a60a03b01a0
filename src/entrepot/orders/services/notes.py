"""What the store says of an order beside its life: its total."""

from __future__ import annotations

from decimal import Decimal

from ..models import Order
from .troubles import unsay_trouble


def note_store_total(*, seller_id: int, order_id: int, total: Decimal) -> None:
    """The store's own total, after it was settled."""
    Order.objects.for_seller(seller_id).filter(id=order_id).update(store_total=total)
    unsay_trouble(seller_id=seller_id, order_id=order_id, kind="total")
