"""Amounts on their way into the shop: kept or converted, taxed by the shop's own arithmetic, equal to the cent."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from entrepot.channels import services as channels
from entrepot.channels.models import BudgetUse, Storefront
from entrepot.core.clock import now
from entrepot.ingress import services as ingress
from entrepot.listings.models import Listing
from entrepot.orders import services as orders
from entrepot.orders.models import Adjustment, Order
from entrepot.pricing import services as pricing

from .world import LINEN, MARKET, SHOP, SOAP

pytestmark = pytest.mark.django_db(transaction=True)

SEED, ORDERS = 20260504, 300
# SKU → (price, VAT percent at home): prices whose thirds, tenths and taxes do not come out even.
SHELF = {
    "CAY-RIZE-500": ("9.99", 10), "CAY-ADA-100": ("0.99", 20), "CAY-IHL-150": ("7.77", 10), "LOKUM-GUL-350": ("13.33", 20),
    "BAL-KEST-450": ("119.90", 10), "KOLONYA-LIM": ("1.05", 20), "KASE-IZNIK": ("333.33", 20),
}  # fmt: skip
CENT = Decimal("0.01")


def stock_up(world, front, vat=None):
    ingress.open_feeds(channel=world.market, at=now())
    for sku, (price, percent) in SHELF.items():
        given = {"barcode": sku, "title": sku, "sale_price": float(price), "quantity": 19_000, "storefront": front.code}
        world.act(MARKET, "seed_product", **given, vatRate=vat or percent)
        Listing.objects.create(
            seller_id=world.seller.id, variant_id=world.variants[sku], storefront=front, listing_ref=sku, state="live"
        )


def baskets(count, **more):
    """One to four goods, one to five of each, with a discount on half of them; 3 × 9.99 is the first."""
    source = random.Random(SEED)
    yield [{"barcode": "CAY-RIZE-500", "quantity": 3, "discount_percentage": 0}]
    for _ in range(count - 1):
        goods = source.sample(sorted(SHELF), source.randint(1, 4))
        yield [
            {"barcode": sku, "quantity": source.randint(1, 5), "discount_percentage": source.choice((0, 0, 5, 10, 33, 7.5))}
            for sku in goods
        ]  # fmt: skip


def drive(world):
    """Until nothing is open; the shop's courtesy limit is not what is tested."""
    world.poll()
    world.apply()
    for _ in range(60):
        BudgetUse.objects.all().delete()
        if not world.pursue():
            return


@pytest.mark.slow
def test_three_hundred_orders_have_the_marketplaces_total_in_the_shop_to_the_cent(auto):
    stock_up(auto, Storefront.objects.system().get(code="TR"))
    told = [auto.act(MARKET, "place_order", lines=lines) for lines in baskets(ORDERS)]

    drive(auto)

    there = {o["meta"]["_entrepot_order"]: o for o in auto.shop_orders()}
    assert len(there) == ORDERS == Order.objects.system().filter(state="synced").count()
    paid = {e["order_number"]: e["total"] for e in auto.ledger(MARKET, "order.placed")}
    off = {n: (total, there[n]["total"]) for n, total in paid.items() if Decimal(there[n]["total"]) != Decimal(total)}
    assert off == {}
    assert there[told[0]["order_number"]]["total"] == "29.97"
    _only_residue_on_one_fee(auto, there)


def _only_residue_on_one_fee(world, there):
    """At most one fee an order, named Rounding, untaxed, of as many cents as roundings can make: one a line, one a tax."""
    rows = {row["id"]: row for row in world.server.remotes[SHOP].snapshot()["tables"]["orders"]}
    settled = 0
    for held in there.values():
        row = rows[held["id"]]
        assert len(row["fee_lines"]) <= 1
        for fee in row["fee_lines"]:
            settled += 1
            assert (fee["name"], fee["tax_status"]) == ("Rounding", "none")
            assert 0 < abs(Decimal(fee["total"])) <= CENT * (len(row["line_items"]) + len(row["shipping_lines"]))
            adjustment = Adjustment.objects.system().get(order__store_ref=str(row["id"]))
            assert adjustment.amount == Decimal(fee["total"]) and adjustment.currency == "TRY"
    assert settled == Adjustment.objects.system().count()


@pytest.fixture
def abroad(auto):
    """The shop is in lira; Germany buys in euros, taxed there at 19 %. A euro is 47.1234 lira."""
    front = channels.open_storefront(seller_id=auto.seller.id, channel_id=auto.market.id, code="DE")
    stock_up(auto, front, vat=19)
    pricing.load_fx_csv(at=now(), text=f"day,base,quote,rate\n{now().date()},EUR,TRY,47.1234\n")
    return auto


def convert(world):
    channels.change_settings(
        seller_id=world.seller.id, channel_id=world.store.id, settings={"hub.order_currency": "convert"}
    )


def test_a_kept_currency_goes_into_the_shop_as_it_was_paid(abroad):
    for lines in baskets(12):
        abroad.act(MARKET, "place_order", lines=lines, storefront="DE")

    drive(abroad)

    paid = {e["order_number"]: Decimal(e["total"]) for e in abroad.ledger(MARKET, "order.placed")}
    there = {o["meta"]["_entrepot_order"]: (Decimal(o["total"]), o["currency"]) for o in abroad.shop_orders()}
    assert there == {n: (total, "EUR") for n, total in paid.items()}
    assert set(Order.objects.system().values_list("fx_rate", flat=True)) == {None}


def test_a_converted_order_keeps_both_amounts_and_the_rate_of_its_day(abroad):
    convert(abroad)
    for lines in baskets(12):
        abroad.act(MARKET, "place_order", lines=lines, storefront="DE")

    drive(abroad)

    assert Order.objects.system().filter(state="synced").count() == 12
    for order in Order.objects.system():
        paid = Decimal(
            next(e["total"] for e in abroad.ledger(MARKET, "order.placed") if e["order_number"] == order.order_ref)
        )
        lira = (paid * Decimal("47.1234")).quantize(CENT, ROUND_HALF_UP)
        assert (order.total, order.currency) == (paid, "EUR")
        assert (order.store_total, order.store_currency, order.fx_rate) == (lira, "TRY", Decimal("47.1234"))
        held = next(o for o in abroad.shop_orders() if o["meta"]["_entrepot_order"] == order.order_ref)
        assert (Decimal(held["total"]), held["currency"]) == (lira, "TRY")


def test_every_try_uses_the_rate_that_the_first_one_used(abroad):
    convert(abroad)
    abroad.act(MARKET, "place_order", lines=[{"barcode": "CAY-RIZE-500", "quantity": 3}], storefront="DE")
    abroad.dial(SHOP, server_error=1.0)
    abroad.poll()
    abroad.apply()
    abroad.pursue()
    pricing.load_fx_csv(
        at=now(), text=f"day,base,quote,rate\n{now().date()},EUR,TRY,50\n"
    )  # somebody corrects the table
    abroad.dial(SHOP, server_error=0.0)

    drive(abroad)

    assert Order.objects.system().get().store_total == Decimal("1412.29")  # 29.97 × 47.1234 = 1412.288…


def test_without_a_rate_of_the_day_the_order_fails_with_the_reason_and_is_pushed_once_it_is_there(auto):
    front = channels.open_storefront(seller_id=auto.seller.id, channel_id=auto.market.id, code="DE")
    stock_up(auto, front, vat=19)
    convert(auto)
    auto.act(MARKET, "place_order", lines=[{"barcode": "CAY-RIZE-500", "quantity": 1}], storefront="DE")
    drive(auto)

    order = Order.objects.system().get()
    assert (order.state, order.failure) == ("failed", f"order {order.order_ref}: currency no rate from EUR to TRY")

    pricing.load_fx_csv(at=now(), text=f"day,base,quote,rate\n{now().date()},EUR,TRY,47.1234\n")
    orders.retry_export(seller_id=auto.seller.id, order_id=order.id, at=now())
    drive(auto)
    order.refresh_from_db()
    assert order.state == "synced" and order.store_total == Decimal("470.76")  # 9.99 × 47.1234 = 470.762…


def test_vat_rates_become_the_shops_tax_classes(world):
    _, order = world.pushed((SOAP, 1), (LINEN, 1))
    rows = {row["sku"]: row["tax_class"] for row in world.shop_order(order)["line_items"]}
    assert rows == {SOAP: "", LINEN: ""}  # 20 % is the shop's standard class in TR

    _, order = world.pushed(("TSHIRT-ANADOLU-KIR-M", 1))
    (row,) = world.shop_order(order)["line_items"]
    assert row["tax_class"] == "reduced-rate"  # 10 %
    # 399.00 at 10 %: net 362.727273, tax 36.27; 362.73 + 36.27 = 399.00
    assert (row["total"], Decimal(row["total_tax"]).quantize(CENT)) == ("362.727273", Decimal("36.27"))


def test_a_difference_that_no_rounding_explains_is_shown_and_not_hidden_in_a_fee(world):
    who = {"seller_id": world.seller.id, "channel_id": world.store.id}
    channels.change_settings(
        **who, settings={"store.tax_rates": [["TR", "reduced-rate", "0.2"], ["TR", "standard", "0.1"]]}
    )

    _, order = world.pushed((SOAP, 1))  # sent as reduced-rate, which the shop taxes at 10 %

    order.refresh_from_db()
    assert order.failure.startswith("the store's total differs:") and "more than rounding explains" in order.failure
    assert world.shop_order(order)["fee_lines"] == []
