"""Variations that share their product's stock: counted once, promised once, whichever of them is sold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.catalog.models import Component, Product, Variant
from entrepot.catalog.queries import kits_with, variant_ids_by_sku, variants
from entrepot.channels.models import Channel
from entrepot.events.models import Dirty
from entrepot.ingress.services.goods import take_products
from entrepot.inventory.models import Reservation, Shortage
from entrepot.inventory.queries import available, kits_of
from entrepot.inventory.services import absorb, give_back_some, lower, reserve
from entrepot.kit import records
from entrepot.kit.read import Read

from ..goods_rows import AT, goods, store

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
    assert not Variant.with_pools.system().get(is_pool=True).is_published
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

    ours = list(Variant.objects.for_seller(shop.seller_id).values_list("id", flat=True))
    assert set(available(variant_ids=ours).values()) == {5}


def test_an_order_of_two_variations_promises_their_sum(shop):
    take(shop, shirt(5))
    a, b, _ = ids("A", "B", "C")

    reserve(seller_id=shop.seller_id, lines=[(1, a, 4), (2, b, 3)], at=AT)

    assert left("A", "B", "C") == [-2, -2, -2]
    assert [(s.line_id, s.quantity) for s in Shortage.objects.system()] == [(2, 2)]


def kit_of(shop: Channel, **pieces: int) -> Variant:
    """A kit of ``SKU=pieces``."""
    (kit,) = goods(shop.seller, 1, gtin="")
    for sku, quantity in pieces.items():
        Component.objects.create(seller=shop.seller, kit=kit, part_id=ids(sku)[0], quantity=quantity)
    return kit


def promised(line_id: int) -> list[tuple[bool, int, str]]:
    rows = Reservation.objects.system().filter(line_id=line_id).order_by("variant_id")
    pools = set(Variant.with_pools.system().filter(is_pool=True).values_list("id", flat=True))
    return [(r.variant_id in pools, r.quantity, r.state) for r in rows]


def test_a_kit_of_variations_has_what_they_share_and_not_what_they_had_of_their_own(shop):
    take(shop, shirt(50, shares=False))
    kit = kit_of(shop, A=2, B=1)
    assert available(variant_ids=[kit.id]) == {kit.id: 25}

    take(shop, shirt(10), at=AT.replace(minute=1))

    assert available(variant_ids=[kit.id]) == {kit.id: 3}  # three pieces of the ten a kit


def test_a_kit_of_variations_promises_gives_back_and_takes_what_they_share(shop):
    take(shop, shirt(10))
    kit = kit_of(shop, A=2, B=1)

    reserve(seller_id=shop.seller_id, lines=[(1, kit.id, 3)], at=AT)
    assert promised(1) == [(True, 9, "held")]
    lower(seller_id=shop.seller_id, lines=[(1, 2)], at=AT)
    assert promised(1) == [(True, 6, "held")]
    assert left("A", "C") == [4, 4]

    absorb(seller_id=shop.seller_id, line_ids=[1], at=AT.replace(minute=1))
    assert left("A", "C") == [4, 4]
    give_back_some(seller_id=shop.seller_id, lines=[(1, 1)], asked_at=AT.replace(minute=2), at=AT.replace(minute=3))
    assert left("A", "C") == [7, 7]


def test_a_sale_of_one_has_kits_of_the_others_looked_at_again(shop):
    take(shop, shirt(10))
    kit = kit_of(shop, A=2, B=1)
    (pool,) = Variant.with_pools.system().filter(is_pool=True)

    assert kits_with(variant_ids=[pool.id]) == sorted([*ids("A", "B", "C"), kit.id])
    assert kits_with(variant_ids=ids("A")) == [kit.id]


def test_what_only_counts_shared_stock_is_in_no_list_of_goods(shop):
    take(shop, shirt(5))
    (pool,) = Variant.with_pools.system().filter(is_pool=True)

    assert list(Variant.objects.for_seller(shop.seller_id).order_by("id")) == list(
        Product.objects.system().get().variants.order_by("id")
    )
    assert pool not in Variant.objects.system()
    assert variants(variant_ids=[pool.id]) == []
    assert variant_ids_by_sku(seller_id=shop.seller_id, skus=[pool.sku]) == {}
    assert Component.objects.system().first().part == pool  # but what draws from it finds it
