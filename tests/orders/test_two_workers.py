"""Two workers at one order: what one has done, the other has seen before it does its part."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.channels import services as channels
from entrepot.channels.models import Intent
from entrepot.orders import services as orders
from entrepot.orders.models import Order

from ..two_workers import meanwhile
from .conftest import AT, line, package

pytestmark = pytest.mark.django_db(transaction=True)

LATER = AT + timedelta(minutes=1)


def claimed(desk):
    """The intent to create O1 in the store, in a worker's hands."""
    channels.change_settings(
        seller_id=desk.seller_id, channel_id=desk.store.id,
        settings={"store.tax_rates": [["TR", "standard", "0.2"]]},
    )  # fmt: skip
    desk.store.refresh_from_db()
    channels.bind_many(
        seller_id=desk.seller_id, channel_id=desk.store.id, kind="variant",
        pairs=[(variant_id, sku, "1") for sku, variant_id in desk.variants.items()],
    )  # fmt: skip
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[desk.order().id], at=AT)
    (intent,) = channels.claim_intents(limit=10, lease_s=60, at=LATER)
    return intent


def begin(desk, intent):
    return orders.begin_exports(intents=[intent], store=desk.store, at=LATER)


def test_packages_of_one_order_that_two_workers_hear_of_are_both_counted(desk):
    desk.tell(package("P1"))

    with meanwhile(lambda: desk.tell(package("P3", lines=[line("13", price="30.00")], minutes=2))):
        desk.tell(package("P2", lines=[line("12", price="20.00")], minutes=1))

    order = desk.order()
    assert sorted(order.told_refs) == ["P1", "P2", "P3"]
    assert (order.total, desk.held()) == (Decimal("60.00"), 3)


def test_a_line_cancelled_while_the_push_begins_is_not_sent(desk):
    desk.tell(package(lines=[line("11", "TEA", 2), line("12", "CUP", 1)]))
    order, intent = desk.order(), claimed(desk)
    cup = order.lines.get(line_ref="12")

    with meanwhile(lambda: begin(desk, intent)) as begun:
        assert orders.cancel_by_remote(order=order, quantities={cup.id: 1}, at=LATER) == "part"

    assert not begun[0].refused
    (sale,) = begun[0].sales.values()
    assert [(x.sku, x.quantity) for x in sale.lines] == [("TEA", 2)]


def test_an_order_cancelled_while_the_push_begins_is_not_sent(desk):
    desk.tell(package())
    order, intent = desk.order(), claimed(desk)

    with meanwhile(lambda: begin(desk, intent)) as begun:
        assert orders.cancel_by_remote(order=order, quantities={order.lines.get().id: 1}, at=LATER) == "drop"

    assert not begun[0].sales
    assert Intent.objects.system().get(id=intent.id).state == "dropped"


@pytest.mark.parametrize("state", ["edited", "awaiting_confirmation", "failed", "cancelled"])
def test_only_a_queued_order_is_pushed(desk, state):
    desk.tell(package())
    intent = claimed(desk)
    Order.objects.system().update(state=state)

    begun = begin(desk, intent)

    assert not begun.sales and not begun.refused
    assert Intent.objects.system().get(id=intent.id).state == "dropped"


def test_a_worker_whose_lease_ran_out_settles_nothing_that_another_has(desk):
    desk.tell(package())
    late = claimed(desk)
    (now_its,) = channels.claim_intents(limit=10, lease_s=60, at=LATER + timedelta(hours=1))
    assert now_its.id == late.id

    assert not channels.send_intent(late, at=LATER)
    assert not begin(desk, late).sales
    assert not channels.confirm_intent(late, their_ref="7", result={}, at=LATER)
    assert not channels.refuse_intent(late, why="no", at=LATER)
    assert not channels.confirm_intents([(late, "7", {})], at=LATER)
    assert channels.send_intent(now_its, at=LATER)
