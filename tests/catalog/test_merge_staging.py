"""The merge itself, over a relation that somebody filled: a verdict a row, and nothing written that is the same."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.utils import DataError
from django.test.utils import CaptureQueriesContext

from entrepot.catalog.models import Product, Variant
from entrepot.catalog.services import Verdict, merge_products, stage
from entrepot.catalog.services.staging import COLUMNS
from entrepot.catalog.services.statements import LOCK_PRODUCTS, LOCK_VARIANTS
from entrepot.events.models import Dirty

from ..goods_rows import AT, store

pytestmark = pytest.mark.django_db

KEYS = ("row_no", "seller_id", "product_ref", "digest", "has_variant", "variant_ref", "sku")
TOLD = ("product_title", "title", "weight_g")


@pytest.fixture
def shop(aydin):
    return store(aydin)


def merge(shop, *rows, told=TOLD):
    """Rows of (product, digest, SKU, product's title, title, weight)."""
    lines = [
        (n, shop.seller_id, ref, digest, sku is not None, sku, sku, *said)
        for n, (ref, digest, sku, *said) in enumerate(rows)
    ]
    stage(columns=[*KEYS, *told], rows=lines)
    return merge_products(staging="catalog_staged", seller_id=shop.seller_id, channel_id=shop.id, told=told, at=AT)


def verdicts(merged) -> list[str]:
    return [row.verdict for row in merged.rows]


def test_each_row_gets_its_verdict_in_the_order_of_the_rows(shop):
    merge(shop, ("1", "a", "A", "Çay", "Çay 1", 500), ("1", "a", "B", None, "Çay 2", 500), ("2", "a", "C", "Su", "", 1))

    merged = merge(
        shop,
        ("1", "b", "A", "Çay", "Çay 1", 600), ("1", "b", "B", None, "Çay 2", 500), ("1", "b", "", None, "", None),
        ("2", "a", "C", "Su", "", 1), ("3", "a", "D", "İğne", "", 3), ("3", "a", "D", None, "", 3),
        ("4", "a", "A", "Başka", "", 3), ("5", "a", None, "Demet", None, None),
    )  # fmt: skip

    assert verdicts(merged) == [
        "changed", "unchanged", "refused", "unchanged", "created", "refused", "refused", "created",
    ]  # fmt: skip
    assert [row.product for row in merged.rows] == [
        "changed", "changed", "changed", "unchanged", "created", "created", "created", "created",
    ]  # fmt: skip
    assert [(row.field, row.reason) for row in merged.rows if row.verdict == "refused"] == [
        ("sku", "is missing; give the variant a SKU in the store"),
        ("sku", "D is used twice; the other is variant D"),
        ("sku", "A belongs to another product already: 'Çay' (1)"),
    ]
    assert isinstance(merged.rows[0], Verdict)
    assert merged.rows[7].variant_id is None


def test_columns_that_are_not_told_stay_as_they_are(shop):
    merge(shop, ("1", "a", "A", "Çay", "Çay 1", 500))
    Variant.objects.system().update(gtin="8690123400171", hs_code="090240")

    merge(shop, ("1", "b", "A", "Başka", "Başka 1"), told=("product_title", "title"))

    row = Variant.objects.system().select_related("product").get()
    assert (row.title, row.weight_g, row.gtin, row.hs_code) == ("Başka 1", 500, "8690123400171", "090240")
    assert row.product.title == "Başka"


def test_a_measure_that_is_told_as_unknown_is_unknown_and_a_missing_text_says_nothing(shop):
    merge(shop, ("1", "a", "A", "Çay", "Çay 1", 500))

    merge(shop, ("1", "b", "A", "Çay", None, None))

    row = Variant.objects.system().get()
    assert (row.title, row.weight_g) == ("Çay 1", None)


def test_only_what_changed_has_another_origin(shop):
    merge(shop, ("1", "a", "A", "Çay", "Çay 1", 500))
    Variant.objects.system().update(origins={"title": {"source": "store", "at": "then"}})

    merge(shop, ("1", "b", "A", "Çay", "Çay 1", 600))

    origins = Variant.objects.system().get().origins
    assert origins["title"]["at"] == "then"
    assert origins["weight_g"] == {"source": "store", "at": AT.isoformat()}


def test_the_same_again_locks_nothing_and_marks_nothing(shop):
    rows = [(str(n), "a", f"S-{n}", "Çay", "", n + 1) for n in range(50)]
    merge(shop, *rows)
    Dirty.objects.all().delete()

    with CaptureQueriesContext(connection) as asked:
        merged = merge(shop, *rows)

    assert set(verdicts(merged)) == {"unchanged"}
    assert not [q for q in asked if "FOR NO KEY UPDATE" in q["sql"]]
    assert not Dirty.objects.exists()


def test_a_variant_that_was_deleted_here_comes_back_though_the_store_says_the_same(shop):
    merge(shop, ("1", "a", "A", "Çay", "", 1), ("1", "a", "B", None, "", 2))
    Variant.objects.system().filter(sku="B").delete()

    assert verdicts(merge(shop, ("1", "a", "A", "Çay", "", 1), ("1", "a", "B", None, "", 2))) == [
        "unchanged",
        "created",
    ]


def test_three_hundred_rows_take_as_many_statements_as_one_and_products_are_locked_first(shop):
    rows = [(str(n), "a", f"S-{n}", "Çay", "", 1) for n in range(300)]
    merge(shop, *rows)

    with CaptureQueriesContext(connection) as one:
        merge(shop, ("1", "b", "S-1", "Su", "", 2))
    with CaptureQueriesContext(connection) as many:
        merge(shop, *((ref, "c", sku, "Süt", "", 3) for ref, _, sku, *_ in rows))

    assert len(many) == len(one)
    locks = [q["sql"] for q in many if "FOR NO KEY UPDATE" in q["sql"]]
    products, variants = LOCK_PRODUCTS.split("WHERE")[0], LOCK_VARIANTS.split("WHERE")[0]
    assert [products in locks[0], variants in locks[1]] == [True, True]
    assert set(Product.objects.system().values_list("title", flat=True)) == {"Süt"}


def test_another_sellers_goods_of_the_same_ref_and_sku_are_theirs(shop, borealis):
    theirs = store(borealis)
    merge(theirs, ("1", "a", "A", "Theirs", "", 1))

    assert verdicts(merge(shop, ("1", "a", "A", "Ours", "", 1))) == ["created"]

    assert list(Product.objects.for_seller(borealis.id).values_list("title", flat=True)) == ["Theirs"]


def test_columns_that_are_none_are_refused_by_name(shop):
    with pytest.raises(ValueError, match="colour"):
        stage(columns=["row_no", "colour"], rows=[])
    with pytest.raises(ValueError, match="colour"):
        merge(shop, told=("title", "colour"))
    assert {"product_title", "title", "seller_id", "row_no"} <= set(COLUMNS)


def test_a_number_that_is_none_stops_the_whole_page_before_anything_is_written(shop):
    with pytest.raises(DataError):
        merge(shop, ("1", "a", "A", "Çay", "", "many"))
