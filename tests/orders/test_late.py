"""What is told after the store has an order is said, and ends when a person has added it there."""

from __future__ import annotations

import pytest

from entrepot.channels.models import Intent
from entrepot.core.errors import Refused
from entrepot.inventory.models import StockLevel
from entrepot.orders import services as orders

from .conftest import AT, begin, claimed, line, made, package, push, sellable, tell

pytestmark = pytest.mark.django_db

MORE = {"lines": [line("2", "CUP", 2, "5.00")], "minutes": 5}


def test_a_package_that_comes_after_the_push_is_said_until_it_is_added_there(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P1"))
    push(desk)

    desk.tell(package("P2", **MORE))
    order = desk.order()
    assert "told after the store had the order: CUP × 2" in order.troubles["late"]
    assert (desk.held("CUP"), desk.on_hand("CUP")) == (2, 20)

    who = {"seller_id": desk.seller_id, "order_id": order.id, "at": AT}
    orders.added_by_hand(**who)
    assert desk.order().troubles == {}
    assert (desk.held("CUP"), desk.on_hand("CUP")) == (0, 18)
    with pytest.raises(Refused, match="nothing that the store's order lacks"):
        orders.added_by_hand(**who)


def test_a_package_that_comes_while_the_order_is_on_its_way_stays_promised(desk):
    sellable(desk, by_rule=True)
    desk.tell(package("P1"))
    intent = claimed(desk)
    (sale,) = begin(desk, intent).sales.values()
    desk.tell(package("P2", **MORE))
    assert desk.order().troubles == {}  # the answer is not there yet

    orders.settle_export(intent=intent, made=made(intent, sale), at=AT)

    assert "CUP × 2" in desk.order().troubles["late"]
    assert (desk.held("CUP"), desk.held("TEA"), desk.on_hand("TEA")) == (2, 0, 19)


def told(desk, *news):
    for one in news:
        tell(desk, one)


def test_what_comes_late_and_is_cancelled_is_neither_said_nor_taken_out_of_the_store(desk):
    sellable(desk, by_rule=True)
    told(desk, package("P1"))
    push(desk)

    told(desk, package("P2", **MORE), package("P2", **{**MORE, "minutes": 6}, state="cancelled"))

    assert desk.order().troubles == {}
    assert (desk.held("CUP"), desk.on_hand("CUP")) == (0, 20)
    assert not Intent.objects.system().filter(kind="store_lower").exists()


def test_what_came_late_follows_its_news_until_somebody_has_added_it(desk):
    sellable(desk, by_rule=True)
    told(desk, package("P1"))
    push(desk)
    told(desk, package("P2", **MORE))

    told(desk, package("P2", lines=[line("2", "CUP", 1, "5.00")], minutes=6))
    assert ("CUP × 1; add it there" in desk.order().troubles["late"], desk.held("CUP")) == (True, 1)
    told(desk, package("P2", lines=[line("2", "POT", 3, "5.00")], minutes=7))
    assert (desk.held("CUP"), desk.held("POT")) == (0, 3)

    orders.added_by_hand(seller_id=desk.seller_id, order_id=desk.order().id, at=AT)
    assert (desk.held("POT"), desk.on_hand("POT"), desk.on_hand("CUP"), desk.order().troubles) == (0, 17, 20, {})


def test_a_part_of_a_part_that_is_told_first_is_no_more_once_it_is_known_where_it_came_from(desk):
    sellable(desk, by_rule=True)
    told(desk, package("R", lines=[line("L", quantity=2)]))
    push(desk)

    told(desk, package("E", lines=[line("L9")], minutes=6, origin_refs=("D",)))
    assert desk.held() == 1  # for all that is known

    told(desk, package("D", lines=[line("L9")], minutes=5, origin_refs=("R",), state="superseded"))
    assert (desk.held(), desk.order().troubles) == (0, {})
    assert sum(x.quantity for x in desk.order().lines.all()) == 2


def test_what_came_and_went_while_the_answer_was_out_is_promised_no_more(desk):
    sellable(desk, by_rule=True)
    told(desk, package("P1"))
    intent = claimed(desk)
    (sale,) = begin(desk, intent).sales.values()
    told(desk, package("P2", **MORE), package("P2", **{**MORE, "minutes": 6}, state="cancelled"))

    orders.settle_export(intent=intent, made=made(intent, sale), at=AT)

    assert (desk.held("CUP"), desk.held("TEA"), desk.order().troubles) == (0, 0, {})


def test_pieces_that_were_taken_out_again_by_hand_do_not_come_back_with_the_rest(desk):
    """A piece that named only the first of its chain looked like one more, until the rest of the news came."""
    three, one = [line("1", "TEA", 3)], {ref: [line(number)] for ref, number in (("P2", "1"), ("P4", "3"), ("P5", "2"))}
    two = [line("2", "TEA", 2)]
    came = {"minutes": 1, "origin_refs": ("P1",)}
    sellable(desk, by_rule=True)
    tell(desk, package("P1", lines=three))
    push(desk)
    split = package("P1", lines=three, minutes=1, state="superseded")
    tell(desk, split, package("P2", lines=one["P2"], **came), package("P3", lines=two, **came))
    tell(desk, package("P4", lines=one["P4"], **came | {"minutes": 2}))
    add(desk)
    assert desk.on_hand() == 16
    again = package("P3", lines=two, state="superseded", **came | {"minutes": 2})
    tell(desk, again, package("P5", lines=one["P5"], **came | {"minutes": 2}))
    add(desk)
    assert desk.on_hand() == 16  # the next reading tells
    StockLevel.objects.system().filter(variant_id=desk.variants["TEA"]).update(on_hand=17)

    for ref in ("P2", "P4", "P5"):
        tell(desk, package(ref, lines=one[ref], state="cancelled", **came | {"minutes": 5}))
    orders.confirm_cancelled(order_id=desk.order().id, is_in_store=True, at=AT, asked_at=AT)
    assert (desk.order().state, desk.on_hand()) == ("cancelled", 20)


def add(desk):
    assert "late" in desk.order().troubles
    orders.added_by_hand(seller_id=desk.seller_id, order_id=desk.order().id, at=AT)
    assert desk.order().troubles == {}
