"""Products and variations into ours, with what plugins do to them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest


def variant_of(read, raw, account, details=()):
    records, aside = read("product", raw, account, details)
    assert aside == []
    return records[0].variants[0]


def test_a_simple_product_is_one_variant(read, simple, store):
    raw = simple(sku="TEA-250", global_unique_id="08690000000029", regular_price="5.40", weight="0.25")

    (product,), _ = read("product", raw, store())

    assert (product.product_ref, product.kind, product.refusal) == ("802", "simple", None)
    assert product.modified_at == datetime(2026, 5, 1, 6, 0, tzinfo=UTC)  # the _gmt twin, not the site's 09:00
    variant = product.variants[0]
    assert (variant.variant_ref, variant.sku, variant.gtin) == ("802", "TEA-250", "08690000000029")
    assert (variant.regular_price, variant.sale_price, variant.currency) == (Decimal("5.40"), None, "EUR")
    assert variant.weight_g == 250


@pytest.mark.parametrize(
    ("unit", "weight", "grams"),
    [("kg", "0.3", 300), ("g", "300", 300), ("lbs", "1", 454), ("oz", "10", 283), ("kg", "0.0001", 1), ("kg", "0", 0)],
)
def test_weights_come_in_the_stores_unit(read, simple, store, unit, weight, grams):
    assert variant_of(read, simple(weight=weight), store(store__weight_unit=unit)).weight_g == grams


@pytest.mark.parametrize(
    ("unit", "length", "millimetres"),
    [("cm", "30", 300), ("m", "0.3", 300), ("mm", "300", 300), ("in", "1", 25), ("yd", "1", 914)],
)
def test_lengths_come_in_the_stores_unit(read, simple, store, unit, length, millimetres):
    raw = simple(dimensions={"length": length, "width": "", "height": None})

    variant = variant_of(read, raw, store(store__length_unit=unit))

    assert (variant.length_mm, variant.width_mm, variant.height_mm) == (millimetres, None, None)


@pytest.mark.parametrize("fact", ["store__currency", "store__weight_unit", "store__length_unit"])
def test_a_missing_fact_is_named_and_never_assumed(read, simple, store, fact):
    raw = simple(weight="0.25", dimensions={"length": "30", "width": "20", "height": "2"})

    assert read("product", raw, store())[1] == []
    ((where, field, why),) = read("product", raw, store(**{fact: None}))[1]

    assert where == "product 802"
    assert fact.replace("__", ".") in field + why


def test_no_unit_is_needed_where_nothing_was_measured(read, simple, store):
    raw = simple(weight="", dimensions={"length": "", "width": "", "height": ""})

    assert variant_of(read, raw, store(store__weight_unit=None, store__length_unit=None)).weight_g is None


def test_an_unknown_unit_says_which_are_known(read, simple, store):
    ((_, _, why),) = read("product", simple(weight="3"), store(store__weight_unit="okka"))[1]

    assert "'okka'" in why and "kg, g, lbs, oz" in why


@pytest.mark.parametrize(
    ("changed", "kind", "says"),
    [
        ({"virtual": True}, "virtual", "virtual"),
        ({"downloadable": True}, "virtual", "download"),
        ({"type": "external"}, "external", "another site"),
        ({"type": "grouped"}, "grouped", "group"),
    ],
)
def test_what_cannot_travel_is_refused_with_a_reason(read, simple, store, changed, kind, says):
    (product,), _ = read("product", simple(**changed), store())

    assert product.kind == kind
    assert says in product.refusal


def test_a_type_that_a_plugin_added_is_set_aside(read, simple, store):
    records, ((where, field, why),) = read("product", simple(type="bundle"), store())

    assert records == []
    assert (where, field) == ("product 802", "type")
    assert "'bundle'" in why and "simple, variable" in why


@pytest.mark.parametrize("status", ["draft", "pending", "private", "future"])
def test_what_is_not_published_is_told_as_unpublished(read, simple, store, status):
    (product,), _ = read("product", simple(status=status), store())

    assert not product.is_published
    assert not product.variants[0].is_published


def test_a_variable_product_has_its_variations(read, variable, variation, store):
    details = [
        variation(),
        variation(id=812, sku="LS-G", status="private", attributes=[{"id": 3, "name": "Color", "option": "Green"}]),
    ]

    (product,), aside = read("product", variable(), store(), details)

    assert aside == []
    assert [(v.variant_ref, v.options, v.is_published) for v in product.variants] == [
        ("811", {"Color": "Blue"}, True),
        ("812", {"Color": "Green"}, False),
    ]
    assert product.variants[0].title == "Linen Shirt - Blue"
    assert product.attributes == {"Color": ("Blue", "Green"), "Fit": ("Slim",)}


@pytest.mark.parametrize("attributes", [[], [{"id": 3, "name": "Color", "option": ""}], None])
def test_a_variation_for_any_colour_is_noted(read, variable, variation, store, attributes):
    variant = variant_of(read, variable(), store(), [variation(attributes=attributes)])

    assert any(note.startswith("any Color") for note in variant.notes)


def test_a_colour_that_the_product_does_not_have_is_noted(read, variable, variation, store):
    raw = variation(attributes=[{"id": 3, "name": "Color", "option": "Red"}])

    assert any("'Red'" in note for note in variant_of(read, variable(), store(), [raw]).notes)


def test_local_attributes_are_known_by_name_only(read, variable, variation, store):
    size = {"id": 0, "name": "Beden", "variation": True, "options": ["S"]}
    raw = variation(attributes=[{"id": 0, "name": "Beden", "option": "S"}])

    assert variant_of(read, variable(attributes=[size]), store(), [raw]).notes == ()


def test_a_variation_that_answers_with_its_parents_sku_has_none(read, variable, variation, store):
    variant = variant_of(read, variable(sku="LS"), store(), [variation(sku="LS")])

    assert variant.sku is None
    assert "has no SKU of its own" in variant.notes


def test_a_broken_variation_sets_its_product_aside_and_is_named(read, variable, variation, store):
    _, ((where, field, _),) = read(
        "product", variable(), store(), [variation(), variation(id=812, regular_price="dear")]
    )

    assert (where, field) == ("variation 812 of product 801", "regular_price")


@pytest.mark.parametrize(
    ("setting", "changed", "gtin"),
    [
        ("global_unique_id", {"global_unique_id": "8690000000029"}, "8690000000029"),
        ("global_unique_id", {"global_unique_id": ""}, None),
        ("sku", {"sku": "8690000000012"}, "8690000000012"),
        ("meta:_ean", {"meta_data": [{"id": 1, "key": "_ean", "value": "0012345678905"}]}, "0012345678905"),
        ("meta:_ean", {"meta_data": [{"id": 1, "key": "_ean", "value": 8690000000012}]}, "8690000000012"),
        ("meta:_ean", {"meta_data": [{"id": 1, "key": "_ean", "value": ["x"]}]}, None),
        ("meta:_ean", {"meta_data": None}, None),
    ],
)
def test_the_gtin_comes_from_where_the_setting_says(read, simple, store, setting, changed, gtin):
    assert variant_of(read, simple(**changed), store(gtin_source=setting)).gtin == gtin


@pytest.mark.parametrize(
    ("setting", "changed", "brand"),
    [
        ("auto", {"brands": [{"id": 4, "name": "Ege", "slug": "ege"}]}, "Ege"),
        ("auto", {"brands": [], "attributes": [{"id": 0, "name": "Marka", "options": ["Ege"]}]}, "Ege"),
        ("auto", {"brands": None, "attributes": [{"id": 9, "name": "BRAND", "options": ["Ege"]}]}, "Ege"),
        ("auto", {"brands": [], "attributes": []}, None),
        ("attribute:Üretici", {"attributes": [{"id": 0, "name": "Üretici", "options": ["Ege"]}]}, "Ege"),
        ("meta:_brand", {"meta_data": [{"id": 1, "key": "_brand", "value": "Ege"}]}, "Ege"),
    ],
)
def test_the_brand_comes_from_where_the_setting_says(read, simple, store, setting, changed, brand):
    (product,), aside = read("product", simple(**changed), store(brand_source=setting))

    assert aside == []
    assert product.brand == brand


def test_a_sale_price_counts_only_while_on_sale(read, simple, store):
    waiting = simple(regular_price="29.90", sale_price="19.90", on_sale=False, price="29.90")
    running = simple(regular_price="29.90", sale_price="19.90", on_sale=True, price="19.90")

    assert variant_of(read, waiting, store()).sale_price is None
    assert variant_of(read, running, store()).sale_price == Decimal("19.90")


def test_on_sale_without_a_sale_price_takes_the_active_price_and_says_so(read, simple, store):
    variant = variant_of(read, simple(regular_price="29.90", sale_price="", on_sale=True, price="19.90"), store())

    assert variant.sale_price == Decimal("19.90")
    assert any("active price" in note for note in variant.notes)


def test_a_price_of_zero_is_a_price(read, simple, store):
    assert variant_of(read, simple(regular_price="0"), store()).regular_price == Decimal(0)


def test_types_that_plugins_changed_are_read(read, simple, store):
    raw = simple(
        id="802", regular_price=Decimal("5.4"), weight=Decimal("0.25"), on_sale="0", virtual="no", manage_stock="yes",
        stock_quantity="4", categories=None, images={"0": {"id": 1, "src": "https://a.example/1.jpg"}}, brands={},
    )  # fmt: skip

    (product,), aside = read("product", raw, store())

    assert aside == []
    assert product.images == ("https://a.example/1.jpg",)
    assert product.variants[0].regular_price == Decimal("5.4")
    assert product.variants[0].quantity == 4


def test_a_variations_tax_class_may_be_its_parents(read, variable, variation, store):
    variant = variant_of(read, variable(tax_class="reduced-rate"), store(), [variation(tax_class="parent")])

    assert variant.tax_class == "reduced-rate"


def test_turkish_and_emoji_pass_unharmed(read, simple, store):
    (product,), _ = read("product", simple(name="İnce Belli Çay Bardağı ışıltılı 🫖"), store())

    assert product.title == "İnce Belli Çay Bardağı ışıltılı 🫖"
