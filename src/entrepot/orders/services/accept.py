"""News that is not whole, or contradicts itself, and will not be mended: a person sells what lives."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entrepot.core.errors import Refused

from ..models import Order
from .cancel import cancel_by_remote
from .entry import Entry, nothing_sent
from .intake import retake
from .look import is_accepted, look, mark
from .review import edited

_OPEN = ("new", "edited", "awaiting_confirmation", "failed")


def is_acceptable(order: Order) -> bool:
    """Whether only its news holds an order of which something lives, and that no store has heard of."""
    if order.is_history or order.state not in _OPEN or is_accepted(order):
        return False
    seen = look(order)
    is_held_back = order.state == "failed" and "held" in order.troubles and not order.hold_reason
    is_wrong = bool(seen.awaited or seen.wrong or seen.off or is_held_back)
    return is_wrong and any(row.pieces for row in seen.living) and nothing_sent(order)


def accept_living(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """Sell what lives on the marketplace as it is told now, at the totals told; what these differ by from their lines
    goes on the largest. It counts as edited, and is approved like any other. Other news is looked at anew.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: its news is whole and agrees, nothing of it lives, or a store has heard of it.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        if not is_acceptable(order):
            raise Refused(f"order {order.order_ref} is not one whose news is in part, or contradicts itself")
        order.accepted = mark(look(order))
        order.save(update_fields=["accepted"])
        parties = {p.role: p for p in order.parties.all()}
        lines = list(order.lines.order_by("id"))
        retake(Entry(order, [], order.storefront, lines, parties), at=at)
        cancel_by_remote(order=order, gone=[], at=at)  # what is gone is on no line any more
        edited(order, at)
    return order
