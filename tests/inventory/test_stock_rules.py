"""Published stock, against the examples that docs/rules/stock.md promises."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from entrepot.catalog.models import Component
from entrepot.inventory.services import record_readings, reserve, set_buffer
from entrepot.listings.models import ListingLevel
from entrepot.listings.services import compute_stock_levels

from ..goods_rows import AT, goods, listings, market
from ..rule_tables import table

pytestmark = pytest.mark.django_db
PLAIN = table("stock.md", "Worked examples")
KITS = table("stock.md", "Worked examples", nth=1)


def number(text: str) -> int | None:
    return None if text in ("unknown", "nothing") else int(text)


def published(variant) -> int | None:
    compute_stock_levels(variant_ids=[variant.id], at=AT)
    value = ListingLevel.objects.system().get(listing__variant=variant, lane="stock").desired_value
    return None if value is None else int(value)


def test_the_page_has_its_examples():
    assert (len(PLAIN), len(KITS)) == (10, 4)


@pytest.mark.parametrize("row", PLAIN, ids=lambda row: row["case"])
def test_what_is_published_of_one_variant(aydin, row):
    market(aydin)
    (variant,) = goods(aydin, 1)
    listings([variant])
    record_readings(seller_id=aydin.id, readings=[(variant.id, number(row["on hand"]))], began_at=AT)
    if number(row["reserved"]):
        reserve(seller_id=aydin.id, lines=[(1, variant.id, int(row["reserved"]))], at=AT)

    set_buffer(seller_id=aydin.id, pieces=int(row["buffer pieces"]), fraction=Decimal(row["buffer fraction"]))

    assert published(variant) == number(row["published"])


@pytest.mark.parametrize("row", KITS, ids=lambda row: row["on hand"])
def test_what_is_published_of_a_kit(aydin, row):
    market(aydin)
    kit, *parts = goods(aydin, 3)
    listings([kit])
    needs = [int(n) for n in re.findall(r"(\d+) ×", row["kit of"])]
    for part, quantity in zip(parts, needs, strict=True):
        Component.objects.create(seller=aydin, kit=kit, part=part, quantity=quantity)
    told = [number(text.split()[1]) for text in row["on hand"].split(", ")]

    readings = [(part.id, quantity) for part, quantity in zip(parts, told, strict=True)]
    record_readings(seller_id=aydin.id, readings=readings, began_at=AT)

    assert published(kit) == number(row["kit published"])


def test_the_most_exact_buffer_alone_counts(aydin):
    channel = market(aydin, codes=("TR", "DE"))
    first, second = goods(aydin, 2)
    listings([first, second])
    record_readings(seller_id=aydin.id, readings=[(first.id, 100), (second.id, 100)], began_at=AT)
    home = channel.storefronts.get(code="TR")
    set_buffer(seller_id=aydin.id, pieces=1)
    set_buffer(seller_id=aydin.id, pieces=2, storefront_id=home.id)
    set_buffer(seller_id=aydin.id, pieces=3, variant_id=first.id)
    set_buffer(seller_id=aydin.id, pieces=4, variant_id=first.id, storefront_id=home.id)

    compute_stock_levels(variant_ids=[first.id, second.id], at=AT)

    rows = ListingLevel.objects.system().filter(lane="stock").order_by("listing__variant__sku", "storefront__code")
    assert [(r.storefront.code, int(r.desired_value)) for r in rows] == [("DE", 97), ("TR", 96), ("DE", 99), ("TR", 98)]


def test_a_number_that_becomes_unknown_is_published_as_zero_and_one_never_known_not_at_all(aydin):
    market(aydin)
    counted, never_told, uncounted = goods(aydin, 3)
    listings([counted, never_told, uncounted])
    record_readings(seller_id=aydin.id, readings=[(counted.id, 5), (uncounted.id, None)], began_at=AT)
    assert [published(v) for v in (counted, never_told, uncounted)] == [5, None, None]

    record_readings(seller_id=aydin.id, readings=[(counted.id, None)], began_at=AT)

    assert published(counted) == 0


def test_what_a_file_counted_stays_where_the_store_does_not_count(aydin):
    market(aydin)
    (variant,) = goods(aydin, 1)
    listings([variant])
    record_readings(seller_id=aydin.id, readings=[(variant.id, None)], began_at=AT)
    record_readings(seller_id=aydin.id, readings=[(variant.id, 3)], began_at=AT, source="file")

    record_readings(seller_id=aydin.id, readings=[(variant.id, None)], began_at=AT)

    assert published(variant) == 3
