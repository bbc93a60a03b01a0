"""Two workers at one order: what one has done, the other has seen before it does its part."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.channels import services as channels
from entrepot.channels.models import Intent
from entrepot.egress.services import store_cancel
from entrepot.orders import services as orders
from entrepot.orders.models import Order
from entrepot.orders.queries import locked_order

from ..two_workers import meanwhile
from .conftest import AT, begin, claimed, line, made, package, push, sellable

pytestmark = pytest.mark.django_db(transaction=True)

LATER = AT + timedelta(minutes=1)


def approved(desk):
    """The intent to create O1 in the store, in a worker's hands."""
    sellable(desk)
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    return claimed(desk)


def test_packages_of_one_order_that_two_workers_hear_of_are_both_counted(desk):
    desk.tell(package("P1"))

    with meanwhile(lambda: desk.tell(package("P3", lines=[line("13", price="30.00")], minutes=2))):
        desk.tell(package("P2", lines=[line("12", price="20.00")], minutes=1))

    order = desk.order()
    assert sorted(order.parts) == ["P1", "P2", "P3"]
    assert (order.total, desk.held()) == (Decimal("60.00"), 3)


def test_a_line_cancelled_while_the_push_begins_is_not_sent(desk):
    desk.tell(package(lines=[line("11", "TEA", 2), line("12", "CUP", 1)]))
    order, intent = desk.order(), approved(desk)

    split = [package("P2", lines=[line("11", "TEA", 2)], minutes=5, origin_refs=("P1",)),
             package("P3", lines=[line("12", "CUP", 1)], minutes=5, origin_refs=("P1",), state="cancelled")]  # fmt: skip

    with meanwhile(lambda: begin(desk, intent)) as begun:
        desk.tell(*split)
        assert orders.cancel_by_remote(order=order, gone=["P3"], at=LATER) == "part"

    assert not begun[0].refused
    (sale,) = begun[0].sales.values()
    assert [(x.sku, x.quantity) for x in sale.lines] == [("TEA", 2)]


def test_an_order_cancelled_while_the_push_begins_is_not_sent(desk):
    desk.tell(package())
    order, intent = desk.order(), approved(desk)

    with meanwhile(lambda: begin(desk, intent)) as begun:
        assert orders.cancel_by_remote(order=order, gone=["P1"], at=LATER) == "drop"

    assert not begun[0].sales
    assert Intent.objects.system().get(id=intent.id).state == "dropped"


@pytest.mark.parametrize("state", ["edited", "awaiting_confirmation", "failed", "cancelled"])
def test_only_a_queued_order_is_pushed(desk, state):
    desk.tell(package())
    intent = approved(desk)
    Order.objects.system().update(state=state)

    begun = begin(desk, intent)

    assert not begun.sales and not begun.refused
    assert Intent.objects.system().get(id=intent.id).state == "dropped"


def test_a_worker_whose_lease_ran_out_settles_nothing_that_another_has(desk):
    desk.tell(package())
    late = approved(desk)
    (now_its,) = channels.claim_turn(busy=(), limit=10, lease_s=60, at=LATER + timedelta(hours=1))
    assert now_its.id == late.id

    assert not channels.send_intent(late, at=LATER)
    assert not begin(desk, late).sales
    assert not channels.confirm_intent(late, their_ref="7", result={}, at=LATER)
    assert not channels.refuse_intent(late, why="no", at=LATER)
    assert not channels.confirm_intents([(late, "7", {})], at=LATER)
    assert channels.send_intent(now_its, at=LATER)


def test_a_cancellation_of_ours_and_the_stores_news_of_it_do_not_wait_for_each_other_for_ever(desk):
    desk.tell(package())
    sellable(desk)
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    creation, order = push(desk), desk.order()
    desk.tell(package(minutes=1, state="cancelled"))
    assert orders.cancel_by_remote(order=order, gone=["P1"], at=LATER) == "compensate"
    intent = claimed(desk)
    assert channels.send_intent(intent, at=LATER)
    news = replace(made(creation, order), state="cancelled", their_status="cancelled", modified_at=LATER)

    # While the store's news holds the order, our own worker settles the same cancellation.
    with meanwhile(
        lambda: store_cancel._settle(intent, is_in_store=True, their_ref="77"),
        then=lambda: orders.note_store_order(channel=desk.store, theirs=news, at=LATER),
    ):
        locked_order(seller_id=desk.seller_id, order_id=order.id)

    assert desk.order().state == "cancelled"
    assert Intent.objects.system().get(kind="store_cancel").state == "confirmed"
    assert (desk.held(), desk.on_hand()) == (0, 20)


def test_a_worker_that_dies_at_a_refusal_leaves_neither_the_refusal_nor_the_word_of_it(desk, monkeypatch):
    desk.tell(package())
    sellable(desk)
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    push(desk)
    desk.tell(package(minutes=1, state="cancelled"))
    orders.cancel_by_remote(order=desk.order(), gone=["P1"], at=LATER)
    intent = claimed(desk)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(orders, "refuse_cancel", interrupted)
        store_cancel.refuse(intent, "it was trashed")
    assert Intent.objects.system().get(kind="store_cancel").state == "planned"

    store_cancel.refuse(intent, "it was trashed")
    assert "it was trashed" in desk.order().troubles["cancel"]
    assert Intent.objects.system().get(kind="store_cancel").state == "refused"


def interrupted(**_):
    raise KeyboardInterrupt
