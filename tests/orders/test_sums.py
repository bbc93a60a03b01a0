"""Sums of a line, to the minor unit: a half goes up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.orders.sums import averaged_units, difference, line_total

from .conftest import line


@pytest.mark.parametrize(
    ("price", "quantity", "currency", "total"),
    [
        ("0.005", 1, "EUR", "0.01"),
        ("0.015", 3, "EUR", "0.05"),  # 0.045
        ("2.5", 1, "JPY", "3"),
        ("1.0005", 1, "KWD", "1.001"),
        ("9.99", 3, "EUR", "29.97"),
    ],
)
def test_half_a_minor_unit_goes_up(price, quantity, currency, total):
    assert line_total(line(price=price, quantity=quantity), currency) == Decimal(total)


def test_units_that_differ_are_added_and_not_multiplied():
    units = line(price="3.33", quantity=3, unit_prices=(Decimal("3.34"), Decimal("3.33"), Decimal("3.33")))

    assert line_total(units, "EUR") == Decimal("10.00")
    assert averaged_units(units) == 0


def test_a_difference_is_told_with_its_sign():
    lines = [line(price="9.99", quantity=3)]

    assert difference(Decimal("29.97"), lines, Decimal(0), "EUR") == 0
    assert difference(Decimal("29.96"), lines, Decimal(0), "EUR") == Decimal("-0.01")
    assert difference(Decimal("34.975"), lines, Decimal(5), "EUR") == Decimal("0.01")
