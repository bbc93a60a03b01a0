"""Every sentence that the rules say about a price has its words in Turkish."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from entrepot.pricing.explain import step_word, told
from entrepot.pricing.rules import Given, price_on

from ..rule_tables import table
from .test_price_rules import given

DAY = date(2026, 11, 24)
NUMBERS_ONLY = ("+ ",)  # a rate or a fee: the same in every language


def every_step():
    for row in table("prices.md", "Worked examples"):
        yield from price_on(given(row), (Decimal(row["fx"] or 1), DAY)).steps


def test_every_step_of_every_example_is_said_in_turkish():
    with translation.override("tr"):
        left = {why for _, _, why in every_step() if told(why) == why and not why.startswith(NUMBERS_ONLY)}
        words = {name for name, _, _ in every_step() if str(step_word(name)) == name}

    assert (left, words) == (set(), {"net"})  # net is Turkish too


@pytest.mark.parametrize(
    ("changes", "rate"),
    [
        ({"vat_rate": None}, Decimal(1)),
        ({"home_vat_rate": None}, Decimal(1)),
        ({"minimum_margin_rate": Decimal("0.1"), "cost": None}, Decimal(1)),
        ({}, None),
    ],
)
def test_every_reason_for_no_price_is_said_in_turkish(changes, rate):
    whole = given(table("prices.md", "Worked examples")[0])
    facts = {name: getattr(whole, name) for name in Given.__slots__} | changes

    problem = price_on(Given(**facts), (rate, DAY) if rate else None).problem

    with translation.override("tr"):
        assert problem
        assert told(problem) != problem


def test_a_step_keeps_its_numbers_in_another_language():
    with translation.override("tr"):
        assert told("less VAT 20% at home") == "yurt içi KDV 20% düşüldü"
        assert "-5 TRY" in told(
            "no base price: the store gave -5 TRY as regular price, and a price is above zero and below 1000000000000"
        )


def test_what_nobody_knows_is_shown_as_it_is():
    assert (told("50 % off, they said"), step_word("magic"), told("")) == ("50 % off, they said", "magic", "")


def test_a_vat_rate_of_half_a_per_cent_is_not_rounded_in_words():
    row = table("prices.md", "Worked examples")[0] | {"VAT": "0.055"}

    assert ("VAT", "+ 5.5%") in [(n, why) for n, _, why in price_on(given(row), (Decimal("0.025"), DAY)).steps]
