"""Stock and prices from the shop's shelf to the marketplace's, through good and bad days."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.channels.services import pause_pushes, zero_stock
from entrepot.core.clock import now
from entrepot.egress import services as egress
from entrepot.inventory.services import record_readings
from entrepot.listings.models import ListingLevel
from entrepot.pricing.services import load_fx_csv, set_base_prices

from .world import SKUS, World


def sent(world: World, since: int = 0) -> list[dict]:
    """Batches of offers that the marketplace completed."""
    return [e for e in world.entries("batch.completed")[since:] if e["type"] == "ProductInventoryUpdate"]


def count(world: World, sku: str, quantity: int) -> None:
    """The shop's number, as a pull would bring it."""
    record_readings(seller_id=world.seller_id, readings=[(world.variant(sku).id, quantity)], began_at=now())


def test_what_changes_in_the_shop_is_on_the_marketplace(live):
    live.shop("set_stock", sku="CAY-1", quantity=17)
    live.shop("set_price", sku="CAY-2", regular_price="99.90", sale_price="88.00")
    live.pull("stock")
    live.settle()

    assert live.stock_there("CAY-1") == 17
    assert live.price_there("CAY-2") == (Decimal("88.00"), Decimal("99.90"))


def test_many_changes_are_one_batch_and_an_echo_is_none(live):
    before = len(live.entries("batch.completed"))
    for quantity in range(30, 20, -1):
        for sku in SKUS:
            count(live, sku, quantity)
    live.settle()

    assert [e["items"] for e in sent(live, before)] == [5]

    live.pull("observed")
    live.settle()
    assert len(sent(live, before)) == 1


@pytest.mark.parametrize("dedup", ["body", "item"])
def test_the_second_zero_lands_within_ten_seconds_of_the_first(live, dedup):
    """Trendyol refuses the same request (or, as seen, the same item) again for 15 minutes."""
    live.switch(dedup=dedup)
    for quantity in (3, 0, 3):
        count(live, "CAY-1", quantity)
        live.settle()
        assert live.stock_there("CAY-1") == quantity

    began = time.monotonic()
    count(live, "CAY-1", 0)
    live.until(lambda: live.stock_there("CAY-1") == 0, seconds=10)

    assert time.monotonic() - began < 10
    assert live.entries("request.repeated")  # the rule did strike
    live.settle()
    assert live.level("CAY-1").acknowledged_value == 0


def test_somebody_who_changes_the_panel_is_corrected(live):
    live.trendyol("set_stock", barcode=live.listing("CAY-1").listing_ref, quantity=999)
    ListingLevel.objects.system().update(acknowledged_at=now() - timedelta(minutes=1))

    live.pull("observed")
    assert live.level("CAY-1").observed_value == 999
    ListingLevel.objects.system().update(not_before=now())
    live.settle()

    assert live.stock_there("CAY-1") == 40
    live.pull("observed")
    assert live.level("CAY-1").observed_value == live.level("CAY-1").acknowledged_value == 40


def test_items_that_a_bad_moment_refuses_land_all_the_same(live):
    live.dials("trendyol", refuse_batch_items=0.5)
    for sku in SKUS:
        count(live, sku, 2)

    live.settle(30)

    assert {live.stock_there(sku) for sku in SKUS} == {2}


def test_results_that_are_forgotten_are_looked_up(live):
    live.market.settings["hub.batch_patience_s"] = 0.2
    live.market.save(update_fields=["settings"])
    live.dials("trendyol", forget_batch=1.0)
    count(live, "CAY-1", 2)

    live.settle(30)

    assert (live.stock_there("CAY-1"), live.level("CAY-1").acknowledged_value) == (2, 2)


def test_answers_that_are_lost_are_looked_up_and_nothing_is_lost_or_doubled(live):
    live.dials("trendyol", lost_answer=1.0)
    count(live, "CAY-1", 2)
    live.turn()
    live.turn()
    live.dials("trendyol", lost_answer=0.0)

    live.settle(30)

    assert (live.stock_there("CAY-1"), live.level("CAY-1").acknowledged_value) == (2, 2)


@pytest.mark.slow
def test_a_busy_marketplace_is_waited_for(live):
    live.dials("trendyol", too_many_requests=0.4, server_error=0.3)
    for sku in SKUS:
        count(live, sku, 1)

    live.until(lambda: {live.level(sku).acknowledged_value for sku in SKUS} == {1}, seconds=60)

    assert {live.stock_there(sku) for sku in SKUS} == {1}


def test_a_paused_channel_keeps_its_changes_for_later(live):
    pause_pushes(seller_id=live.seller_id, channel_id=live.market.id, is_paused=True, at=now())
    count(live, "CAY-1", 2)
    for _ in range(3):
        live.turn()
    assert live.stock_there("CAY-1") == 40

    pause_pushes(seller_id=live.seller_id, channel_id=live.market.id, is_paused=False, at=now())
    live.settle()
    assert live.stock_there("CAY-1") == 2


def test_the_zero_switch_empties_the_shelf_and_fills_it_again(live):
    zero_stock(seller_id=live.seller_id, channel_id=live.market.id, is_zeroed=True, at=now())
    live.settle()
    assert {live.stock_there(sku) for sku in SKUS} == {0}

    zero_stock(seller_id=live.seller_id, channel_id=live.market.id, is_zeroed=False, at=now())
    live.settle()
    assert [live.stock_there(sku) for sku in SKUS] == [40, 25, 8, 6, 3]


def test_less_than_nothing_is_published_as_nothing(live):
    live.shop("edit", sku="CAY-1", backorders="yes")
    live.shop("set_stock", sku="CAY-1", quantity=-4)
    live.pull("stock")
    live.settle()

    assert live.stock_there("CAY-1") == 0


def test_a_new_rate_moves_only_prices_abroad(live):
    before = len(live.entries("price.set"))
    rows = [(live.variant("CAY-1").id, Decimal("4.00"), None)]
    set_base_prices(seller_id=live.seller_id, rows=rows, currency="EUR", is_tax_included=True, at=now())
    load_fx_csv(at=now(), text=f"day,base,quote,rate\n{now().date()},EUR,TRY,50\n")
    live.settle()
    assert live.price_there("CAY-1")[0] == Decimal("200.00")

    load_fx_csv(at=now(), text=f"day,base,quote,rate\n{now().date()},EUR,TRY,52\n")
    live.settle()

    assert live.price_there("CAY-1")[0] == Decimal("208.00")
    barcodes = {e["barcode"] for e in live.entries("price.set")[before:]}
    assert barcodes == {live.listing("CAY-1").listing_ref}


def test_a_second_zero_lands_though_the_value_between_came_through_late(live):
    for quantity in (7, 0):
        count(live, "CAY-1", quantity)
        live.settle()
        assert live.stock_there("CAY-1") == quantity
    live.dials("trendyol", late_commit=1.0, late_commit_s=2.0)
    count(live, "CAY-1", 4)
    egress.compute_dirty(kind="stock", at=now())
    assert egress.push_offers(at=now()) == 1  # no answer; the marketplace works it off two seconds later
    live.dials("trendyol", late_commit=0.0)
    count(live, "CAY-1", 0)
    began, seen = time.monotonic(), set()

    while time.monotonic() - began < 10 and not (4 in seen and live.stock_there("CAY-1") == 0):
        live.turn()
        seen.add(live.stock_there("CAY-1"))
        time.sleep(0.1)

    assert seen == {0, 4}
    live.settle()
    assert (live.level("CAY-1").acknowledged_value, live.stock_there("CAY-1")) == (0, 0)
