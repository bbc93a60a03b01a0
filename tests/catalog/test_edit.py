"""Cells that people edit, and what may travel after."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.catalog.models import FieldOwner, Product, Variant
from entrepot.catalog.services import approve_products, edit_products, edit_variants, import_facts, reject_products
from entrepot.core.errors import Invalid
from entrepot.events.models import Dirty

from ..goods_rows import AT, goods, gtin, store

pytestmark = pytest.mark.django_db


def edit(row: Product, field: str, drawn, now, seller_id: int | None = None):
    return edit_products(seller_id=seller_id or row.seller_id, cells=[(row.id, field, drawn, now)], at=AT)


def edit_variant(row: Variant, field: str, drawn, now):
    return edit_variants(seller_id=row.seller_id, cells=[(row.id, field, drawn, now)], at=AT)


@pytest.mark.parametrize(
    ("before", "after"),
    [("new", "edited"), ("edited", "edited"), ("rejected", "edited"), ("approved", "changed"), ("changed", "changed")],
)
def test_an_edit_moves_a_product_as_its_table_says(aydin, before, after):
    (variant,) = goods(aydin, 1, source=store(aydin), state=before)

    assert edit(variant.product, "brand", "Toros", "Pera") == [variant.product_id]

    row = Product.objects.system().get()
    assert (row.state, row.brand, row.edited_at) == (after, "Pera", AT)
    assert row.origins["brand"] == {"source": "hub", "at": AT.isoformat()}
    assert FieldOwner.objects.system().get().owner == "hub"


def test_a_cell_as_it_was_drawn_changes_nothing(aydin):
    (variant,) = goods(aydin, 1, state="approved")
    Dirty.objects.all().delete()

    assert edit(variant.product, "brand", "Toros", "Toros") == []

    assert Product.objects.system().get().state == "approved"
    assert not Dirty.objects.exists()


def test_a_lost_race_is_shown_and_not_overwritten(aydin):
    (variant,) = goods(aydin, 1)
    edit(variant.product, "brand", "Toros", "Pera")

    with pytest.raises(Invalid, match="brand was changed meanwhile to 'Pera'"):
        edit(variant.product, "brand", "Toros", "Kehribar")

    assert Product.objects.system().get().brand == "Pera"


def test_a_pull_of_another_field_is_no_lost_race(aydin):
    (variant,) = goods(aydin, 1)
    Product.objects.system().update(description="yeni")

    assert edit(variant.product, "brand", "Toros", "Pera")


def test_one_wrong_cell_keeps_all_of_them_back(aydin):
    first, second = goods(aydin, 2)

    with pytest.raises(Invalid):
        edit_variants(
            seller_id=aydin.id, at=AT,
            cells=[(first.id, "weight_g", 500, 600), (second.id, "origin", "TR", "Türkiye")],
        )  # fmt: skip

    assert {v.weight_g for v in Variant.objects.system()} == {500}


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("gtin", "8690123400172", "not valid"),
        ("origin", "Türkiye", "ISO 3166"),
        ("origin", "XX", "ISO 3166"),
        ("vat_rate", "20", "fraction"),
        ("vat_rate", "-0.1", "fraction"),
        ("vat_rate", "abc", "not a number"),
        ("weight_g", "0", "above zero"),
        ("vat_rate", "0.123456", "at most 4 decimal places"),
        ("vat_rate", "1" * 41, "41 characters"),
        ("weight_g", "1.5", "whole number"),
        ("weight_g", "1,5", "not a number: '1,5'"),
        ("weight_g", "99999999999", "at most 2147483647"),
        ("weight_g", "-99999999999", "above zero"),
        ("weight_g", "1e999999", "at most 2147483647"),
        ("hs_code", "12345", "6 to 12 digits"),
        ("hs_code", "٦٩٠٢١٠", "6 to 12 digits"),
        ("title", "x" * 301, "301 characters; at most 300"),
        ("title", "Çay\x00", "NUL"),
        ("sku", "NEW", "cannot be edited"),
    ],
)
def test_a_value_that_is_not_one_is_refused_by_name(aydin, field, value, why):
    (variant,) = goods(aydin, 1)

    with pytest.raises(Invalid, match=why) as refused:
        edit_variant(variant, field, getattr(variant, field), value)

    assert (refused.value.record, refused.value.field) == ("SKU-0", field)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("brand", "ş" * 121, "121 characters; at most 120"),
        ("category", "x" * 301, "301 characters; at most 300"),
        ("description", "x" * 100_001, "100001 characters; at most 100000"),
    ],
)
def test_a_text_is_never_cut_to_fit(aydin, field, value, why):
    (variant,) = goods(aydin, 1)
    row = variant.product

    with pytest.raises(Invalid, match=why):
        edit(row, field, getattr(row, field), value)
    edit(row, field, getattr(row, field), value[1:])

    assert getattr(Product.objects.system().get(), field) == value[1:]


@pytest.mark.parametrize(
    ("field", "other", "plainly"),
    [("vat_rate", Decimal("0.10"), "to 0.1000;"), ("weight_g", 300, "to 300;"), ("origin", "", "to nothing;")],
)
def test_the_value_of_the_other_is_said_plainly(aydin, field, other, plainly):
    (variant,) = goods(aydin, 1, origin="TR", vat_rate=Decimal("0.20"), weight_g=250)
    Variant.objects.system().update(**{field: other})

    with pytest.raises(Invalid) as refused:
        edit_variant(
            variant, field, getattr(variant, field), {"vat_rate": "0.05", "weight_g": 1, "origin": "DE"}[field]
        )

    assert plainly in str(refused.value)


def test_a_product_without_a_title_is_named_by_its_number(aydin):
    (variant,) = goods(aydin, 1)
    row = variant.product
    Product.objects.system().update(title="", product_ref="4711", brand="Pera")

    with pytest.raises(Invalid, match=r"^product 4711: brand was changed meanwhile"):
        edit(row, "brand", "Toros", "Kehribar")


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("gtin", " 8690123400171 ", "8690123400171"),
        ("origin", "de", "DE"),
        ("vat_rate", "0.20", Decimal("0.2000")),
        ("vat_rate", "0", Decimal(0)),
        ("vat_rate", "", None),
        ("weight_g", "250", 250),
        ("hs_code", "0902.40.00", "09024000"),
    ],
)
def test_a_value_is_kept_in_one_form(aydin, field, value, kept):
    (variant,) = goods(aydin, 1)

    edit_variant(variant, field, getattr(variant, field), value)

    assert getattr(Variant.objects.system().get(), field) == kept


def test_another_sellers_product_does_not_exist(aydin, borealis):
    (variant,) = goods(aydin, 1)

    with pytest.raises(Product.DoesNotExist):
        edit(variant.product, "brand", "Toros", "Pera", seller_id=borealis.id)
    assert approve_products(seller_id=borealis.id, product_ids=[variant.product_id], at=AT) == []
    assert reject_products(seller_id=borealis.id, product_ids=[variant.product_id], reason="x", at=AT) == []


def test_a_product_that_cannot_be_sold_abroad_is_not_approved(aydin):
    sold, virtual = goods(aydin, 2, state="new")
    Product.objects.system().filter(id=virtual.product_id).update(refusal="is virtual")

    ids = [sold.product_id, virtual.product_id]

    assert approve_products(seller_id=aydin.id, product_ids=ids, at=AT) == [sold.product_id]


def facts(seller, *rows):
    return import_facts(seller_id=seller.id, rows=[(i, row) for i, row in enumerate(rows, start=2)], at=AT)


def test_a_sheets_good_rows_land_beside_bad_ones_that_are_named(aydin):
    goods(aydin, 3, origin="", vat_rate=None)

    changed, problems = facts(
        aydin,
        {"sku": "SKU-0", "origin": "TR", "vat_rate": "0.10", "attribute:Yöre": "Rize"},
        {"sku": "SKU-1", "origin": "Turkey"},
        {"sku": "NOBODY", "origin": "TR"},
        {"sku": "", "origin": "TR"},
        {"sku": "SKU-2", "origin": "", "vat_rate": ""},
    )

    assert changed == 1
    assert [(line, field) for line, field, _ in problems] == [(3, "origin"), (4, "sku"), (5, "sku")]
    first, second, third = Variant.objects.system().order_by("sku")
    assert (first.origin, first.vat_rate, first.attributes["Yöre"]) == ("TR", Decimal("0.10"), "Rize")
    assert (second.origin, third.origin) == ("", "")


def test_a_sheet_told_twice_changes_nothing_the_second_time(aydin):
    goods(aydin, 1, origin="", source=store(aydin))
    row = {"sku": "SKU-0", "origin": "TR", "gtin": gtin(99), "brand": "Pera", "attribute:Yöre": "Rize"}

    assert facts(aydin, row)[0] == 1
    assert facts(aydin, row) == (0, [])

    assert set(FieldOwner.objects.system().values_list("owner", flat=True)) == {"file"}
