"""Packages between both remotes: picked, invoiced, split, unsupplied, shipped; waybills and labels."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.channels.models import Intent
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.documents import services as documents
from entrepot.fulfilment import services as fulfilment
from entrepot.fulfilment.models import Package
from entrepot.fulfilment.services.invoices import NO_INVOICE
from entrepot.orders import services as orders
from entrepot.orders.models import Order
from entrepot.sandbox.trendyol import packages
from entrepot.sandbox.woocommerce import order_write

from .world import LINEN, MARKET, SHOP, SOAP

pytestmark = pytest.mark.django_db(transaction=True)


def moves(world, told):
    return [
        (e["old"], e["new"], e["by"]) for e in world.ledger(MARKET, "package.moved") if e["package_id"] == told["package_id"]
    ]  # fmt: skip


def fulfil(world, order, number="7250000000000001"):
    world.act(SHOP, "fulfil", order_id=int(order.store_ref), tracking_number=number)
    world.read_shop()
    world.settle()


def set_invoice_in_shop(world, order, number):
    store = world.server.remotes[SHOP].snapshot.__self__
    order_write.update(
        store, store.orders[int(order.store_ref)], {"meta_data": [{"key": "_invoice_number", "value": number}]}
    )


def test_the_shops_work_is_the_packages_way_and_an_invoice_typed_in_frees_it(world):
    told, order = world.pushed((SOAP, 1))
    world.read_shop()
    world.settle()
    assert world.package(told).state == "picking"

    fulfil(world, order)
    order.refresh_from_db()
    package = world.package(told)
    assert order.state == "processed"
    assert (package.state, package.stuck_reason) == ("picking", NO_INVOICE)

    fulfilment.set_invoice_number(
        seller_id=world.seller.id, package_id=package.id, invoice_number="KHB2026000000001", at=now()
    )
    world.settle()
    assert world.package(told).state == "invoiced"
    assert moves(world, told) == [("Created", "Picking", "seller"), ("Picking", "Invoiced", "seller")]

    world.act(MARKET, "ship", package_id=told["package_id"])
    world.act(MARKET, "deliver", package_id=told["package_id"])
    world.arrive()
    assert world.package(told).state == "delivered" and world.package(told).stuck_reason == ""


def test_an_invoice_number_in_the_shops_meta_is_enough(world):
    told, order = world.pushed((SOAP, 1))
    set_invoice_in_shop(world, order, "SHOP-0042")

    fulfil(world, order)

    assert world.package(told).state == "invoiced"
    raw = world._market_world().packages[told["package_id"]]
    assert raw.invoice_number == "SHOP-0042"


def test_a_lost_answer_to_a_move_is_asked_for_and_not_sent_again(world):
    told, _ = world.pushed((SOAP, 1))
    world.dial(MARKET, lost_answer=1.0)
    world.read_shop()
    world.pursue()
    assert world.intent("package_move", world.package(told).id).state == "unknown"

    world.dial(MARKET, lost_answer=0.0)
    world.settle()

    assert world.package(told).state == "picking"
    assert moves(world, told) == [("Created", "Picking", "seller")]


def test_pieces_that_cannot_be_supplied_split_the_package_and_leave_the_order(world):
    told, order = world.pushed((SOAP, 3))
    line = order.lines.get()

    fulfilment.plan_move(
        seller_id=world.seller.id, package_id=world.package(told).id, event="unsupply", lines=[(line.id, 1)],
        reason="out_of_stock", at=now(),
    )  # fmt: skip
    world.settle()
    world.arrive()

    order.refresh_from_db()
    line.refresh_from_db()
    states = sorted(Package.objects.system().values_list("state", flat=True))
    assert states == ["picking", "superseded", "unsupplied"]
    assert (line.quantity, line.cancelled_quantity, order.state) == (3, 1, "synced")
    assert order.lines.count() == 1 and order.failure == ""
    assert [Decimal(r["amount"]) for r in world.ledger(SHOP, "refund.created")] == [
        Decimal(48)
    ]  # one soap less in the shop, too
    assert world.on_hand(SOAP) == world.shop_stock(SOAP)


def test_a_split_there_keeps_lines_stock_and_money_and_both_halves_go_on(world):
    told, order = world.pushed((SOAP, 3), (LINEN, 1))
    soap = next(x["line_id"] for x in told["lines"] if x["barcode"] == SOAP)
    before = world.on_hand(SOAP)
    _split(world, told, soap, 2)
    world.arrive()

    order.refresh_from_db()
    parts = list(Package.objects.system().exclude(state="superseded").order_by("id"))
    assert len(parts) == 2 and order.lines.count() == 2
    assert world.on_hand(SOAP) == before and world.held(SOAP) == 0

    set_invoice_in_shop(world, order, "SHOP-0043")
    fulfil(world, order)
    for part in parts:
        part.refresh_from_db()
        assert part.state == "invoiced"  # with the refs that each package calls its pieces
    assert sum(x.quantity for p in parts for x in p.lines.all()) == 4


def _split(world, told, line_id, quantity):
    market = world._market_world()
    package = market.packages[told["package_id"]]
    left = {x.id: x.quantity - (quantity if x.id == line_id else 0) for x in package.lines}
    packages.replace(market, package, [left, {line_id: quantity}], "seller")


def test_the_waybill_travels_with_the_order_into_the_shop(world):
    told, order = world.pushed((SOAP, 1))

    assert told["tracking_number"]
    assert world.shop_orders()[0]["meta"]["_entrepot_tracking"] == str(told["tracking_number"])
    assert order.store_waybills == str(told["tracking_number"])


def test_a_waybill_that_changes_after_the_push_is_written_into_the_shops_order_once(world):
    told, order = world.pushed((SOAP, 1))
    _change_carrier(world, told)
    world.dial(SHOP, lost_answer=0.6)
    world.arrive()
    world.dial(SHOP, lost_answer=0.0)
    world.settle()

    number = str(world._market_world().packages[told["package_id"]].tracking_number)
    order.refresh_from_db()
    (held,) = world.shop_orders()
    assert number != str(told["tracking_number"])
    assert held["meta"]["_entrepot_tracking"] == number == order.store_waybills
    row = world.shop_order(order)
    assert [m["value"] for m in row["meta_data"] if m["key"] == "_entrepot_tracking"] == [number]
    assert world.intent("store_waybills", order.id).state == "confirmed"
    assert held["total"] == "48.00"  # nothing else of it was touched


def test_a_waybill_that_goes_back_to_what_it_was_is_written_again(world):
    told, order = world.pushed((SOAP, 1))
    first = str(told["tracking_number"])
    package = world._market_world().packages[told["package_id"]]

    for number in (first[:-1] + "7", first):
        package.tracking_number = int(number)
        world._market_world().touch(package)
        world.arrive()
        world.settle()
        order.refresh_from_db()
        assert world.shop_orders()[0]["meta"]["_entrepot_tracking"] == number == order.store_waybills


def test_a_waybill_that_the_shop_refused_can_be_written_again(world):
    told, order = world.pushed((SOAP, 1))
    ref = order.store_ref
    Order.objects.system().filter(id=order.id).update(store_ref="999999")  # the shop knows no such order
    _change_carrier(world, told)
    world.arrive()
    world.settle()
    order.refresh_from_db()
    assert "could not be written" in order.troubles["waybills"]

    Order.objects.system().filter(id=order.id).update(store_ref=ref)
    orders.rewrite_waybills(seller_id=world.seller.id, order_id=order.id, at=now())
    world.settle()

    order.refresh_from_db()
    assert world.shop_orders()[0]["meta"]["_entrepot_tracking"] == order.store_waybills == order.waybills
    assert order.failure == ""
    with pytest.raises(Refused, match="no waybill that waits"):
        orders.rewrite_waybills(seller_id=world.seller.id, order_id=order.id, at=now())


def test_a_waybill_that_only_comes_after_the_push_is_written_afterwards(world):
    told = world.buy((SOAP, 1))
    package = world._market_world().packages[told["package_id"]]
    number, package.tracking_number = package.tracking_number, 0
    world.arrive()
    world.approve(world.order(told))
    world.settle()
    order = world.order(told)
    assert order.store_waybills == "" and "_entrepot_tracking" not in world.shop_orders()[0]["meta"]

    package.tracking_number = number
    world._market_world().touch(package)
    world.arrive()

    assert world.shop_orders()[0]["meta"]["_entrepot_tracking"] == str(number)


def _change_carrier(world, told, code="ARASMP"):
    market = world._market_world()
    package = market.packages[told["package_id"]]
    packages.assign_tracking(market, package, code)
    market.touch(package)


def test_where_the_seller_ships_the_shops_number_goes_to_the_marketplace(world):
    world.act(MARKET, "switch", name="carriage", value="seller")
    told, order = world.pushed((SOAP, 1))
    assert "_entrepot_tracking" not in world.shop_orders()[0]["meta"]  # the marketplace's is not the parcel's

    fulfil(world, order, "1234567890123456")

    (sent,) = world.ledger(MARKET, "package.tracking_set")
    assert (sent["package_id"], sent["tracking_number"], sent["by"]) == (told["package_id"], 1234567890123456, "seller")
    world.arrive()
    assert world.package(told).tracking_ref == "1234567890123456"


def test_the_marketplaces_label_is_made_fetched_kept_and_hung_on_the_package(world):
    told, _ = world.pushed((SOAP, 1))
    world.read_shop()
    world.settle()
    world.settle()

    package = world.package(told)
    assert package.state == "picking" and package.label is not None
    assert package.label.media_type == "application/zpl"
    zpl = documents.content_of(package.label).decode()
    assert zpl.startswith("^XA") and zpl.rstrip().endswith("^XZ") and str(told["tracking_number"]) in zpl
    world.settle()
    assert Intent.objects.system().filter(kind="label").count() == 1
    assert len(world.ledger(MARKET, "label.created")) == 1


def test_another_carrier_means_another_label(world):
    told, _ = world.pushed((SOAP, 1))
    world.read_shop()
    world.settle()
    first = world.package(told).label_id
    _change_carrier(world, told)
    world.arrive()

    package = world.package(told)
    assert package.label_id not in (None, first)
    assert package.tracking_ref in documents.content_of(package.label).decode()


def test_a_carrier_without_a_common_label_says_so_and_we_make_one(world):
    told, _ = world.pushed((SOAP, 1))
    _change_carrier(world, told, "YKMP")  # trendyol.md: common labels are for TEX and Aras only
    world.poll()
    world.apply()
    world.read_shop()
    world.settle()
    package = world.package(told)
    assert package.state == "picking" and package.label is None
    assert "common labels are for TEX and Aras only" in package.stuck_reason

    fulfilment.make_label(seller_id=world.seller.id, package_id=package.id, at=now())

    package.refresh_from_db()
    assert package.label.media_type == "application/pdf"
    assert documents.content_of(package.label).startswith(b"%PDF-")
    assert package.label.facts["tracking_ref"] == package.tracking_ref
