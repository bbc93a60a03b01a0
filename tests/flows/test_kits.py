"""A kit is sold on the marketplace, and the shop takes from its shelf what the kit is made of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.catalog.models import Component
from entrepot.channels import services as channels
from entrepot.channels.models import Binding
from entrepot.inventory import queries as inventory
from entrepot.pricing.models import BasePrice
from entrepot.sandbox.trendyol import packages

from .world import LINEN, MARKET, SHIRT, SHOP, SOAP

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kit(auto):
    """A shirt is sold with two soaps and a towel: its own stock in the shop says nothing."""
    for sku, quantity in ((SOAP, 2), (LINEN, 1)):
        Component.objects.create(
            seller_id=auto.seller.id, kit_id=auto.variants[SHIRT], part_id=auto.variants[sku], quantity=quantity
        )
    return auto


def stock(world):
    """Soaps and towels: on hand here, promised, and in the shop."""
    return [(world.on_hand(sku), world.held(sku), world.shop_stock(sku)) for sku in (SOAP, LINEN)]


def moved(world, before):
    return [
        tuple(now - then for now, then in zip(*pair, strict=True)) for pair in zip(stock(world), before, strict=True)
    ]


def give_up(world, package, line):
    """The buyer cancels one piece."""
    packages.give_up(world._market_world(), package, {line.id: 1}, "Cancelled", "customer", "Vazgeçtim", 401)


def read(world):
    world.read_shop("products")
    world.read_shop("stock")


def test_the_parts_are_taken_and_stay_taken_when_the_shop_is_read(kit):
    before, shirts = stock(kit), kit.shop_stock(SHIRT)
    _, order = kit.pushed((SHIRT, 3))

    assert moved(kit, before) == [(-6, 0, -6), (-3, 0, -3)]
    assert kit.shop_stock(SHIRT) == shirts
    read(kit)
    assert moved(kit, before) == [(-6, 0, -6), (-3, 0, -3)]
    soaps, towels = (x[0] for x in stock(kit))
    kit_id = kit.variants[SHIRT]
    assert inventory.available(variant_ids=[kit_id]) == {kit_id: min(soaps // 2, towels)}
    assert Decimal(kit.shop_order(order)["total"]) == order.total == Decimal("1197.00")


def test_the_price_of_a_kit_is_shared_by_the_prices_of_its_parts(kit):
    _, order = kit.pushed((SHIRT, 1))

    lines = kit.shop_order(order)["line_items"]
    asked = {sku: BasePrice.objects.system().get(variant=kit.variants[sku]).regular for sku in (SOAP, LINEN)}
    soaps = (399 * 2 * asked[SOAP] / (2 * asked[SOAP] + asked[LINEN])).quantize(Decimal("0.01"))
    paid = {x["sku"]: round(Decimal(x["total"]) + Decimal(x["total_tax"]), 2) for x in lines}
    assert paid == {SOAP: soaps, LINEN: Decimal(399) - soaps}
    assert [(x["sku"], x["quantity"]) for x in lines] == [(SOAP, 2), (LINEN, 1)]


def test_what_is_cancelled_comes_back_by_its_parts(kit):
    before = stock(kit)
    told, order = kit.pushed((SHIRT, 3), (SOAP, 1))
    world = kit._market_world()
    package = world.packages[told["package_id"]]
    shirt = next(x for x in package.lines if x.barcode == SHIRT)
    give_up(kit, package, shirt)
    kit.arrive()

    assert moved(kit, before) == [(-5, 0, -5), (-2, 0, -2)]
    (refund,) = kit.server.remotes[SHOP].snapshot()["tables"]["refunds"]
    assert str(refund["order_id"]) == order.store_ref
    assert Decimal(str(refund["amount"])) == Decimal("399.00")
    read(kit)
    assert moved(kit, before) == [(-5, 0, -5), (-2, 0, -2)]

    for left in [p for p in world.packages.values() if p.status in ("Created", "Picking")]:
        kit.act(MARKET, "cancel", package_id=left.id)
    kit.arrive()
    assert kit.order(told).state == "cancelled"
    assert moved(kit, before) == [(0, 0, 0), (0, 0, 0)]
    read(kit)
    assert moved(kit, before) == [(0, 0, 0), (0, 0, 0)]


def test_what_a_kit_is_made_of_may_change_while_an_order_of_it_is_there(kit):
    before = stock(kit)
    told, order = kit.pushed((SHIRT, 2))
    Component.objects.filter(part_id=kit.variants[SOAP]).update(quantity=5)
    package = kit._market_world().packages[told["package_id"]]
    (shirt,) = package.lines
    give_up(kit, package, shirt)
    kit.arrive()

    assert moved(kit, before) == [(-2, 0, -2), (-1, 0, -1)]
    assert order.troubles == {}


def test_where_a_plug_in_takes_the_parts_the_shop_is_told_of_the_kit(kit):
    channels.change_settings(seller_id=kit.seller.id, channel_id=kit.store.id, settings={"hub.kits": "whole"})
    _, order = kit.pushed((SHIRT, 1))

    assert [(x["sku"], x["quantity"]) for x in kit.shop_order(order)["line_items"]] == [(SHIRT, 1)]


def test_a_part_that_the_shop_does_not_have_is_named(kit):
    Binding.objects.system().filter(channel=kit.store, kind="variant", our_id=kit.variants[LINEN]).delete()
    told = kit.buy((SHIRT, 1))
    kit.arrive()

    order = kit.order(told)
    assert order.state == "failed"
    assert f"part {LINEN} is not bound to a variation of the store" in order.troubles["push"]


def test_a_kit_and_its_part_in_one_order_are_each_taken_out_of_their_own_line(auto):
    """Two soaps as a pack, priced as two soaps, beside a soap."""
    Component.objects.create(
        seller_id=auto.seller.id, kit_id=auto.variants[LINEN], part_id=auto.variants[SOAP], quantity=2
    )
    market = auto._market_world()
    for listing in market.listings.values():
        if listing.barcode == LINEN:
            listing.sale_price = 96.0
    told, order = auto.pushed((LINEN, 1), (SOAP, 1), (SHIRT, 1))
    pack, soap = (x["id"] for x in auto.shop_order(order)["line_items"] if x["sku"] == SOAP)

    for barcode in (SOAP, LINEN):
        living = [p for p in market.packages.values() if p.status in ("Created", "Picking")]
        package, line = next((p, x) for p in living for x in p.lines if x.barcode == barcode)
        give_up(auto, package, line)
        auto.arrive()

    refunds = auto.server.remotes[SHOP].snapshot()["tables"]["refunds"]
    taken = [(x["refunded_item_id"], -x["quantity"]) for refund in refunds for x in refund["line_items"]]
    assert taken == [(soap, 1), (pack, 2)]
    assert auto.order(told).troubles == {}


def test_what_is_sent_of_a_kit_is_what_is_promised_though_it_was_made_of_other_goods_when_it_was_bought(kit):
    kit.market.is_auto_approving = False
    kit.market.save(update_fields=["is_auto_approving"])
    before = stock(kit)
    told = kit.buy((SHIRT, 3))
    kit.arrive()
    assert moved(kit, before) == [(0, 6, 0), (0, 3, 0)]
    Component.objects.filter(part_id=kit.variants[SOAP]).update(quantity=5)
    kit.approve(kit.order(told))
    kit.settle()

    assert moved(kit, before) == [(-15, 0, -15), (-3, 0, -3)]
