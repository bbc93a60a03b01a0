"""More of an order was told after the store had it: a person adds it there, and says so here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import amend_intent
from entrepot.core.errors import Refused
from entrepot.inventory import services as inventory

from ..models import Line, Order
from .export import KIND
from .troubles import say, unsay


def tell_late(orders: Sequence[Order]) -> None:
    """Say of locked orders what the marketplace told of and the store's order does not have, or no more."""
    for order in orders:
        if missing := _too_few(order):
            goods = ", ".join(f"{line.sku or line.listing_ref} × {count}" for line, count in missing)
            why = f"told after the store had the order: {goods}; add it there, and say here that it is done"
            say([order], "late", why)
        else:
            unsay([order], "late")


def added_by_hand(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """A person has added to the store's order what was told later: the store has taken it from its shelf.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: the store's order has everything.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        missing, creation = _too_few(order), channels.intent_of(seller_id=seller_id, kind=KIND, subject_id=order_id)
        if not missing or creation is None:
            raise Refused(f"order {order.order_ref} has nothing that the store's order lacks")
        sent = dict(creation.payload["lines"])
        inventory.absorb(seller_id=seller_id, line_ids=[x.id for x, _ in missing if str(x.id) not in sent], at=at)
        for line, count in missing:
            sent[str(line.id)] = sent.get(str(line.id), 0) + count
        amend_intent(creation, payload={**creation.payload, "lines": sent})
        unsay([order], "late")
    return order


def _too_few(order: Order) -> list[tuple[Line, int]]:
    """Lines with the pieces that the store's order has not got; nothing where it is not known what was sent."""
    creation = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    if creation is None or creation.state != "confirmed" or "lines" not in creation.payload:
        return []
    sent = creation.payload["lines"]
    lines = Line.objects.for_seller(order.seller_id).filter(order=order).order_by("id")
    left = [(x, x.quantity - x.cancelled_quantity - sent.get(str(x.id), 0)) for x in lines]
    return [(line, count) for line, count in left if count > 0]
