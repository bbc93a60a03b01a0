"""Orders, stock, prices, races: each checker sees the violation that is planted, and nothing where all agrees."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from proof.checks import CHECKS, goods, manners, orders, races, stock
from proof.ledgers import TR, WOO
from proof.rest import claims, open_things
from tests.proof.world import AT, NUMBER, PACKAGE, SALE, SKU, line

from entrepot.inventory.models import Reservation, Shortage
from entrepot.listings.models import Listing

pytestmark = pytest.mark.django_db


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def cancelled(world: Any, quantity: int, total: str) -> None:
    world.happened(
        TR, "order.cancelled", ms=3000, order_number=NUMBER, package_id=PACKAGE, lines=[line(quantity, total)],
        by="customer", reason="Vazgeçtim",
    )  # fmt: skip


def sold_again(world: Any, **facts: Any) -> None:
    given = {
        "id": 501, "status": "processing", "total": "100.00", "currency": "TRY", "lines": [],
        "meta": {"_entrepot_order": NUMBER, "_entrepot_ref": "ref-1"},
    }  # fmt: skip
    world.happened(WOO, "order.created", ms=4000, **given | facts)


def test_where_all_agrees_nothing_is_found(world):
    assert [counter for check in CHECKS for counter in world.found(check)] == []
    assert list(open_things()) == []
    assert list(claims([])) == []


# -- orders ------------------------------------------------------------------------------------------------------------


def test_an_order_that_the_hub_does_not_have_is_lost(world):
    sql(f"UPDATE orders_order SET order_ref = 'another' WHERE order_ref = '{NUMBER}'")

    assert world.found(orders.check_orders) == ["orders_lost", "orders_duplicated"]  # and nobody placed the other


def test_an_order_that_the_shop_does_not_have_is_lost_unless_a_person_was_told(world):
    world.entries[WOO] = [e for e in world.entries[WOO] if e["kind"] != "order.created"]

    assert world.found(orders.check_shop) == ["orders_lost"]

    world.update("orders_order", """troubles = '{"push": "the store did not take it"}'""")

    assert world.found(orders.check_shop) == []


def test_an_order_that_the_shop_has_twice_is_duplicated_unless_one_is_over(world):
    sold_again(world)

    assert world.found(orders.check_shop) == ["orders_duplicated"]

    world.happened(WOO, "order.updated", ms=5000, id=501, status="cancelled", total="100.00")

    assert world.found(orders.check_shop) == []


def test_an_order_in_the_shop_that_nobody_placed_is_found(world):
    sold_again(world, meta={"_entrepot_order": "777"})

    assert world.found(orders.check_shop) == ["orders_duplicated"]


def test_another_total_in_the_hub_is_found(world):
    world.update("orders_order", "total = 99.99")

    assert world.found(orders.check_orders) == ["orders_wrong_total"]


def test_another_total_in_the_shop_is_found_and_refunds_count(world):
    world.happened(WOO, "order.updated", ms=5000, id=SALE, status="processing", total="150.00")

    assert world.found(orders.check_shop) == ["orders_wrong_total"]

    world.happened(WOO, "refund.created", ms=6000, id=9, order_id=SALE, amount="50.00", reason="")

    assert world.found(orders.check_shop) == []


def test_other_pieces_in_the_hub_are_found(world):
    cancelled(world, 1, "50.00")

    assert world.found(orders.check_orders) == ["orders_wrong_goods"]


def test_an_order_that_was_cancelled_there_and_lives_here_is_found(world):
    cancelled(world, 2, "100.00")
    world.update("orders_line", "cancelled_quantity = 2")

    assert world.found(orders.check_orders) == ["orders_not_ended"]
    assert world.found(orders.check_shop) == ["orders_not_ended"]

    world.update("orders_order", """troubles = '{"cancel": "the store had shipped it"}'""")

    assert world.found(orders.check_orders) == []
    assert world.found(orders.check_shop) == []


def test_an_order_that_ended_only_here_is_found(world):
    world.update("orders_order", "state = 'cancelled'")

    assert world.found(orders.check_orders) == ["orders_not_ended"]


def test_a_package_in_another_state_missing_or_invented_is_found(world):
    world.happened(
        TR, "package.moved", ms=3000, order_number=NUMBER, package_id=PACKAGE, old="Created", new="Picking", by="seller"
    )

    assert world.found(orders.check_packages) == ["packages_wrong"]

    world.update("fulfilment_package", "package_ref = '1'")

    assert world.found(orders.check_packages) == ["packages_wrong", "packages_wrong"]


# -- stock and prices --------------------------------------------------------------------------------------------------


def test_stock_that_was_wanted_beyond_what_was_known_is_found(world):
    world.update("listings_listinglevel", "desired_value = 9 WHERE lane = 'stock'")

    assert world.found(stock.check_published) == ["published_unknown"]


def test_what_is_promised_is_not_known_as_available(world):
    variant_id, seller_id = Listing.objects.system().values_list("variant_id", "seller_id").get()
    Reservation.objects.system().create(seller_id=seller_id, variant_id=variant_id, line_id=1, quantity=3, made_at=AT)
    sql("UPDATE proof.known SET at = at - interval '1 minute'")  # 8, then 5
    sql("DELETE FROM proof.wanted")

    world.update("listings_listinglevel", "desired_value = 5 WHERE lane = 'stock'")
    assert world.found(stock.check_published) == []

    world.update("listings_listinglevel", "desired_value = 6 WHERE lane = 'stock'")
    assert world.found(stock.check_published) == ["published_unknown"]


def test_stock_that_was_sent_and_never_wanted_is_found(world):
    world.happened(TR, "stock.set", ms=9_000_000_000, storefront="TR", barcode=SKU, quantity=8, by="api")

    assert world.found(stock.check_published) == []

    world.happened(TR, "stock.set", ms=9_000_000_001, storefront="TR", barcode=SKU, quantity=7, by="api")

    assert world.found(stock.check_published) == ["published_unknown"]


def test_a_promise_that_outlived_its_order_is_found(world):
    variant_id, seller_id = Listing.objects.system().values_list("variant_id", "seller_id").get()
    Reservation.objects.system().create(seller_id=seller_id, variant_id=variant_id, line_id=1, quantity=2, made_at=AT)

    assert "promised_unknown" in world.found(stock.check_promised)


def test_a_shelf_that_was_lowered_twice_is_found(world):
    world.update("inventory_stocklevel", "on_hand = 6")

    assert world.found(stock.check_promised) == ["promised_unknown"]


def test_stock_that_differs_on_the_marketplace_is_found(world):
    world.happened(TR, "stock.set", ms=5000, storefront="TR", barcode=SKU, quantity=3, by="panel")

    assert world.found(stock.check_in_step) == ["stock_out_of_step"]


def test_goods_out_of_the_shop_window_have_no_stock_there(world):
    world.tags[SKU] = ("50.00", "draft")

    assert world.found(stock.check_in_step) == ["stock_out_of_step"]


def test_a_price_that_differs_on_the_marketplace_or_in_the_shop_is_found(world):
    world.happened(TR, "price.set", storefront="TR", barcode=SKU, sale_price="49.00", list_price="50.00", by="panel")

    assert world.found(goods.check_prices) == ["prices_out_of_step"]

    world.tags[SKU] = ("51.00", "publish")

    assert world.found(goods.check_prices) == ["prices_out_of_step", "prices_out_of_step"]


def test_a_new_product_that_is_not_known_is_found(world):
    world.happened(WOO, "product.created", id=9, sku="YENI-001", type="simple", name="Yeni", by="shop")

    assert world.found(goods.check_products) == ["goods_lost"]


# -- races and manners -------------------------------------------------------------------------------------------------


def test_selling_more_than_there_is_is_a_race_that_has_to_end(world):
    world.happened(WOO, "stock.reduced", ms=2500, sku=SKU, quantity=-1, change=-9, order_id=502)
    world.happened(WOO, "shop.sold", ms=2500, sku=SKU, quantity=9, order_id=502)

    assert world.found(races.check_races) == ["races_open"]

    world.happened(WOO, "stock.set", ms=9000, sku=SKU, quantity=5, by="shop")

    assert world.found(races.check_races) == []


def test_a_shortage_that_nobody_ended_is_found(world):
    variant_id, seller_id = Listing.objects.system().values_list("variant_id", "seller_id").get()
    Shortage.objects.system().create(seller_id=seller_id, variant_id=variant_id, line_id=1, quantity=1, found_at=AT)

    assert world.found(races.check_races) == ["races_open"]


def test_calls_beyond_a_limit_and_mails_to_buyers_are_found(world):
    world.happened(TR, "limit.exceeded", endpoint="orders")
    world.happened(WOO, "mail.sent", audience="buyer", order_id=SALE, mail="completed", to="x")
    world.happened(WOO, "mail.sent", audience="owner", order_id=SALE, mail="new_order", to="y")

    assert world.found(manners.check_manners) == ["limits_exceeded", "buyers_mailed"]
