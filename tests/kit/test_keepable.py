"""Values that no table can hold are found by name, wherever they stand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.kit.keepable import MOST, faults
from entrepot.kit.records import Line, StockReading


@pytest.mark.parametrize(
    ("value", "field", "why"),
    [
        ({"title": "Ça\x00y"}, "title", "NUL"),
        ({"sizes": [1, MOST + 1]}, "sizes.1", "from -2147483647"),
        ({"seen_ms": 253_402_300_800_000}, "seen_ms", "from -"),
        ({"price": Decimal(10) ** 12}, "price", "below 1000000000000"),
        ({"price": Decimal("NaN")}, "price", "below"),
        ({"a": {"b": ("x", "\x00")}}, "a.b.1", "NUL"),
    ],
)
def test_what_cannot_be_kept_is_named(value, field, why):
    ((found, reason),) = faults(value)

    assert found == field
    assert why in reason


def test_what_can_be_kept_has_no_fault():
    sound = {"zero": 0, "most": MOST, "least": -MOST, "at_ms": 253_402_300_799_999, "none": None, "yes": True}

    assert list(faults([sound, StockReading(variant_ref="7", product_ref="7", sku="İ", quantity=-3)])) == []
    assert list(faults({"price": Decimal("999999999999.99"), "text": "Ağrı Dağı 🏔"})) == []


@pytest.mark.parametrize(
    ("told", "field", "why"),
    [
        ({"quantity": -1}, "quantity", "0 or more, not -1"),
        ({"vat_rate": Decimal(10000)}, "vat_rate", "from 0 to 1, not 10000"),
        ({"vat_rate": Decimal("-0.05")}, "vat_rate", "from 0 to 1"),
        ({"listing_ref": "x" * 61}, "listing_ref", "at most 60 characters, and has 61"),
        ({"sku": "s" * 101}, "sku", "at most 100 characters"),
        ({"line_ref": "1" * 65}, "line_ref", "at most 64 characters"),
    ],
)
def test_a_line_that_means_nothing_is_named(told, field, why):
    sound = {
        "line_ref": "1" * 64, "listing_ref": "x" * 60, "sku": "s" * 100, "title": "Çay" * 1000, "quantity": 0,
        "vat_rate": Decimal(1), **dict.fromkeys(("unit_gross", "unit_price"), Decimal(-1)),
        **dict.fromkeys(("unit_seller_discount", "unit_channel_discount"), Decimal(0)),
    }  # fmt: skip

    assert list(faults({"lines": (Line(**sound),)})) == []
    ((found, reason),) = faults({"lines": (Line(**sound | told),)})
    assert (found, why in reason) == (f"lines.0.{field}", True)
