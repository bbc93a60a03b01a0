"""The arithmetic, against the examples that docs/rules/prices.md promises."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from entrepot.pricing.rules import ENDINGS, Given, price_on, rounded

from ..rule_tables import table

DAY = date(2026, 11, 24)
EXAMPLES = table("prices.md", "Worked examples")


def given(row: dict[str, str]) -> Given:
    def number(name: str) -> Decimal | None:
        return Decimal(row[name]) if row[name] else None

    return Given(
        regular=Decimal(row["regular"]), sale=number("sale"), cost=number("cost"), currency=row["currency"],
        is_tax_included=row["tax included"] == "yes", home_vat_rate=number("home VAT"), target=row["target"],
        vat_rate=number("VAT"), markup_rate=Decimal(row["markup"]), fixed_fee=Decimal(row["fee"]),
        fx_margin_rate=Decimal(row["fx margin"]), minimum_margin_rate=number("margin"), ending=row["ending"],
    )  # fmt: skip


def test_the_page_has_its_examples():
    assert len(EXAMPLES) == 16


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: row["case"])
def test_a_worked_example_comes_out_as_written(row):
    result = price_on(given(row), (Decimal(row["fx"] or 1), DAY))

    assert (result.problem, result.sale_price, result.list_price) == (
        "", Decimal(row["sale price"]), Decimal(row["list price"])
    )  # fmt: skip


def test_the_way_of_a_price_names_every_step_with_its_amount():
    result = price_on(given(EXAMPLES[0]), (Decimal("0.025"), DAY))

    assert [(name, amount) for name, amount, _ in result.steps] == [
        ("base", "120.0000"), ("net", "100.0000"), ("exchange", "2.5000"), ("markup", "3.2500"), ("VAT", "3.8675"),
        ("rounded", "3.9900"),
    ]  # fmt: skip
    assert "rate of 2026-11-24" in result.steps[2][2]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"vat_rate": None}, "VAT rate is unknown"),
        ({"home_vat_rate": None}, "VAT rate at home is unknown"),
        ({"minimum_margin_rate": Decimal("0.1"), "cost": None}, "cost is unknown"),
    ],
)
def test_an_unknown_fact_gives_a_reason_and_no_price(changes, reason):
    whole = given(EXAMPLES[0])
    facts = {name: getattr(whole, name) for name in Given.__slots__} | changes

    result = price_on(Given(**facts), (Decimal("0.025"), DAY))

    assert (result.sale_price, result.list_price) == (None, None)
    assert result.problem.startswith(reason)


def test_no_rate_is_no_price():
    assert price_on(given(EXAMPLES[0]), None).problem.startswith("no exchange rate from TRY to EUR")


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ending_never_lowers_a_price_and_never_adds_a_whole_unit(ending):
    for cents in range(1, 500, 7):
        value = Decimal(cents) / 100

        assert value <= rounded(value, "EUR", ending) < value + 1


@pytest.mark.parametrize(("value", "rises_to"), [("4.994", "5.99"), ("4.99", "4.99"), ("4.990000000000001", "4.99")])
def test_an_ending_is_not_below_a_fraction_of_a_cent_and_not_above_a_rounding_error(value, rises_to):
    assert rounded(Decimal(value), "EUR", "0.99") == Decimal(rises_to)


def test_the_margin_of_an_exchange_is_none_within_one_currency():
    """Cost 100, minimum margin 20 %: 120, and not 126, before 20 % VAT."""
    home = Given(
        regular=Decimal(60), sale=None, cost=Decimal(100), currency="TRY", is_tax_included=False, home_vat_rate=None,
        target="TRY", vat_rate=Decimal("0.20"), fx_margin_rate=Decimal("0.05"), minimum_margin_rate=Decimal("0.20"),
    )  # fmt: skip

    assert price_on(home, (Decimal(1), date(2026, 11, 24))).sale_price == Decimal("144.00")
