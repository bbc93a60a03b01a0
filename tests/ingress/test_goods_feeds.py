"""Pages of products into catalogue and ledgers; and which pulls a storefront gets, whenever it is opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.goods_rows import AT, market, store

from entrepot.catalog.models import Variant
from entrepot.channels.services import open_storefront
from entrepot.config.subscribers import SUBSCRIBERS
from entrepot.events.services import deliver_once, sequence_once
from entrepot.events.services.subscribers import load_subscribers
from entrepot.ingress.models import Feed, SetAside
from entrepot.ingress.services import go_live
from entrepot.ingress.services.goods import take_products
from entrepot.inventory.models import StockLevel
from entrepot.kit import records
from entrepot.kit.read import Read
from entrepot.pricing.models import BasePrice

pytestmark = pytest.mark.django_db


def tea(**facts) -> records.Product:
    told = {"variant_ref": "7", "sku": "TEA", "quantity": 5, "regular_price": Decimal("18.90")} | facts
    return records.Product(product_ref="7", kind="simple", title="Çay", variants=(records.Variant(**told),))


def take(shop, *products, later: int = 0):
    return take_products(channel=shop, read=Read(records=list(products)), began=AT + timedelta(seconds=later))


def price() -> Decimal | None:
    return BasePrice.objects.system().get().regular


def test_a_page_brings_goods_stock_and_prices(aydin):
    take(store(aydin), tea())

    assert Variant.objects.system().get().sku == "TEA"
    assert StockLevel.objects.system().get().on_hand == 5
    assert price() == Decimal("18.90")


def test_stock_and_price_move_though_nothing_else_of_the_product_did(aydin):
    shop = store(aydin)
    take(shop, tea())

    applied = take(shop, tea(quantity=4, regular_price=Decimal(20)), later=1)

    assert applied.unchanged == 1
    assert (StockLevel.objects.system().get().on_hand, price()) == (4, Decimal(20))


@pytest.mark.parametrize("told", [None, Decimal(0)])
def test_a_price_that_the_shop_takes_away_is_unknown_and_never_the_old_one(aydin, told):
    shop = store(aydin)
    take(shop, tea())

    take(shop, tea(regular_price=told), later=1)
    assert price() is None

    take(shop, tea(), later=2)
    assert price() == Decimal("18.90")


def test_goods_without_a_price_from_the_start_have_none(aydin):
    take(store(aydin), tea(regular_price=None))

    assert not BasePrice.objects.system().exists()


def test_what_is_refused_shows_the_record_as_it_came(aydin):
    raw = {"id": 7, "name": "Çay", "sku": ""}

    take_products(channel=store(aydin), read=Read(records=[tea(sku=None)], raws=[raw]), began=AT)

    aside = SetAside.objects.system().get()
    assert (aside.subject, aside.raw) == ("variant 7 of product 7", raw)


def test_what_is_refused_is_set_aside_until_it_is_mended(aydin):
    shop = store(aydin)
    take(shop, tea(sku=None))
    take(shop, tea(sku=None), later=1)
    row = SetAside.objects.system().get()
    assert (row.subject, row.field, row.state, row.times) == ("variant 7 of product 7", "sku", "open", 2)

    take(shop, replace(tea()), later=2)

    row.refresh_from_db()
    assert row.state == "replayed"


def deliver() -> None:
    sequence_once()
    handlers = SUBSCRIBERS["channel.storefront_opened"]
    for subscriber in load_subscribers():
        if subscriber.name in handlers:
            deliver_once(subscriber)


def feeds(channel) -> set[tuple[str, str]]:
    return {(f.storefront.code, f.name) for f in Feed.objects.system().filter(channel=channel)}


def test_a_storefront_opened_after_going_live_is_pulled_as_the_first_one_is(aydin):
    channel = market(aydin, state="matched")
    go_live(channel=channel, at=AT)
    first = {name for _, name in feeds(channel)}
    assert {"orders", "observed"} <= first

    open_storefront(seller_id=aydin.id, channel_id=channel.id, code="DE")
    deliver()

    assert feeds(channel) == {(code, name) for code in ("TR", "DE") for name in first}


def test_a_storefront_opened_before_waits_until_its_channel_goes_live(aydin):
    channel = market(aydin, state="matched")

    open_storefront(seller_id=aydin.id, channel_id=channel.id, code="DE")
    deliver()

    assert feeds(channel) == set()


def test_opening_the_same_storefront_twice_happens_once(aydin):
    channel = market(aydin, state="matched")
    go_live(channel=channel, at=AT)

    for _ in range(2):
        open_storefront(seller_id=aydin.id, channel_id=channel.id, code="DE")
        deliver()

    assert len(feeds(channel)) == Feed.objects.system().filter(channel=channel).count()
