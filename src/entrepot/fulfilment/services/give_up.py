"""The store will not deliver an order: its packages are given up on the marketplace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.core.errors import Refused
from entrepot.orders import queries as order_queries

from ..models import Package
from .moves import plan_move

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Intent
    from entrepot.orders.models import Order

RULE = "hub.on_store_cancel"  # of the store's channel: ask (a person decides) or give_up
_OPEN = ("created", "picking", "invoiced")


def give_up_order(*, seller_id: int, order_id: int, reason: str = "", at: datetime) -> list[Intent]:
    """Tell the marketplace that none of an order's packages can be supplied, those that have left excepted.

    Once it has agreed the order is cancelled as if the marketplace had said so. ``reason`` empty: the first that the
    channel knows.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: no package is left that could be given up.
        Invalid: the channel does not take this reason.
    """
    with transaction.atomic():
        order = order_queries.locked_order(seller_id=seller_id, order_id=order_id)
        rows = Package.objects.system().filter(order=order, state__in=_OPEN).exclude(wants="unsupplied")
        packages = list(rows.order_by("id"))
        if not packages:
            raise Refused(f"order {order.order_ref} has no package that can still be given up: stop what has left")
        why = reason or next(iter(channels.unsupply_reasons(channel_id=order.channel_id)), "")
        return [plan_move(seller_id=seller_id, package_id=p.id, event="unsupply", reason=why, at=at) for p in packages]


def give_up_by_rule(*, store: Channel, orders: Sequence[Order], at: datetime) -> list[int]:
    """Give up the orders that this store's owner cancelled, where its channel's setting says so; their ids."""
    if store.settings.get(RULE, "ask") != "give_up":
        return []
    done = []
    for order in orders:
        if "undone" not in order.troubles:
            continue
        try:
            give_up_order(seller_id=order.seller_id, order_id=order.id, at=at)
        except Refused:
            continue  # it has left: the order says that a person has to look
        done.append(order.id)
    return done
