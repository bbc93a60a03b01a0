"""Money is exact: nothing is lost in sums, splits or JSON."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.errors import Invalid
from entrepot.core.money import Money, exact, minor_unit

amounts = st.decimals(min_value="-9999999", max_value="9999999", places=2, allow_nan=False, allow_infinity=False)
weights = st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=12).filter(any)


def eur(amount):
    return Money(Decimal(amount), "EUR")


@given(amounts, amounts)
def test_what_is_added_can_be_taken_away(a, b):
    assert eur(a) + eur(b) - eur(b) == eur(a)


@given(amounts, weights)
def test_shares_add_up_to_the_cent(amount, parts):
    shares = eur(amount).split(parts)

    assert sum((s.amount for s in shares), Decimal(0)) == amount
    assert all(s.amount == s.rounded().amount for s in shares)


@given(amounts, weights)
def test_no_share_is_a_cent_away_from_its_exact_part(amount, parts):
    for share, part in zip(eur(amount).split(parts), parts, strict=True):
        assert abs(share.amount - amount * part / sum(parts)) <= Decimal("0.01")


def test_the_example_of_a_split():
    assert [s.amount for s in eur("10.00").split([1, 1, 1])] == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert [s.amount for s in eur("0.05").split([0, 1])] == [Decimal("0.00"), Decimal("0.05")]


@pytest.mark.parametrize("parts", [[], [0, 0], [1, -1], [-1]])
def test_a_split_over_nothing_is_refused(parts):
    with pytest.raises(Invalid):
        eur("10").split(parts)


# ISO 4217 list one: minor units of TRY and EUR are 2, of JPY 0, of KWD 3.
@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.675", "EUR", "2.68"),
        ("2.665", "TRY", "2.67"),
        ("10.5", "JPY", "11"),
        ("1.2345", "KWD", "1.235"),
        ("-2.675", "EUR", "-2.68"),
    ],
)
def test_rounding_is_half_up_to_the_minor_unit(amount, currency, rounded):
    assert Money(Decimal(amount), currency).rounded().amount == Decimal(rounded)
    assert minor_unit("IDR") == Decimal("0.01")


def test_two_currencies_do_not_mix():
    for attempt in (lambda: eur(1) + Money(Decimal(1), "TRY"), lambda: eur(1) < Money(Decimal(2), "TRY")):
        with pytest.raises(Invalid, match="cannot be mixed"):
            attempt()


@pytest.mark.parametrize("wrong", [0.1, True, "", "1,5", "NaN", "Infinity", None, "12 €"])
def test_what_is_no_exact_number_is_refused(wrong):
    with pytest.raises(Invalid):
        exact(wrong)


@pytest.mark.parametrize("currency", ["eur", "EURO", "", "€", "E1"])
def test_a_currency_is_three_capital_letters(currency):
    with pytest.raises(Invalid):
        Money(Decimal(1), currency)


@given(amounts)
def test_json_carries_every_digit_as_text(amount):
    written = eur(amount).as_json()

    assert written["currency"] == "EUR"
    assert Decimal(written["amount"]) == amount
    assert "E" not in written["amount"]
