"""What a person has to know of an order, by kind: one kind never hides another, and each ends by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, F, Func, JSONField, Value
from django.db.models.functions import Cast

from ..models import Order
from ..states import TROUBLES

_LONGEST = 2000


def say(orders: Sequence[Order], kind: str, why: str) -> None:
    """Each of these orders has this trouble, whatever it was called before. ``kind`` is one of ``states.TROUBLES``."""
    if kind not in TROUBLES:
        raise ValueError(f"{kind} is no trouble: {', '.join(TROUBLES)}")
    text = why[:_LONGEST]
    _write(orders, _both(Value({kind: text}, JSONField())))
    for order in orders:
        order.troubles = {**order.troubles, kind: text}


def say_trouble(*, seller_id: int, order_id: int, kind: str, why: str) -> None:
    """As :func:`say`, of an order that the caller does not hold."""
    say([Order(id=order_id, seller_id=seller_id)], kind, why)


def unsay(orders: Sequence[Order], *kinds: str) -> None:
    """These troubles are over; without ``kinds``, all of them. Only orders that have one are written."""
    over = kinds or TROUBLES
    ended = [o for o in orders if any(kind in o.troubles for kind in over)]
    for kind in over:
        if some := [o for o in ended if kind in o.troubles]:
            _write(some, _without(kind))
    for order in ended:
        order.troubles = {k: v for k, v in order.troubles.items() if k not in over}


def unsay_trouble(*, seller_id: int, order_id: int, kind: str) -> None:
    """As :func:`unsay`, of an order that the caller does not hold."""
    _write([Order(id=order_id, seller_id=seller_id)], _without(kind))


def _write(orders: Sequence[Order], troubles: Any) -> None:
    for seller_id in sorted({o.seller_id for o in orders}):
        ids = [o.id for o in orders if o.seller_id == seller_id]
        Order.objects.for_seller(seller_id).filter(id__in=ids).update(troubles=troubles)


def _both(more: Value) -> Func:
    return Func(F("troubles"), more, arg_joiner=" || ", template="%(expressions)s", output_field=JSONField())


def _without(kind: str) -> Func:
    name = Cast(Value(kind), CharField())
    return Func(F("troubles"), name, arg_joiner=" - ", template="(%(expressions)s)", output_field=JSONField())
