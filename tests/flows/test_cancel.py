"""Cancelled by the marketplace, at every stage on the way into the shop."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.channels import services as channels
from entrepot.channels.models import Intent
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.fulfilment import services as fulfilment
from entrepot.ingress.models import Feed
from entrepot.orders import services as orders
from entrepot.orders.models import Order

from .world import LINEN, MARKET, SHOP, SOAP

pytestmark = pytest.mark.django_db(transaction=True)


def taken(world, *lines):
    told = world.buy(*lines)
    world.poll()
    world.apply()
    return told, world.order(told)


def queued(world, *lines):
    told, order = taken(world, *lines)
    world.approve(order)
    return told, order


def cancel(world, told, **more):
    world.act(MARKET, "cancel", package_id=told["package_id"], **more)
    world.poll()
    world.apply()


def test_before_it_was_approved_the_reservation_is_released(world):
    told, order = taken(world, (SOAP, 2))

    cancel(world, told)

    order.refresh_from_db()
    assert order.state == "cancelled" and world.held(SOAP) == 0
    assert not Intent.objects.system().filter(kind__startswith="store").exists()


def test_planned_and_not_sent_is_dropped(world):
    told, order = queued(world, (SOAP, 2))

    cancel(world, told)
    world.settle()

    order.refresh_from_db()
    assert order.state == "cancelled" and world.held(SOAP) == 0
    assert world.intent("store_order", order.id).state == "dropped"
    assert world.shop_orders() == []


def test_in_the_shop_it_is_cancelled_there_and_only_the_shops_yes_gives_stock_back(world):
    told, order = world.pushed((SOAP, 2))
    before = world.on_hand(SOAP)
    world.dial(SHOP, server_error=1.0)

    cancel(world, told)
    world.pursue()
    order.refresh_from_db()
    assert order.state == "synced" and world.on_hand(SOAP) == before  # the shop has not said yes
    world.dial(SHOP, server_error=0.0)
    world.settle()

    order.refresh_from_db()
    assert order.state == "cancelled"
    assert world.shop_orders()[0]["status"] == "cancelled"
    assert world.on_hand(SOAP) == world.shop_stock(SOAP) == 2 + before


def test_a_lost_answer_to_the_cancel_gives_back_once(world):
    told, order = world.pushed((SOAP, 2))
    before = world.on_hand(SOAP)
    world.dial(SHOP, lost_answer=1.0)

    cancel(world, told)
    world.pursue()
    world.dial(SHOP, lost_answer=0.0)
    world.settle()
    world.read_shop()
    world.settle()

    order.refresh_from_db()
    assert order.state == "cancelled" and world.on_hand(SOAP) == world.shop_stock(SOAP) == before + 2


@pytest.mark.parametrize("has_it", [True, False], ids=["the shop had it", "the shop never had it"])
def test_while_the_outcome_is_unknown_the_shop_is_asked_first(world, has_it):
    told, order = queued(world, (SOAP, 2))
    if has_it:
        world.dial(SHOP, lost_answer=1.0)
        world.pursue()
        world.dial(SHOP, lost_answer=0.0)
    else:
        Intent.objects.system().filter(subject_id=order.id).update(state="unknown")

    cancel(world, told)
    order.refresh_from_db()
    assert order.state == "queued" and world.held(SOAP) == 2
    world.settle()

    order.refresh_from_db()
    assert order.state == "cancelled" and world.held(SOAP) == 0
    assert [o["status"] for o in world.shop_orders()] == (["cancelled"] if has_it else [])
    assert world.on_hand(SOAP) == world.shop_stock(SOAP)


def test_after_the_shop_has_shipped_it_a_person_decides(world):
    told, order = world.pushed((SOAP, 2))
    world.act(SHOP, "fulfil", order_id=int(order.store_ref), tracking_number="7250000000000001")
    world.read_shop()
    before = world.on_hand(SOAP)

    cancel(world, told)
    world.settle()

    order.refresh_from_db()
    assert order.state == "processed" and "stop the parcel" in order.failure
    assert world.shop_orders()[0]["status"] == "completed" and world.on_hand(SOAP) == before

    orders.cancel_in_store(seller_id=world.seller.id, order_id=order.id, at=now())
    world.settle()

    order.refresh_from_db()
    assert (order.state, order.failure) == ("processed", "")
    assert world.shop_orders()[0]["status"] == "cancelled" and world.on_hand(SOAP) == before + 2


def test_a_person_cannot_cancel_in_the_shop_what_the_buyer_still_wants(world):
    _, order = world.pushed((SOAP, 1))

    with pytest.raises(Refused, match="not cancelled on the marketplace"):
        orders.cancel_in_store(seller_id=world.seller.id, order_id=order.id, at=now())


def test_a_failed_order_ends_and_a_half_made_one_is_cancelled_in_the_shop(world):
    told, order = queued(world, (SOAP, 1), (LINEN, 1))
    world.act(SHOP, "delete_product", sku=LINEN)
    world.settle()
    assert world.order(told).state == "failed"

    cancel(world, told)
    world.settle()

    order.refresh_from_db()
    assert order.state == "cancelled"
    assert world.shop_orders()[0]["status"] == "cancelled"
    assert (world.held(SOAP), world.held(LINEN)) == (0, 0)
    assert world.on_hand(SOAP) == world.shop_stock(SOAP)


def test_a_shop_that_refuses_to_cancel_is_told_to_a_person_and_mended_by_hand_there(world):
    told, order = world.pushed((SOAP, 2))
    before = world.on_hand(SOAP)
    Order.objects.system().filter(id=order.id).update(store_ref="999999")  # it was deleted there

    cancel(world, told)
    world.settle()

    order.refresh_from_db()
    assert order.state == "synced" and "refuses to cancel it" in order.failure
    assert world.on_hand(SOAP) == before

    Order.objects.system().filter(id=order.id).update(store_ref=str(world.shop_orders()[0]["id"]))
    world.act(SHOP, "cancel", order_id=world.shop_orders()[0]["id"])
    world.read_shop()
    order.refresh_from_db()
    assert (order.state, order.failure) == ("cancelled", "")
    world.read_shop("stock")  # the owner's press has only a second to tell it by: the next reading settles it
    assert world.on_hand(SOAP) == before + 2 == world.shop_stock(SOAP)


def test_the_shops_own_cancel_is_shown_and_gives_nothing_up(world):
    _, order = world.pushed((SOAP, 1))

    world.act(SHOP, "cancel", order_id=int(order.store_ref))
    world.read_shop()

    order.refresh_from_db()
    assert order.state == "synced" and "the store no longer wants it" in order.failure


def test_what_the_shops_owner_cancelled_is_given_up_by_a_person_and_ends_on_both_sides(world):
    told, order = world.pushed((SOAP, 2))
    before = world.on_hand(SOAP)
    world.act(SHOP, "cancel", order_id=int(order.store_ref))
    world.read_shop()

    fulfilment.give_up_order(seller_id=world.seller.id, order_id=order.id, at=now())
    world.settle()
    world.arrive()

    order.refresh_from_db()
    assert world.package(told).state == "unsupplied"
    assert (order.state, order.failure) == ("cancelled", "")
    world.read_shop("stock")
    assert world.on_hand(SOAP) == world.shop_stock(SOAP) == before + 2
    with pytest.raises(Refused, match="no package that can still be given up"):
        fulfilment.give_up_order(seller_id=world.seller.id, order_id=order.id, at=now())


def test_a_rule_gives_up_what_the_shops_owner_cancelled(world):
    told, order = world.pushed((SOAP, 1))
    channels.change_settings(
        seller_id=world.seller.id, channel_id=world.store.id, settings={"hub.on_store_cancel": "give_up"}
    )
    world.act(SHOP, "cancel", order_id=int(order.store_ref))

    world.read_shop()
    world.settle()
    world.arrive()

    order.refresh_from_db()
    assert (world.package(told).state, order.state) == ("unsupplied", "cancelled")


def test_what_the_shop_deleted_is_told_and_ends_by_hand_where_it_cannot_be_cancelled_any_more(world):
    _, order = world.pushed((SOAP, 1))
    shop = world.server.remotes[SHOP].snapshot.__self__
    del shop.orders[int(order.store_ref)]  # as the owner deletes it for good
    Feed.objects.system().filter(channel=world.store, name="fulfilments").update(wanted_refs=[order.store_ref])

    world.read_shop()
    order.refresh_from_db()
    assert order.state == "synced" and "it was deleted there" in order.failure

    fulfilment.give_up_order(seller_id=world.seller.id, order_id=order.id, at=now())
    world.settle()
    world.arrive()
    order.refresh_from_db()
    assert order.state == "synced" and "refuses to cancel it" in order.failure
    orders.cancelled_by_hand(seller_id=world.seller.id, order_id=order.id, at=now())
    order.refresh_from_db()
    assert (order.state, order.failure, world.held(SOAP)) == ("cancelled", "", 0)


def test_a_part_before_the_push_shrinks_the_promise_and_the_rest_is_pushed(world):
    told, order = queued(world, (SOAP, 2), (LINEN, 3))
    linen = next(x["line_id"] for x in told["lines"] if x["barcode"] == LINEN)

    cancel(world, told, line_ids=[linen])
    assert (world.held(SOAP), world.held(LINEN)) == (2, 0)
    world.settle()

    order.refresh_from_db()
    assert (order.state, order.failure) == ("synced", "")
    (held,) = world.shop_orders()
    assert (held["lines"], held["total"]) == (f"2 × {SOAP}", "96.00")
    assert world.on_hand(LINEN) == world.shop_stock(LINEN)


def without_linen(world, told):
    linen = next(x["line_id"] for x in told["lines"] if x["barcode"] == LINEN)
    cancel(world, told, line_ids=[linen])


def refunds(world):
    return [(r["reason"], r["amount"]) for r in world.ledger(SHOP, "refund.created")]


def test_a_part_after_the_push_is_taken_out_of_the_shops_order_and_put_back_there(world):
    told, order = world.pushed((SOAP, 2), (LINEN, 3))
    before = world.on_hand(LINEN)

    without_linen(world, told)
    world.settle()

    order.refresh_from_db()
    assert (order.state, order.failure) == ("synced", "")
    assert order.lines.get(sku=LINEN).cancelled_quantity == 3
    assert [amount for _, amount in refunds(world)] == ["29.97"]  # 3 × 9.99, tax in it
    assert orders.lowered_total(order) == Decimal("29.97")  # beside the shop's own total, which stays as it was
    assert world.on_hand(LINEN) == world.shop_stock(LINEN) == before + 3
    assert world.ledger(SHOP, "mail.sent") == [] or all(
        m["audience"] != "buyer" for m in world.ledger(SHOP, "mail.sent")
    )

    rest = world.order(told).packages.get(state__in=["created", "picking"])
    world.act(MARKET, "cancel", package_id=int(rest.package_ref))
    world.arrive()
    order.refresh_from_db()
    assert order.state == "cancelled"  # the last part makes it whole: the shop gives back what it still had
    assert world.on_hand(LINEN) == world.shop_stock(LINEN) == before + 3


def test_a_lost_answer_to_the_lowering_takes_the_pieces_out_once(world):
    told, order = world.pushed((SOAP, 2), (LINEN, 3))
    before = world.on_hand(LINEN)
    without_linen(world, told)
    world.dial(SHOP, lost_answer=1.0)

    world.pursue()
    assert world.intent("store_lower", order.id).state == "unknown"
    world.dial(SHOP, lost_answer=0.0)
    world.settle()

    assert len(refunds(world)) == 1
    assert world.on_hand(LINEN) == world.shop_stock(LINEN) == before + 3


def test_a_part_that_is_cancelled_while_the_push_is_unknown_is_taken_out_when_the_shop_turns_out_to_have_it(world):
    told, order = queued(world, (SOAP, 2), (LINEN, 3))
    world.dial(SHOP, lost_answer=1.0)
    world.pursue()
    world.dial(SHOP, lost_answer=0.0)

    without_linen(world, told)
    world.settle()

    order.refresh_from_db()
    assert (order.state, order.failure) == ("synced", "") and len(refunds(world)) == 1
    assert world.held(LINEN) == 0 and world.on_hand(LINEN) == world.shop_stock(LINEN)


@pytest.mark.parametrize("is_by_hand", [True, False], ids=["lowered by hand", "tried again"])
def test_a_shop_that_does_not_lower_its_order_is_told_to_a_person_who_ends_it(world, is_by_hand):
    told, order = world.pushed((SOAP, 2), (LINEN, 3))
    before, ref = world.on_hand(LINEN), order.store_ref
    Order.objects.system().filter(id=order.id).update(store_ref="999999")  # the shop knows no such order
    without_linen(world, told)
    world.settle()
    order.refresh_from_db()
    assert order.state == "synced" and "refuses to take them out" in order.failure
    assert world.on_hand(LINEN) == before

    Order.objects.system().filter(id=order.id).update(store_ref=ref)
    who = {"seller_id": world.seller.id, "order_id": order.id, "at": now()}
    if is_by_hand:
        orders.lowered_by_hand(**who)
    else:
        orders.lower_in_store(**who)
    world.settle()

    order.refresh_from_db()
    assert "part" not in order.troubles and len(refunds(world)) == (0 if is_by_hand else 1)
    assert world.on_hand(LINEN) == before + (0 if is_by_hand else 3)  # by hand: the next reading tells
    with pytest.raises(Refused, match="no piece too many"):
        orders.lower_in_store(**who)


def test_a_part_cancelled_after_the_shop_has_shipped_waits_for_a_person(world):
    told, order = world.pushed((SOAP, 2), (LINEN, 3))
    world.act(SHOP, "fulfil", order_id=int(order.store_ref), tracking_number="7250000000000001")
    world.read_shop()

    without_linen(world, told)
    world.settle()

    order.refresh_from_db()
    assert order.state == "processed" and "say here that it is done" in order.failure and refunds(world) == []
    orders.lower_in_store(seller_id=world.seller.id, order_id=order.id, at=now())
    world.settle()
    order.refresh_from_db()
    assert order.failure == "" and len(refunds(world)) == 1


def test_news_of_a_cancel_told_twice_or_late_changes_nothing_more(world):
    told, order = world.pushed((SOAP, 2))
    old = world.body_of(told["package_id"])
    cancel(world, told)
    world.settle()
    stock = world.on_hand(SOAP)

    world.webhook(told["package_id"])
    world.post(old)
    world.settle()

    order.refresh_from_db()
    assert order.state == "cancelled" and world.on_hand(SOAP) == stock
    assert world.package(told).state == "cancelled"
    assert timedelta(0) < now() - order.seen_at
