"""Pieces cancelled one after the other, of which the store refused the first: nothing is taken out twice."""

from __future__ import annotations

import pytest

from entrepot.channels.models import Intent
from entrepot.core.clock import now
from entrepot.inventory.models import Reservation
from entrepot.orders.models import Line, Order
from entrepot.orders.services import lower_in_store, lowered_by_hand
from entrepot.orders.services.lowering import plan_lowering, refuse_lowering

from .world import LINEN

pytestmark = pytest.mark.django_db(transaction=True)


def cancel_a_piece(order: Order) -> None:
    """As the marketplace says it, and the store refuses to take it out."""
    line = Line.objects.system().get(order=order)
    line.cancelled_quantity += 1
    line.save()
    intent = plan_lowering(order=order, at=now())
    refuse_lowering(intent=intent, why="no refunds here", at=now())


@pytest.fixture
def twice_refused(world):
    """An order of five that the store has, with two pieces cancelled and refused."""
    told = world.buy((LINEN, 5))
    world.arrive()
    order = world.order(told)
    world.approve(order)
    world.settle()
    order.refresh_from_db()
    assert order.state == "synced"
    for _ in range(2):
        cancel_a_piece(order)
        order.refresh_from_db()
    return order


def test_trying_again_takes_out_what_was_cancelled_and_no_more(world, twice_refused):
    on_hand = world.on_hand(LINEN)

    lower_in_store(seller_id=world.seller.id, order_id=twice_refused.id, at=now())
    world.settle()

    alive = Intent.objects.system().filter(kind="store_lower").exclude(state="dropped")
    assert [list(i.payload["lines"].values()) for i in alive] == [[2]]
    twice_refused.refresh_from_db()
    assert (alive.get().state, twice_refused.failure) == ("confirmed", "")
    assert world.on_hand(LINEN) == on_hand + 2 == world.shop_stock(LINEN)


def test_done_by_hand_counts_what_was_cancelled_once(world, twice_refused):
    lowered_by_hand(seller_id=world.seller.id, order_id=twice_refused.id, at=now())

    assert Reservation.objects.system().get(line_id=Line.objects.system().get(order=twice_refused).id).quantity == 3
