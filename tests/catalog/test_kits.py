"""What a person says that a kit is made of: who may be a part, what follows, and what was promised before."""

from __future__ import annotations

import pytest

from entrepot.accounts.services import create_seller
from entrepot.catalog.models import Component, Product, Variant
from entrepot.catalog.queries import nearest_sku, parts_of
from entrepot.catalog.services import make_kit, share_stock
from entrepot.core.errors import Invalid
from entrepot.egress.services import compute_dirty
from entrepot.events.models import Dirty
from entrepot.inventory.queries import available
from entrepot.inventory.services import record_readings, reserve
from entrepot.listings.models import ListingLevel

from ..goods_rows import AT, goods, listings, market, store
from ..two_workers import meanwhile

pytestmark = pytest.mark.django_db


def kit_of(kit: Variant, *parts: tuple[str, object], seller_id: int | None = None) -> Variant:
    return make_kit(seller_id=seller_id or kit.seller_id, variant_id=kit.id, parts=parts)


def made_of(kit: Variant) -> list[tuple[str, int]]:
    return [(c.part.sku, c.quantity) for c in parts_of(variant_ids=[kit.id]).get(kit.id, [])]


def faults(kit: Variant, *parts: tuple[str, object]) -> list[tuple[str, str]]:
    """What is refused, after looking that nothing of it was kept."""
    before = made_of(kit)
    with pytest.raises(Invalid) as refused:
        kit_of(kit, *parts)
    assert refused.value.record == kit.sku
    assert made_of(kit) == before
    return list(refused.value.faults)


def marked() -> list[int]:
    return sorted(Dirty.objects.filter(kind="stock").values_list("subject_id", flat=True))


def count(*rows: tuple[Variant, int]) -> None:
    record_readings(seller_id=rows[0][0].seller_id, readings=[(v.id, n) for v, n in rows], began_at=AT)


@pytest.fixture
def sharing(aydin) -> list[Variant]:
    """A free variant, and two that share the stock of one product."""
    shop = store(aydin)
    rows = goods(aydin, 3, source=shop)
    share(shop, rows[1:])
    return rows


def share(shop, rows) -> dict[int, int]:
    ids, ref = [v.id for v in rows], Product.objects.system().get(id=rows[-1].product_id).product_ref
    return share_stock(seller_id=shop.seller_id, channel_id=shop.id, seen=ids, shared=dict.fromkeys(ids, ref))


def test_parts_are_replaced_as_a_whole_and_none_make_it_ordinary_again(aydin):
    kit, tea, cup, spoon = goods(aydin, 4)
    count((kit, 7), (tea, 10), (cup, 3), (spoon, 8))
    assert available(variant_ids=[kit.id]) == {kit.id: 7}

    assert kit_of(kit, ("SKU-2", 1), ("SKU-1", 4)) == kit
    assert made_of(kit) == [("SKU-2", 1), ("SKU-1", 4)]
    assert available(variant_ids=[kit.id]) == {kit.id: 2}

    kit_of(kit, ("SKU-3", 2))
    assert made_of(kit) == [("SKU-3", 2)]
    assert available(variant_ids=[kit.id]) == {kit.id: 4}

    kit_of(kit)
    assert made_of(kit) == []
    assert available(variant_ids=[kit.id]) == {kit.id: 7}


def test_its_listings_follow_and_the_same_again_changes_nothing(aydin):
    market(aydin)
    kit, tea, _ = goods(aydin, 3)
    listings([kit])
    count((kit, 7), (tea, 10))

    def published() -> int:
        compute_dirty(kind="stock", at=AT)
        return int(ListingLevel.objects.system().get(listing__variant=kit, lane="stock").desired_value)

    assert published() == 7
    kit_of(kit, ("SKU-1", 4))
    assert marked() == [kit.id]
    assert published() == 2

    kit_of(kit, ("SKU-1", 4))
    assert marked() == []
    kit_of(kit)
    assert published() == 7


@pytest.mark.parametrize("pieces", [0, -1, 10_001, 2.0, "2", "iki", True, None])
def test_pieces_are_a_whole_number_from_one_to_ten_thousand(aydin, pieces):
    kit, *_ = goods(aydin, 2)

    why = f"must be a whole number from 1 to 10000, not {pieces!r}"
    assert faults(kit, ("SKU-1", pieces)) == [("parts[0].quantity", why)]
    assert kit_of(kit, ("SKU-1", 10_000))
    assert kit_of(kit, ("SKU-1", 1))


def test_every_row_that_cannot_be_a_part_is_named_at_once(aydin, borealis):
    kit, _, box, _ = goods(aydin, 4)
    kit_of(box, ("SKU-3", 1))
    (theirs,) = goods(borealis, 1)
    Variant.objects.system().filter(id=theirs.id).update(sku="FJORD")
    told = faults(
        kit, ("SKU-1", 1), ("SKU1", 0), ("SKU-0", 1), ("SKU-2", 1), ("SKU-1", 2), ("FJORD", 1), ("", 1), ("🫖", 1)
    )  # fmt: skip

    assert told == [
        ("parts[1].sku", "'SKU1' is not known; the closest is 'SKU-1'"),
        ("parts[1].quantity", "must be a whole number from 1 to 10000, not 0"),
        ("parts[2].sku", "'SKU-0' is the kit itself; name other goods"),
        ("parts[3].sku", "'SKU-2' is a kit itself; name its parts instead"),
        ("parts[4].sku", "'SKU-1' is there twice; say all its pieces in one row"),
        ("parts[5].sku", "'FJORD' is not known"),
        ("parts[6].sku", "is empty; give the SKU of a part"),
        ("parts[7].sku", "'🫖' is not known"),
    ]


def test_what_is_a_part_of_a_kit_is_none_itself(aydin):
    kit, tea, cup = goods(aydin, 3)
    kit_of(kit, ("SKU-1", 1))

    assert faults(tea, ("SKU-2", 1)) == [("parts", "must be empty: it is a part of 'SKU-0'; take it out there first")]
    assert made_of(kit_of(tea)) == []
    kit_of(kit, ("SKU-2", 1))
    assert made_of(kit_of(tea, ("SKU-2", 1))) == [("SKU-2", 1)]
    assert made_of(kit_of(kit, ("SKU-2", 1))) == [("SKU-2", 1)]
    assert cup.sku == "SKU-2"


def test_a_kit_has_at_most_fifty_parts(aydin):
    kit, *rest = goods(aydin, 52)
    parts = [(v.sku, 1) for v in rest]

    assert faults(kit, *parts) == [("parts", "has 51 rows; at most 50 are allowed")]
    assert len(made_of(kit_of(kit, *parts[:50]))) == 50


def test_fifty_parts_take_as_many_queries_as_two(aydin, django_assert_num_queries):
    kit, *rest = goods(aydin, 51)
    parts = [(v.sku, 1) for v in rest]
    kit_of(kit, parts[0])

    for told in (parts[:2], parts):
        with django_assert_num_queries(12):
            kit_of(kit, *told)


def test_another_sellers_goods_are_no_kit(aydin, borealis):
    kit, _ = goods(aydin, 2)

    with pytest.raises(Variant.DoesNotExist):
        kit_of(kit, ("SKU-1", 1), seller_id=borealis.id)

    assert made_of(kit) == []


def test_variants_that_share_stock_are_parts_and_draw_from_it_together(sharing):
    kit, blue, red = sharing
    (pool,) = Variant.with_pools.system().filter(is_pool=True)
    count((pool, 10))

    kit_of(kit, (blue.sku, 2), (red.sku, 1))
    reserve(seller_id=kit.seller_id, lines=[(1, kit.id, 2)], at=AT)

    assert available(variant_ids=[kit.id, red.id]) == {kit.id: 1, red.id: 4}


def test_what_shares_stock_is_no_kit_until_the_store_counts_it_on_its_own(sharing):
    tea, blue, _ = sharing

    why = "must be empty: it shares its stock with its like in the store; let the store count it on its own first"
    assert faults(blue, (tea.sku, 1)) == [("parts", why)]
    kit_of(blue)  # says nothing new
    assert Component.objects.system().filter(part__is_pool=True).count() == 2

    share_stock(seller_id=blue.seller_id, channel_id=1, seen=[blue.id], shared={})
    assert made_of(kit_of(blue, (tea.sku, 1))) == [(tea.sku, 1)]


def test_a_kit_stays_made_of_its_parts_where_the_store_shares_its_stock_later(aydin):
    shop = store(aydin)
    kit, red, tea = goods(aydin, 3, source=shop)
    kit_of(kit, (tea.sku, 2))
    count((tea, 9))

    drawn = share(shop, [kit, red])
    count((Variant.with_pools.system().get(is_pool=True), 3))

    assert set(drawn) == {kit.id, red.id}  # what the store counts for it is the shared stock's
    assert available(variant_ids=[kit.id, red.id]) == {kit.id: 4, red.id: 3}
    kit_of(kit)
    share(shop, [kit, red])
    assert available(variant_ids=[kit.id, red.id]) == {kit.id: 3, red.id: 3}


def test_shared_stock_itself_is_neither_kit_nor_part(sharing):
    tea, *_ = sharing
    (pool,) = Variant.with_pools.system().filter(is_pool=True)

    assert faults(tea, (pool.sku, 1)) == [("parts[0].sku", f"{pool.sku!r} is not known")]
    with pytest.raises(Variant.DoesNotExist):
        kit_of(pool, (tea.sku, 1))


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("sku-4", "SKU-4"), ("SKU4", "SKU-4"), ("KSU-4", "SKU-4"), ("ÇAY-BARDAGI", "ÇAY-BARDAĞI"), ("MUG", ""), ("", "")],
)
def test_the_closest_sku_is_named_where_one_looks_alike(aydin, borealis, typed, nearest):
    *_, last = goods(aydin, 6)
    Variant.objects.system().filter(id=last.id).update(sku="ÇAY-BARDAĞI")
    goods(borealis, 7)

    assert nearest_sku(seller_id=aydin.id, sku=typed) == nearest


@pytest.mark.django_db(transaction=True)
def test_two_that_would_be_parts_of_each_other_take_turns():
    seller = create_seller(code="aydin", name="Aydın")
    tea, cup = goods(seller, 2)

    with (
        pytest.raises(Invalid, match="parts must be empty: it is a part of 'SKU-0'"),
        meanwhile(lambda: kit_of(cup, ("SKU-0", 1))),
    ):
        kit_of(tea, ("SKU-1", 1))

    assert (made_of(tea), made_of(cup)) == ([("SKU-1", 1)], [])


@pytest.mark.django_db(transaction=True)
def test_a_reading_of_shared_stock_waits_for_who_makes_a_kit():
    seller = create_seller(code="aydin", name="Aydın")
    shop = store(seller)
    kit, tea = goods(seller, 2, source=shop)

    with meanwhile(lambda: share(shop, [kit])):
        kit_of(kit, (tea.sku, 1))

    assert [c.part_id for c in Component.objects.system()] == [tea.id]
