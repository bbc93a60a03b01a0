"""Variations that share their product's stock: counted once, promised once, whichever of them is sold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.catalog.models import Component, Variant
from entrepot.channels.models import Channel
from entrepot.events.models import Dirty
from entrepot.ingress.services.goods import take_products
from entrepot.inventory.models import Shortage
from entrepot.inventory.queries import available, kits_of
from entrepot.inventory.services import absorb, reserve
from entrepot.kit import records
from entrepot.kit.read import Read

from ..goods_rows import AT, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(aydin) -> Channel:
    return store(aydin)


def shirt(quantity: int | None, *, shares: bool = True, skus: str = "ABC") -> records.Product:
    variants = tuple(
        records.Variant(
            variant_ref=f"9{sku}", sku=sku, quantity=quantity, regular_price=Decimal(10), options={"Beden": sku},
            shared_stock_ref="9" if shares else None,
        )
        for sku in skus
    )  # fmt: skip
    return records.Product(product_ref="9", kind="variable", title="Tişört", variants=variants)


def take(shop: Channel, product: records.Product, *, at=AT) -> None:
    take_products(channel=shop, read=Read(records=[product]), began=at)


def ids(*skus: str) -> list[int]:
    return [Variant.objects.system().get(sku=sku).id for sku in skus]


def left(*skus: str) -> list[int | None]:
    found = available(variant_ids=ids(*skus))
    return [found.get(i) for i in ids(*skus)]


def test_what_one_variation_promises_the_others_cannot(shop):
    take(shop, shirt(5))
    assert left("A", "B", "C") == [5, 5, 5]
    a, b, _ = ids("A", "B", "C")

    reserve(seller_id=shop.seller_id, lines=[(1, a, 3), (2, b, 1)], at=AT)

    assert left("A", "B", "C") == [1, 1, 1]
    assert not Shortage.objects.system().exists()


def test_together_they_never_promise_more_than_there_is_without_a_shortage(shop):
    take(shop, shirt(5))
    a, b, _ = ids("A", "B", "C")

    reserve(seller_id=shop.seller_id, lines=[(1, a, 4)], at=AT)
    reserve(seller_id=shop.seller_id, lines=[(2, b, 4)], at=AT)

    assert [(s.line_id, s.quantity) for s in Shortage.objects.system()] == [(2, 3)]


def test_what_the_store_took_of_one_is_gone_for_all(shop):
    take(shop, shirt(5))
    reserve(seller_id=shop.seller_id, lines=[(1, ids("A")[0], 3)], at=AT)

    absorb(seller_id=shop.seller_id, line_ids=[1], at=AT.replace(minute=1))

    assert left("A", "B", "C") == [2, 2, 2]


def test_a_sale_of_one_has_all_of_them_looked_at_again(shop):
    take(shop, shirt(5))
    Dirty.objects.all().delete()

    reserve(seller_id=shop.seller_id, lines=[(1, ids("A")[0], 1)], at=AT)

    marked = list(Dirty.objects.filter(kind="stock").values_list("subject_id", flat=True))
    assert set(kits_of(variant_ids=marked)) == set(ids("A", "B", "C"))


def test_a_variation_that_gets_stock_of_its_own_leaves_the_pool(shop):
    take(shop, shirt(5))

    take(shop, shirt(2, shares=False, skus="A"), at=AT.replace(minute=1))

    assert left("A", "B") == [2, 5]
    assert set(Component.objects.system().values_list("kit__sku", flat=True)) == {"B", "C"}


def test_the_pool_is_no_goods_and_the_same_reading_again_changes_nothing(shop):
    take(shop, shirt(5))
    Dirty.objects.all().delete()

    take(shop, shirt(5), at=AT.replace(minute=1))

    assert not Dirty.objects.exists()
    assert Variant.objects.system().filter(is_pool=True).count() == 1
    assert not Variant.objects.system().get(is_pool=True).is_published
    assert Component.objects.system().count() == 3


def test_a_pool_that_the_store_does_not_know_any_more_is_unknown_for_all(shop):
    take(shop, shirt(5))

    take(shop, shirt(None), at=AT.replace(minute=1))

    assert left("A", "B", "C") == [None, None, None]


def test_another_seller_never_draws_from_it(shop, borealis):
    take(shop, shirt(5))
    theirs = store(borealis)
    take(theirs, shirt(1))

    reserve(seller_id=borealis.id, lines=[(7, Variant.objects.for_seller(borealis.id).get(sku="A").id, 1)], at=AT)

    ours = list(Variant.objects.for_seller(shop.seller_id).filter(is_pool=False).values_list("id", flat=True))
    assert set(available(variant_ids=ours).values()) == {5}
