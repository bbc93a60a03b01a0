"""Rows that hang on a variant link to it."""

from types import SimpleNamespace

from entrepot.catalog.admin.links import VariantLink


def test_a_row_shows_the_sku_of_its_variant_and_leads_to_it():
    row = SimpleNamespace(variant_id=7, variant=SimpleNamespace(sku="ÇAY-İNCE<1>"))

    shown = str(VariantLink().sku(row))

    assert "ÇAY-İNCE&lt;1&gt;" in shown  # escaped
    assert "/7/" in shown
