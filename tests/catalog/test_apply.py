"""A store's products into the catalogue: what is written, what is refused, what comes back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.catalog.models import Product, Variant
from entrepot.catalog.services import (
    apply_products,
    approve_products,
    edit_variants,
    give_back_field,
    own_field,
    unpublish_missing,
)
from entrepot.channels.models import Binding
from entrepot.core.errors import Invalid
from entrepot.events.models import Dirty, Outbox
from entrepot.kit import records

from ..goods_rows import AT, gtin, store

pytestmark = pytest.mark.django_db


def variant(ref: str, sku: str | None, **facts) -> records.Variant:
    return records.Variant(variant_ref=ref, sku=sku, **({"gtin": None, "quantity": 5} | facts))


def product(ref: str = "1", *variants: records.Variant, **facts) -> records.Product:
    shown = variants or (variant(ref, f"SKU-{ref}"),)
    return records.Product(
        **({"product_ref": ref, "kind": "simple", "title": f"Ürün {ref}", "variants": shown} | facts)
    )


@pytest.fixture
def shop(aydin):
    return store(aydin)


def apply(shop, *products, later: int = 0):
    return apply_products(
        seller_id=shop.seller_id, channel_id=shop.id, products=products, at=AT + timedelta(seconds=later)
    )


def variant_of(sku: str) -> Variant:
    return Variant.objects.system().select_related("product").get(sku=sku)


def test_products_arrive_as_new_and_bound_to_the_stores_ids(shop):
    applied = apply(shop, product("7", variant("71", "A", gtin=gtin(1)), variant("72", "B"), kind="variable"))

    assert (applied.new, applied.changed, applied.unchanged, applied.refused) == (1, 0, 0, [])
    assert variant_of("A").product.state == "new"
    assert variant_of("A").gtin == gtin(1)
    assert dict(Binding.objects.system().values_list("their_ref", "kind")) == {
        "7": "product",
        "71": "variant",
        "72": "variant",
    }


def test_an_unchanged_page_writes_nothing_and_reads_as_often_for_one_as_for_a_hundred(shop):
    page = [product(str(i)) for i in range(100)]
    apply(shop, *page)
    Dirty.objects.all().delete()

    with CaptureQueriesContext(connection) as one:
        apply(shop, page[0], later=1)
    with CaptureQueriesContext(connection) as hundred:
        applied = apply(shop, *page, later=2)

    assert applied.unchanged == 100
    assert len(hundred) == len(one)
    # What waits for the merge, and what it says, are tables of the connection alone.
    written = [q["sql"] for q in hundred if re.match(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\b", q["sql"])]
    assert [sql for sql in written if not re.match(r"\s*[A-Z ]+ catalog_(staged|verdict)\b", sql)] == []
    assert [q["sql"] for q in hundred if " FOR NO KEY UPDATE" in q["sql"]] == []
    assert not Dirty.objects.exists()


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        ([variant("1", None)], "is missing; give the variant a SKU in the store"),
        ([variant("1", "")], "is missing; give the variant a SKU in the store"),
        ([variant("1", "A" * 101)], "is longer than 100 characters"),
        ([variant("1", "A"), variant("2", "A")], "A is used twice; the other is variant 1"),
    ],
)
def test_a_variant_that_cannot_be_taken_is_named_and_the_rest_goes_on(shop, theirs, why):
    applied = apply(shop, product("9", *theirs, variant("3", "GOOD")), product("10"))

    assert len(applied.refused) == 1
    assert applied.refused[0][0].endswith("of product 9")
    assert why in applied.refused[0][2]
    assert {"GOOD", "SKU-10"} <= set(Variant.objects.system().values_list("sku", flat=True))


def test_a_sku_of_another_product_is_refused_until_that_one_has_gone(shop):
    apply(shop, product("1", variant("1", "TEA")))

    refused = apply(shop, product("2", variant("2", "TEA"))).refused
    assert "belongs to another product already: 'Ürün 1'" in refused[0][2]

    apply(shop, product("1", variant("1", "TEA"), is_published=False), later=1)
    assert apply(shop, product("2", variant("2", "TEA")), later=2).refused == []
    assert variant_of("TEA").product.product_ref == "2"
    assert variant_of("TEA").is_published


def test_a_variation_that_is_renamed_stays_the_same_variant(shop):
    apply(shop, product("1", variant("11", "OLD")))
    before = variant_of("OLD").id

    apply(shop, product("1", variant("11", "NEW")), later=1)

    assert [(v.id, v.sku) for v in Variant.objects.system()] == [(before, "NEW")]


def test_a_variation_that_takes_anothers_sku_leaves_no_orphan_on_sale(shop):
    apply(shop, product("1", variant("11", "A"), variant("12", "B")))

    apply(shop, product("1", variant("11", "B")), later=1)

    bound = Binding.objects.system().filter(kind="variant").values_list("their_ref", "our_id")
    assert dict(bound)["11"] == variant_of("B").id
    assert not variant_of("A").is_published


def test_a_draft_takes_its_published_variations_out_of_sale_and_back(shop):
    whole = product("1", variant("11", "A"), variant("12", "B"), kind="variable")
    apply(shop, whole)
    Dirty.objects.all().delete()

    apply(shop, replace(whole, is_published=False), later=1)
    assert {v.is_published for v in Variant.objects.system()} == {False}
    assert {("stock", v.id) for v in Variant.objects.system()} <= set(Dirty.objects.values_list("kind", "subject_id"))

    apply(shop, whole, later=2)
    assert {v.is_published for v in Variant.objects.system()} == {True}


def test_content_that_changes_on_an_approved_product_waits_for_approval(shop):
    apply(shop, product("1"))
    ids = list(Product.objects.system().values_list("id", flat=True))
    approve_products(seller_id=shop.seller_id, product_ids=ids, at=AT)

    apply(shop, product("1", title="Başka"), later=1)
    assert Product.objects.system().get().state == "changed"

    apply(shop, product("1", title="Başka", modified_at=AT), later=2)
    assert Product.objects.system().get().state == "changed"


def test_a_products_change_has_all_its_variants_looked_at_again(shop):
    whole = product("1", variant("11", "A"), variant("12", "B"), kind="variable")
    apply(shop, whole)
    Dirty.objects.all().delete()

    apply(shop, replace(whole, description="Yeni"), later=1)

    assert set(Dirty.objects.values_list("kind", "subject_id")) == {("content", v.id) for v in Variant.objects.system()}


@pytest.mark.parametrize("gtin_text", ["869", "8690000000001", "abc", "8690123400172"])
def test_a_wrong_gtin_is_left_out_with_a_note(shop, gtin_text):
    apply(shop, product("1", variant("1", "A", gtin=gtin_text)))

    assert variant_of("A").gtin == ""
    assert "is not valid" in variant_of("A").notes[0]


def test_zeros_in_front_of_a_gtin_are_kept(shop):
    apply(shop, product("1", variant("1", "A", gtin="00012345600012")))

    assert variant_of("A").gtin == "00012345600012"


def test_what_the_hub_owns_a_pull_leaves_alone_until_the_store_owns_it_again(shop):
    apply(shop, product("1", title="Mağazanın"))
    row = Product.objects.system().get()
    own_field(seller_id=shop.seller_id, channel_id=shop.id, product_id=row.id, field="title", owner="hub")
    Product.objects.system().update(title="Merkezin")

    apply(shop, product("1", title="Mağazanın", description="Yeni"), later=1)
    row.refresh_from_db()
    assert (row.title, row.description) == ("Merkezin", "Yeni")

    own_field(seller_id=shop.seller_id, channel_id=shop.id, product_id=row.id, field="title", owner="store")
    apply(shop, product("1", title="Mağazanın", description="Yeni"), later=2)
    row.refresh_from_db()
    assert row.title == "Mağazanın"


def test_what_was_edited_once_is_given_back_to_the_store_for_a_product_and_its_variants(shop, borealis):
    apply(shop, product("1", variant("1", "A", weight_g=100)))
    row = variant_of("A")
    edit_variants(seller_id=shop.seller_id, cells=[(row.id, "weight_g", 100, 250)], at=AT)
    ids = [row.product_id]
    Outbox.objects.all().delete()

    assert give_back_field(seller_id=borealis.id, product_ids=ids, field="weight_g") == []
    assert give_back_field(seller_id=shop.seller_id, product_ids=ids, field="title") == []
    assert give_back_field(seller_id=shop.seller_id, product_ids=ids, field="weight_g") == ids
    assert give_back_field(seller_id=shop.seller_id, product_ids=ids, field="weight_g") == []  # it is the store's

    (told,) = Outbox.objects.filter(type="channel.field_given_back")
    assert (told.key, told.payload) == (str(shop.id), {"field": "weight_g", "product_refs": ["1"]})
    apply(shop, product("1", variant("1", "A", weight_g=100)), later=1)
    assert variant_of("A").weight_g == 100


def test_a_channel_wide_owner_yields_to_a_products_own(shop):
    apply(shop, product("1", brand="A"), product("2", brand="A"))
    first = Product.objects.system().get(product_ref="1")
    own_field(seller_id=shop.seller_id, channel_id=shop.id, field="brand", owner="file")
    own_field(seller_id=shop.seller_id, channel_id=shop.id, field="brand", owner="store", product_id=first.id)

    apply(shop, product("1", brand="B"), product("2", brand="B"), later=1)

    assert list(Product.objects.system().order_by("product_ref").values_list("brand", flat=True)) == ["B", "A"]


@pytest.mark.parametrize(("field", "owner"), [("colour", "hub"), ("title", "nobody")])
def test_an_owner_of_nothing_or_nobody_is_refused(shop, field, owner):
    with pytest.raises(Invalid):
        own_field(seller_id=shop.seller_id, channel_id=shop.id, field=field, owner=owner)


def test_what_a_person_typed_survives_the_next_pull(shop):
    apply(shop, product("1"))
    row = variant_of("SKU-1")
    edit_variants(seller_id=shop.seller_id, cells=[(row.id, "gtin", "", gtin(7))], at=AT)

    apply(shop, product("1", variant("1", "SKU-1", gtin=gtin(8))), later=1)

    assert variant_of("SKU-1").gtin == gtin(7)
    assert variant_of("SKU-1").origins["gtin"]["source"] == "hub"


def test_the_same_product_twice_on_a_page_is_one(shop):
    applied = apply(shop, product("1"), product("1"))

    assert applied.new == 1
    assert Variant.objects.system().count() == 1


def test_a_pass_without_some_takes_them_out_of_sale_and_the_next_pull_brings_them_back(shop):
    whole = [product(str(i)) for i in range(4)]
    apply(shop, *whole)

    lost = unpublish_missing(seller_id=shop.seller_id, channel_id=shop.id, seen_variant_refs={"1", "2", "3"}, at=AT)
    assert lost.closed == [variant_of("SKU-0").id]
    assert not variant_of("SKU-0").product.is_published

    apply(shop, whole[0], later=1)
    assert variant_of("SKU-0").is_published
    assert variant_of("SKU-0").product.is_published


def test_skus_that_move_along_a_chain_end_where_the_store_says(shop):
    apply(shop, product("1", variant("11", "A"), variant("12", "B")))
    a, b = variant_of("A").id, variant_of("B").id

    applied = apply(shop, product("1", variant("11", "B"), variant("12", "C")), later=1)

    assert applied.variant_ids["11"] == b
    assert variant_of("C").id == applied.variant_ids["12"]
    assert not Variant.objects.system().get(id=a).is_published


def test_skus_that_are_swapped_take_their_refs_along(shop):
    apply(shop, product("1", variant("11", "A"), variant("12", "B")))
    a, b = variant_of("A").id, variant_of("B").id

    assert apply(shop, product("1", variant("11", "B"), variant("12", "A")), later=1).variant_ids == {"11": b, "12": a}

    assert {v.is_published for v in Variant.objects.system()} == {True}


def test_a_variant_that_a_pass_missed_comes_back_though_its_sibling_stayed(shop):
    whole = product("1", variant("11", "A"), variant("12", "B"), kind="variable")
    apply(shop, whole)
    unpublish_missing(seller_id=shop.seller_id, channel_id=shop.id, seen_variant_refs=["11"], at=AT)
    assert not variant_of("B").is_published

    apply(shop, whole, later=1)

    assert variant_of("B").is_published


def test_what_a_person_typed_for_one_variant_leaves_its_siblings_to_the_store(shop):
    apply(shop, product("1", variant("11", "A"), variant("12", "B"), kind="variable"))
    row = variant_of("A")
    edit_variants(seller_id=shop.seller_id, cells=[(row.id, "gtin", "", gtin(7))], at=AT)

    apply(shop, product("1", variant("11", "A", gtin=gtin(8)), variant("12", "B", gtin=gtin(9))), later=1)

    assert (variant_of("A").gtin, variant_of("B").gtin) == (gtin(7), gtin(9))


def test_a_variants_own_owner_beats_its_products_and_the_channels(shop):
    apply(shop, product("1", variant("11", "A"), variant("12", "B")), product("2", variant("21", "C")))
    ours = {"seller_id": shop.seller_id, "channel_id": shop.id, "field": "weight_g"}
    own_field(**ours, owner="file")
    own_field(**ours, owner="hub", product_id=variant_of("A").product_id)
    own_field(**ours, owner="store", variant_id=variant_of("A").id)

    apply(
        shop, product("1", variant("11", "A", weight_g=1), variant("12", "B", weight_g=2)),
        product("2", variant("21", "C", weight_g=3)), later=1,
    )  # fmt: skip

    assert [variant_of(sku).weight_g for sku in "ABC"] == [1, None, None]


def test_a_field_that_only_products_have_cannot_be_owned_for_a_variant(shop):
    apply(shop, product("1"))

    with pytest.raises(Invalid, match="brand"):
        own_field(
            seller_id=shop.seller_id, channel_id=shop.id, field="brand", owner="hub",
            variant_id=variant_of("SKU-1").id,
        )  # fmt: skip


def test_what_the_database_cannot_hold_never_stops_the_page(shop):
    odd = product(
        "1", variant("11", "A", weight_g=2**31, options={"Renk\x00": "Ma\x00vi", "Yol": r"C:\u0000"}), title="Ça\x00y"
    )

    apply(shop, odd, product("2"))

    row = variant_of("A")
    assert (row.product.title, row.options, row.weight_g) == ("Çay", {"Renk": "Mavi", "Yol": r"C:\u0000"}, None)
    assert row.notes == ["weight_g 2147483648 is beyond all measure"]
    assert variant_of("SKU-2").product.state == "new"
