"""Cancelled by the marketplace, at every stage on the way into the shop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.channels.models import Intent
from entrepot.core.clock import now
from entrepot.core.errors import Refused
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
    assert world.on_hand(SOAP) == before + 2 == world.shop_stock(SOAP)


def test_the_shops_own_cancel_is_shown_and_gives_nothing_up(world):
    _, order = world.pushed((SOAP, 1))

    world.act(SHOP, "cancel", order_id=int(order.store_ref))
    world.read_shop()

    order.refresh_from_db()
    assert order.state == "synced" and "the store no longer wants it" in order.failure


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


def test_a_part_after_the_push_is_shown_and_its_stock_stays_with_the_shop(world):
    told, order = world.pushed((SOAP, 2), (LINEN, 3))
    linen = next(x["line_id"] for x in told["lines"] if x["barcode"] == LINEN)
    before = world.on_hand(LINEN)

    cancel(world, told, line_ids=[linen])
    world.settle()

    order.refresh_from_db()
    assert order.state == "synced" and "lower it in the store" in order.failure
    assert order.lines.get(sku=LINEN).cancelled_quantity == 3
    assert world.on_hand(LINEN) == before == world.shop_stock(LINEN)

    rest = world.order(told).packages.get(state__in=["created", "picking"])
    world.act(MARKET, "cancel", package_id=int(rest.package_ref))
    world.arrive()
    order.refresh_from_db()
    assert order.state == "cancelled"  # the last part makes it whole: the shop cancels, and gives all back
    assert world.on_hand(LINEN) == world.shop_stock(LINEN) == before + 3


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
