"""The shop's owner cancels an order, and later it ends on the marketplace: its pieces come back once."""

from __future__ import annotations

import pytest

from entrepot.core.clock import now
from entrepot.fulfilment import services as fulfilment

from .world import MARKET, SHOP, SOAP

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("is_read", [True, False], ids=["shelf read between", "shelf not read"])
@pytest.mark.parametrize("how", ["marketplace", "given up"])
def test_pieces_come_back_once(auto, how, is_read):
    before = auto.on_hand(SOAP)
    told, order = auto.pushed((SOAP, 3))
    auto.act(SHOP, "cancel", order_id=int(order.store_ref))
    auto.read_shop()
    if is_read:
        auto.read_shop("products")
    auto.settle()
    assert "undone" in auto.order(told).troubles

    if how == "marketplace":
        auto.act(MARKET, "cancel", package_id=told["package_id"])
    else:
        fulfilment.give_up_order(seller_id=auto.seller.id, order_id=order.id, at=now())
    for _ in range(4):
        auto.arrive()

    assert auto.order(told).state == "cancelled"
    assert (auto.on_hand(SOAP), auto.held(SOAP), auto.shop_stock(SOAP)) == (before, 0, before)


def test_what_is_wanted_again_counts_from_its_own_end(auto):
    before = auto.on_hand(SOAP)
    told, order = auto.pushed((SOAP, 3))
    auto.act(SHOP, "cancel", order_id=int(order.store_ref))
    auto.read_shop()
    assert auto.order(told).undone_at is not None
    auto.act(SHOP, "reopen", order_id=int(order.store_ref))
    auto.read_shop()
    auto.read_shop("products")
    assert auto.order(told).undone_at is None

    auto.act(MARKET, "cancel", package_id=told["package_id"])
    auto.arrive()
    assert (auto.order(told).state, auto.on_hand(SOAP), auto.shop_stock(SOAP)) == ("cancelled", before, before)
