"""What a person has to know of an order: by kind, none hiding another."""

from __future__ import annotations

import pytest

from entrepot.orders.queries import order
from entrepot.orders.services import say_trouble
from entrepot.orders.services.troubles import say, unsay

from .conftest import package


def test_one_kind_does_not_hide_another_and_the_gravest_is_told_first(desk):
    desk.tell(package())
    row = desk.order()
    who = {"seller_id": row.seller_id, "order_id": row.id}

    say_trouble(**who, kind="waybills", why="a waybill could not be written")
    say_trouble(**who, kind="push", why="the store knows no such tax class")
    say_trouble(**who, kind="push", why="the store knows no such country")

    told = order(order_id=row.id)
    assert told.failure == "the store knows no such country; a waybill could not be written"


def test_each_kind_ends_by_itself(desk):
    desk.tell(package())
    row = desk.order()
    say([row], "undone", "it is cancelled there")
    say([row], "part", "two pieces too many")

    unsay([row], "undone", "cancel")

    assert row.troubles == order(order_id=row.id).troubles == {"part": "two pieces too many"}
    unsay([row])
    assert row.troubles == order(order_id=row.id).troubles == {}


def test_what_somebody_else_said_meanwhile_stays(desk):
    desk.tell(package())
    row = desk.order()
    say_trouble(
        seller_id=row.seller_id, order_id=row.id, kind="total", why="it differs by 0.01"
    )  # by another worker: this row has not heard of it

    say([row], "push", "no")
    unsay([row], "push")

    assert order(order_id=row.id).troubles == {"total": "it differs by 0.01"}


def test_an_unknown_kind_is_refused(desk):
    desk.tell(package())

    with pytest.raises(ValueError, match="is no trouble"):
        say([desk.order()], "weather", "it rains")
