"""A buyer's right to see and to be forgotten: everything that names a person of an order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from entrepot.core.actor import Actor
from entrepot.core.errors import Invalid, Refused
from entrepot.events.services import record

from ..models import Order, Party
from .address import FIELDS

_OVER = ("processed", "cancelled")
_KEPT = ("country",)  # says where to, not who


def order_for(*, actor: Actor, order_id: int) -> Order:
    """An order that the actor may see.

    Raises:
        Order.DoesNotExist: there is none, or it is another seller's.
    """
    return Order.objects.for_actor(actor).get(id=order_id)


def orders_of_buyer(
    *, seller_id: int, order_ref: str = "", email: str = "", phone: str = ""
) -> list[Order]:  # fmt: skip
    """Orders of this number, or with this mail address or telephone number on them, oldest first.

    Raises:
        Invalid: nothing to look for was given.
    """
    if not (order_ref or email or phone):
        raise Invalid("buyer", "order_ref, email or phone", "is missing: say whose orders are meant")
    wanted = Q()
    if order_ref:
        wanted |= Q(order_ref=order_ref)
    if email:
        wanted |= Q(parties__email__iexact=email.strip())
    if phone:
        wanted |= Q(parties__phone=phone.strip())
    return list(Order.objects.for_seller(seller_id).filter(wanted).distinct().order_by("id"))


def export_parties(*, seller_id: int, order_id: int) -> list[dict[str, Any]]:
    """What is held of the buyer on an order: who gets the goods, who gets the invoice."""
    rows = Party.objects.for_seller(seller_id).filter(order_id=order_id).order_by("role")
    return [{"role": p.role, **{name: getattr(p, name) for name in FIELDS}, "lines": p.lines} for p in rows]


def erase_parties(*, seller_id: int, order_id: int, who: Actor, at: datetime) -> int:
    """Empty names and addresses of an order that is over; the number of rows. News does not fill them again.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: the order is not over: the goods still have to reach somebody.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        if order.state not in _OVER and not order.is_history:
            raise Refused(f"order {order.order_ref} is {order.state}: its buyer is erased when it is over")
        emptied = {name: "" for name in FIELDS if name not in _KEPT}
        rows = Party.objects.for_seller(seller_id).filter(order=order)
        count = rows.update(**emptied, lines=[], typed=sorted({*FIELDS, "lines"}))
        record(
            type="order.buyer_erased", key=order.id, seller_id=seller_id, payload={"by": who.name}, at=at,
        )  # fmt: skip
    return count
