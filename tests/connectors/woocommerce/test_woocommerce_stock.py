"""Quantities as the store tells them."""

from __future__ import annotations

from decimal import Decimal

import pytest


def quantity(read, raw, account, details=()):
    (reading, *_), aside = read("stock", raw, account, details)
    assert aside == []
    return reading.quantity


@pytest.mark.parametrize(
    ("told", "whole"),
    [(7, 7), (0, 0), (-2, -2), ("4", 4), (Decimal("4.5"), 4), ("4.50", 4), (Decimal("-0.5"), -1), ("", None)],
)
def test_a_counted_stock_is_whole_units_cut_down(read, simple, store, told, whole):
    assert quantity(read, simple(manage_stock=True, stock_quantity=told), store()) == whole


@pytest.mark.parametrize(("status", "told"), [("instock", None), ("outofstock", 0), ("onbackorder", 0)])
def test_what_is_not_counted_is_unknown_or_gone(read, simple, store, status, told):
    raw = simple(manage_stock=False, stock_quantity=None, stock_status=status)

    assert quantity(read, raw, store()) == told


def test_half_a_unit_is_noted(read, simple, store):
    (product,), _ = read("product", simple(manage_stock=True, stock_quantity=Decimal("4.5")), store())

    assert any("4.5" in note for note in product.variants[0].notes)


def test_stock_of_the_parent_counts_for_the_variation(read, variable, variation, store):
    parent = variable(manage_stock=True, stock_quantity=9)

    assert quantity(read, parent, store(), [variation(manage_stock="parent", stock_quantity=None)]) == 9
    assert quantity(read, parent, store(), [variation(manage_stock=True, stock_quantity=3)]) == 3


def test_shared_stock_is_noted(read, variable, variation, store):
    (product,), _ = read(
        "product", variable(manage_stock=True, stock_quantity=9), store(), [variation(manage_stock="parent")]
    )

    assert any("shared" in note for note in product.variants[0].notes)


@pytest.mark.parametrize(
    ("parent_counts", "own", "shared"), [(True, "parent", True), (True, True, False), (False, "parent", False)]
)
def test_shared_stock_names_the_product_that_counts_it(read, variable, variation, store, parent_counts, own, shared):
    parent = variable(manage_stock=parent_counts, stock_quantity=9 if parent_counts else None)
    details = [variation(manage_stock=own, stock_quantity=3)]

    (reading,), _ = read("stock", parent, store(), details)
    (product,), _ = read("product", parent, store(), details)

    wanted = str(parent["id"]) if shared else None
    assert (reading.shared_stock_ref, product.variants[0].shared_stock_ref) == (wanted, wanted)


def test_every_variation_is_a_reading_of_its_product(read, variable, variation, store):
    details = [variation(), variation(id=812, sku="LS-G", stock_quantity=0, status="private")]

    readings, _ = read("stock", variable(), store(), details)

    assert [(r.product_ref, r.variant_ref, r.sku, r.quantity, r.is_published) for r in readings] == [
        ("801", "811", "LS-B", 7, True),
        ("801", "812", "LS-G", 0, False),
    ]


def test_variations_of_a_draft_are_unpublished(read, variable, variation, store):
    (reading,), _ = read("stock", variable(status="draft"), store(), [variation()])

    assert not reading.is_published


def test_one_broken_variation_costs_the_others_nothing(read, variable, variation, store):
    details = [variation(), variation(id=812, stock_quantity="many"), variation(id=813)]

    readings, aside = read("stock", variable(), store(), details)

    assert [r.variant_ref for r in readings] == ["811", "813"]
    assert [(where, field) for where, field, _ in aside] == [("variation 812 of product 801", "stock_quantity")]


def test_stock_needs_no_facts(read, simple, store):
    account = store(store__currency=None, store__weight_unit=None)

    assert quantity(read, simple(manage_stock=True, stock_quantity=3), account) == 3


@pytest.mark.parametrize("told", [True, [], {"a": 1}, "NaN", "Infinity", Decimal("1e999999")])
def test_what_is_no_quantity_is_set_aside(read, simple, store, told):
    records, ((_, field, _),) = read("stock", simple(manage_stock=True, stock_quantity=told), store())

    assert records == []
    assert field == "stock_quantity"
