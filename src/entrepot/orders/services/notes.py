"""What the store says of an order beside its life: its total, and what could not be done there."""

from __future__ import annotations

from decimal import Decimal

from ..models import Order


def note_store_total(*, order_id: int, total: Decimal) -> None:
    """The store's own total, after it was settled."""
    Order.objects.system().filter(id=order_id).update(store_total=total)


def note_failure(*, order_id: int, why: str, is_lesser: bool = False) -> None:
    """What a person has to know of an order; a lesser reason leaves a graver one standing."""
    rows = Order.objects.system().filter(id=order_id)
    (rows.filter(failure="") if is_lesser else rows).update(failure=why[:2000])
