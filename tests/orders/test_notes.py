"""What is noted of an order, and how it is found again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.core.actor import Actor
from entrepot.orders.models import Order
from entrepot.orders.queries import locked_order, order, order_for, ship_to
from entrepot.orders.services import note_store_total, say_trouble

from .conftest import package


def test_the_stores_total_is_kept_as_it_said_it(desk):
    desk.tell(package())
    row = desk.order()

    who = {"seller_id": row.seller_id, "order_id": row.id}
    say_trouble(**who, kind="total", why="the store's total differs")

    note_store_total(**who, total=Decimal("10.01"))

    assert order(order_id=row.id).store_total == Decimal("10.01")
    assert not order(order_id=row.id).troubles


def test_only_the_seller_finds_its_order(desk, borealis):
    desk.tell(package())
    row = desk.order()
    mine = Actor("aydin", "owner", frozenset({desk.seller_id}))
    other = Actor("borealis", "owner", frozenset({borealis.id}))

    assert order_for(actor=mine, order_id=row.id) == locked_order(seller_id=desk.seller_id, order_id=row.id) == row
    assert ship_to(order=row).name == "Şükrü Işık"
    with pytest.raises(Order.DoesNotExist):
        order_for(actor=other, order_id=row.id)
    with pytest.raises(Order.DoesNotExist):
        locked_order(seller_id=borealis.id, order_id=row.id)
