"""Whether the store took an order is not known, and asking does not tell: a person looks, and says."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import resend_by_hand
from entrepot.core.errors import Refused

from ..models import Order
from .export import KIND

_ASKED = 3  # times, before a person has to look


def is_in_doubt(order: Order) -> bool:
    """Whether the store was asked for the order again and again, and gave no answer that proves anything."""
    if order.state != "queued":
        return False
    intent = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    return intent is not None and intent.state == "unknown" and intent.attempts >= _ASKED


def send_anyway(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """A person has looked into the store, and it does not have the order: it is sent again without being asked for.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: it is not in doubt, or a worker is asking for it at this moment.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        intent = channels.intent_of(seller_id=seller_id, kind=KIND, subject_id=order_id)
        if intent is None or not is_in_doubt(order):
            raise Refused(f"order {order.order_ref} is not one that the store gives no answer about")
        if not resend_by_hand(intent, at=at):
            raise Refused(f"order {order.order_ref} is being asked for at this moment; try again in a minute")
    return order
