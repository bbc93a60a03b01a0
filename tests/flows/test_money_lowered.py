"""Pieces are cancelled before and after the push: what is left in the shop is what lives, to the cent."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from entrepot.channels.models import Intent
from entrepot.sandbox.trendyol import packages
from entrepot.sandbox.trendyol.payload import package_json

from .test_money import CENT, SHELF, abroad, baskets, convert, drive
from .world import MARKET, SHOP

__all__ = ["abroad"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LIVE = ("Created", "Picking", "Invoiced")
ORDERS = 16


def cancel_some(world, source, count):
    """As many times some pieces of a line of a package that lives."""
    market = world._market_world()
    for _ in range(count):
        living = [p for p in market.packages.values() if p.status in LIVE and not p.is_splitting]
        if living:
            package = source.choice(living)
            line = source.choice(package.lines)
            pieces = {line.id: source.randint(1, line.quantity)}
            packages.give_up(market, package, pieces, "Cancelled", "customer", "Vazgeçtim", 401)


def living_totals(world):
    """Order number → what the packages that live come to, by the marketplace."""
    market, found = world._market_world(), {}
    for told in (package_json(market, p) for p in market.packages.values() if p.status in LIVE):
        number = told["orderNumber"]
        found[number] = found.get(number, Decimal(0)) + Decimal(str(told["packageTotalPrice"]))
    return found


def left_in_shop(world):
    """Order number → what the shop's orders come to without what was refunded, of those that are not cancelled."""
    tables = world.server.remotes[SHOP].snapshot()["tables"]
    found = {}
    for o in world.shop_orders():
        back = sum((Decimal(x["amount"]) for x in tables["refunds"] if x["order_id"] == o["id"]), Decimal(0))
        if o["status"] != "cancelled":
            found[o["meta"]["_entrepot_order"]] = Decimal(o["total"]) - back
    return found


@pytest.mark.parametrize("rate", ["1", "47.1234"])
def test_the_shop_is_left_with_what_lives_to_the_cent(abroad, rate):
    if rate != "1":
        convert(abroad)
    source = random.Random(5)
    for lines in baskets(ORDERS):
        abroad.act(MARKET, "place_order", lines=lines, storefront="DE")
    for count in (6, 8, 8, 8):
        cancel_some(abroad, source, count)
        drive(abroad)

    living = {n: (total * Decimal(rate)).quantize(CENT, ROUND_HALF_UP) for n, total in living_totals(abroad).items()}
    assert left_in_shop(abroad) == living
    assert 0 < len(living) < ORDERS
    assert Intent.objects.system().filter(kind="store_lower", state="confirmed").count() > ORDERS / 4
    assert [sku for sku in SHELF if abroad.on_hand(sku) != abroad.shop_stock(sku)] == []
