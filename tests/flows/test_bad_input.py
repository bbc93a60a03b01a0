"""What goes wrong on the way in: each ends where a person sees it and can mend it, and nothing else stops."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from entrepot.connectors.trendyol import states
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.fulfilment import services as fulfilment
from entrepot.fulfilment.models import Package
from entrepot.ingress import services as ingress
from entrepot.ingress.models import Receipt, SetAside
from entrepot.ingress.services.webhook import MAX_BYTES
from entrepot.orders import services as orders
from entrepot.orders.models import Order

from .world import LINEN, MARKET, SOAP

pytestmark = pytest.mark.django_db(transaction=True)


def odd(world, **how):
    return world.act(MARKET, "order_with", lines=[{"barcode": SOAP, "quantity": 1}], **how)


def test_a_currency_we_do_not_sell_in_holds_the_order_and_the_next_goes_through(auto):
    strange, good = odd(auto, currency="USD"), auto.buy((LINEN, 1))
    auto.arrive()

    order = auto.order(strange)
    assert order.state == "new" and "currency USD is not sold in on TR (TRY)" in order.hold_reason
    assert auto.held(SOAP) == 1 and auto.order(good).state == "synced"


def test_a_total_that_does_not_add_up_shows_the_difference(auto):
    order_told = odd(auto, total=47.5)
    auto.arrive()

    order = auto.order(order_told)
    assert order.state == "new" and "-0.50 TRY is unexplained" in order.hold_reason


def test_a_masked_address_holds_and_later_news_lets_go(auto):
    told = odd(auto, masked_address=True)
    auto.arrive()
    assert "the delivery address is empty or masked" in auto.order(told).hold_reason

    package = auto._market_world().packages[told["package_id"]]
    for party in (package.buyer["ship"], package.buyer["bill"]):
        party.update(
            firstName="Işıl", lastName="Şahin", fullName="Işıl Şahin", address1="Gül Sk. 5", fullAddress="Gül Sk. 5"
        )
    auto._market_world().touch(package)
    auto.arrive()

    assert (auto.order(told).state, auto.order(told).hold_reason) == ("synced", "")


def test_an_unknown_status_is_set_aside_by_name_and_replayed_once_it_is_known(auto, monkeypatch):
    strange, good = odd(auto, status="Teleported"), auto.buy((LINEN, 1))
    auto.arrive()

    aside = SetAside.objects.system().get(kind="package")
    assert aside.subject == f"package {strange['package_id']}" and "'Teleported' is not known" in aside.reason
    assert not Order.objects.system().filter(order_ref=strange["order_number"]).exists()
    assert auto.order(good).state == "synced"
    with pytest.raises(Refused, match="Teleported"):
        ingress.replay_aside(seller_id=auto.seller.id, aside_id=aside.id, at=now())

    monkeypatch.setitem(states.PACKAGE_STATES, "Teleported", "created")  # the connector learns the word
    ingress.replay_aside(seller_id=auto.seller.id, aside_id=aside.id, at=now())
    auto.settle()

    aside.refresh_from_db()
    assert aside.state == "replayed" and auto.order(strange).state == "synced"


def test_the_same_unknown_status_again_only_counts(world):
    odd(world, status="Teleported")
    world.poll()
    world.poll()

    aside = SetAside.objects.system().get(kind="package")
    assert aside.times == 2 and aside.state == "open"


def test_a_foreign_listing_is_mapped_by_a_person_and_pushed(world):
    world.act(MARKET, "seed_product", barcode="NOBODYS", title="Kimsesiz", sale_price=25.0, quantity=5, vatRate=20)
    told = world.buy(("NOBODYS", 2))
    world.arrive()
    order = world.order(told)
    assert order.hold_reason == "listing NOBODYS is not ours: map it to a variant"

    orders.edit_lines(
        seller_id=world.seller.id, order_id=order.id, variants={order.lines.get().id: world.variants[SOAP]}, at=now()
    )
    world.approve(order)
    world.settle()

    (held,) = world.shop_orders()
    assert (held["lines"], held["total"]) == (f"2 × {SOAP}", "50.00")


def test_a_forged_webhook_leaves_no_trace(world):
    told = world.buy()

    assert world.post(world.body_of(told["package_id"]), key="guessed") == 401
    assert world.post(world.body_of(told["package_id"]), key="") == 401

    assert not Receipt.objects.system().exists()
    assert not SetAside.objects.system().filter(kind__in=["package", "webhook"]).exists()


def test_nobody_has_this_token_or_a_retired_channel_does(world):
    body = world.body_of(world.buy()["package_id"])

    assert ingress.receive(token="no-such-token", headers={}, body=body, at=now()) == 404
    type(world.market).objects.system().filter(id=world.market.id).update(state="retired")
    assert world.post(body) == 404


def test_a_replayed_webhook_is_taken_and_changes_nothing(world):
    told = world.buy()
    body = world.body_of(told["package_id"])
    world.post(body)
    world.apply()
    world.act(MARKET, "cancel", package_id=told["package_id"])
    world.webhook(told["package_id"])
    world.apply()

    assert world.post(body) == 200
    world.apply()

    assert world.order(told).state == "cancelled" and world.package(told).state == "cancelled"
    assert Receipt.objects.system().count() == 2


def test_a_late_webhook_is_recorded_as_stale_and_moves_nothing(world):
    told = world.buy()
    early = world.body_of(told["package_id"])
    world.read_shop()
    fulfilment_of = {"seller_id": world.seller.id, "event": "pick", "at": now()}
    world.arrive()
    fulfilment.plan_move(**fulfilment_of, package_id=world.package(told).id)
    world.settle()
    world.arrive()
    Receipt.objects.system().all().delete()  # they are kept for 30 days; this one is older

    assert world.post(early) == 200
    world.apply()

    assert world.package(told).state == "picking"
    assert Receipt.objects.system().get().outcome == "stale"


def test_a_truncated_webhook_is_refused_and_shown(world):
    body = world.body_of(world.buy()["package_id"])

    assert world.post(body[: len(body) // 2]) == 422

    aside = SetAside.objects.system().get(kind="webhook")
    assert "no JSON" in aside.reason and aside.raw["body"].startswith('{"totalElements"')
    assert not Receipt.objects.system().exists()


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"content": []}', b'"text"', b'{"content": [1]}', b"\xff\xfe"])
def test_a_body_that_is_no_message_never_breaks_the_door(world, body):
    assert world.post(body) == 422
    assert not Receipt.objects.system().exists()


def test_a_nul_in_a_message_is_kept_aside_without_it(world):
    assert world.post(b'{"orderNumber": "1", "note": "a\\u0000b"}') == 200

    assert SetAside.objects.system().get(kind="package").raw["note"] == "ab"


def test_a_webhook_too_large_is_refused_unread(world):
    assert world.post(b" " * (MAX_BYTES + 1)) == 413
    assert world.post(b" " * (MAX_BYTES + 1), key="guessed") == 413


def test_one_broken_package_of_a_webhook_is_set_aside_and_the_others_go_on(world):
    good, bad = world.buy(), world.buy((LINEN, 1))
    page = json.loads(world.body_of(good["package_id"]))
    page["content"] += [json.loads(world.body_of(bad["package_id"], currencyCode=None))["content"][0]]

    assert world.post(json.dumps(page).encode()) == 200
    world.apply()

    assert [o.order_ref for o in Order.objects.system()] == [good["order_number"]]
    assert SetAside.objects.system().get(kind="package").subject == f"package {bad['package_id']}"


TOO_LONG = "1029384756" * 9


def test_an_order_whose_number_is_too_long_to_be_kept_is_set_aside_by_name(world):
    bad, good = world.buy(), world.buy((LINEN, 1))
    world.webhook(bad["package_id"], orderNumber=TOO_LONG)
    world.webhook(good["package_id"])
    world.apply()

    aside = SetAside.objects.system().get(kind="package")
    assert (aside.field, "at most 64 characters, and has 90" in aside.reason) == ("order_ref", True)
    assert world.order(good).state == "new"


def test_a_record_that_our_columns_cannot_hold_is_given_up_by_name_and_stops_nothing(world):
    bad, good = world.buy(), world.buy((LINEN, 1))
    (line,) = json.loads(world.body_of(bad["package_id"]))["content"][0]["lines"]
    world.webhook(bad["package_id"], lines=[line | {"lineUnitPrice": 20_000_000_000}])
    world.webhook(good["package_id"])

    for hours in range(12):
        ingress.apply_receipts(limit=100, at=now() + timedelta(hours=hours))

    assert world.order(good).state == "new"
    dead = Receipt.objects.system().get(status="dead")
    assert dead.subject_ref == bad["order_number"] and "overflow" in dead.last_error
    assert ingress.retry_receipts(
        seller_id=world.seller.id, channel_id=world.market.id, subject_ref=dead.subject_ref, at=now()
    ) == 1  # fmt: skip
    assert not Package.objects.system().filter(package_ref=str(bad["package_id"])).exists()


def test_a_marketplace_that_answers_with_a_page_is_read_again_later(world):
    told = world.buy()
    world.dial(MARKET, html_answer=1.0)
    world.poll()
    assert not Receipt.objects.system().exists()

    world.dial(MARKET, html_answer=0.0)
    world.arrive()
    assert world.order(told).state == "new"
