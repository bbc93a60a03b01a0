"""Reads of orders."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from entrepot.core.correlation import correlation_id

from .models import Order, Party

if TYPE_CHECKING:
    from entrepot.core.actor import Actor


def order(*, order_id: int) -> Order:
    """One order, for workers that got its id from a row."""
    return Order.objects.system().get(id=order_id)


def orders(*, order_ids: Collection[int]) -> dict[int, Order]:
    """Orders by id, each with its channel, for workers that got the ids from rows. One SQL query."""
    rows = Order.objects.system().filter(id__in=order_ids).select_related("channel")
    return {order.id: order for order in rows}


def correlations(*, order_ids: Collection[int]) -> dict[int, str]:
    """Order id → what everything about it is found by (``core.correlation``). One SQL query."""
    rows = Order.objects.system().filter(id__in=order_ids).values_list("id", "channel_id", "order_ref")
    return {order_id: correlation_id(channel_id, ref) for order_id, channel_id, ref in rows}


def order_for(*, actor: Actor, order_id: int) -> Order:
    """An order that the actor may see.

    Raises:
        Order.DoesNotExist: there is none, or it is another seller's.
    """
    return Order.objects.for_actor(actor).get(id=order_id)


def locked_order(*, seller_id: int, order_id: int) -> Order:
    """A seller's order, locked until the end of the caller's transaction.

    Raises:
        Order.DoesNotExist: there is none, or it is another seller's.
    """
    return Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)


def ship_to(*, order: Order) -> Party | None:
    """Whom it is delivered to; None when nobody was told."""
    return Party.objects.for_seller(order.seller_id).filter(order=order, role="ship_to").first()
