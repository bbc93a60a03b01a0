"""What a store's record says in our columns."""

from __future__ import annotations

import pytest

from entrepot.catalog.services.columns import checked_gtin, product_values, variant_values
from entrepot.kit import records


def test_the_deepest_category_is_the_products_and_long_texts_are_cut():
    categories = [
        records.Category(category_ref=str(n), name="x", path=p) for n, p in enumerate(["A", "A > B", "C > D"])
    ]
    theirs = records.Product(product_ref="1", kind="simple", title="İ" * 301, categories=tuple(categories))

    values = product_values(theirs)

    assert (values["category"], len(values["title"]), values["brand"], values["refusal"]) == ("A > B", 300, "", "")


@pytest.mark.parametrize(("whole", "part", "shown"), [(True, True, True), (False, True, False), (True, False, False)])
def test_a_variant_is_on_show_only_where_its_product_is(whole, part, shown):
    variant = records.Variant(variant_ref="11", sku="A", is_published=part)
    theirs = records.Product(product_ref="1", kind="simple", title="Çay", is_published=whole, variants=(variant,))

    assert variant_values(variant, theirs)["is_published"] is shown


# GS1 General Specifications §7.9: the last digit makes the weighted sum (3, 1, 3 … from the right) a multiple of ten.
@pytest.mark.parametrize(
    ("text", "kept"), [("96385074", "96385074"), ("4006381333931", "4006381333931"), ("4006381333932", ""), (None, "")]
)
def test_a_gtin_counts_only_with_its_check_digit(text, kept):
    assert checked_gtin(text)[0] == kept
