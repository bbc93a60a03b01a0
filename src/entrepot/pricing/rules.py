"""The arithmetic of a storefront price. Pure: no database, no clock. docs/rules/prices.md has the same in prose."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from entrepot.core.money import minor_unit

_KEPT = Decimal("0.01")  # the smallest amount that a price is kept with
_MOST = Decimal(10) ** 12  # what it stays below
ENDINGS = ("none", "0.99", "0.95", "0.90", "1")  # of a price; 1: whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a price is made from. Rates are fractions; ``fixed_fee`` is in the target currency, tax included."""

    regular: Decimal
    sale: Decimal | None
    cost: Decimal | None
    currency: str
    is_tax_included: bool
    home_vat_rate: Decimal | None
    target: str
    vat_rate: Decimal | None
    markup_rate: Decimal = Decimal(0)
    fixed_fee: Decimal = Decimal(0)
    fx_margin_rate: Decimal = Decimal(0)
    minimum_margin_rate: Decimal | None = None
    ending: str = "none"


@dataclass(slots=True)
class Result:
    """The prices, tax included, and each step of the sale price; or the problem, and no price at all."""

    list_price: Decimal | None = None
    sale_price: Decimal | None = None
    problem: str = ""
    steps: list[tuple[str, str, str]] = field(default_factory=list)


def price_on(given: Given, rate: tuple[Decimal, date] | None) -> Result:
    """The price on a storefront by the rule, step by step.

    Example: 120.00 TRY tax included at 20 %, rate 0.025, markup 30 %, VAT 19 %, ending 0.99 →
    net 100.00 → 2.50 EUR → 3.25 → 3.8675 → 3.99 EUR.
    """
    problem = _problem(given, rate)
    if problem or rate is None:
        return Result(problem=problem)
    steps: list[tuple[str, str, str]] = []
    sale = _chain(given, given.regular if given.sale is None else given.sale, rate, steps)
    listed = sale if given.sale is None else _chain(given, given.regular, rate, [])
    if max(listed, sale) >= _MOST:
        return Result(problem=f"comes out at {max(listed, sale)} {given.target}: prices are kept below {_MOST}")
    return Result(list_price=max(listed, sale), sale_price=sale, steps=steps)


def unkept(currency: str) -> str:
    """Why prices in this currency cannot be kept, and which can; empty: they can.

    Prices have two decimals (numeric(14, 2)); a currency with three would lose its last one.
    """
    coin = minor_unit(currency)
    if coin >= _KEPT:
        return ""
    return (
        f"{currency} has a coin of {coin}, and prices are kept with two decimals; allowed are currencies with two "
        "decimals or none, such as EUR, USD, TRY, SAR or JPY"
    )


def _problem(given: Given, rate: tuple[Decimal, date] | None) -> str:
    if why := unkept(given.target):
        return why
    if given.vat_rate is None:
        return "VAT rate is unknown: give it on the variant or in the storefront's rule"
    if given.is_tax_included and given.home_vat_rate is None:
        return "VAT rate at home is unknown, and the base price includes it"
    if rate is None:
        return f"no exchange rate from {given.currency} to {given.target} that is new enough for the day"
    if given.minimum_margin_rate is not None and given.cost is None:
        return "cost is unknown, so the minimum margin cannot be held"
    return ""


def _chain(given: Given, amount: Decimal, rate: tuple[Decimal, date], steps: list[tuple[str, str, str]]) -> Decimal:
    assert given.vat_rate is not None

    def step(name: str, value: Decimal, why: str) -> Decimal:
        steps.append((name, format(value.quantize(Decimal("0.0001"), ROUND_HALF_UP), "f"), why))
        return value

    value = step("base", amount, f"{given.currency}, {'with' if given.is_tax_included else 'without'} tax")
    if given.is_tax_included:
        assert given.home_vat_rate is not None
        value = step("net", value / (1 + given.home_vat_rate), f"less VAT {_percent(given.home_vat_rate)} at home")
    factor = Decimal(1) if given.currency == given.target else rate[0] * (1 + given.fx_margin_rate)
    if given.currency != given.target:
        value = step("exchange", value * factor, f"× {factor:.6f}, rate of {rate[1]} in {given.target}")
    if given.markup_rate:
        value = step("markup", value * (1 + given.markup_rate), f"+ {given.markup_rate:.2%}")
    if given.minimum_margin_rate is not None and given.cost is not None:
        floor = given.cost * factor * (1 + given.minimum_margin_rate)
        if value < floor:
            value = step("minimum margin", floor, f"cost + {given.minimum_margin_rate:.2%}")
    value = step("VAT", value * (1 + given.vat_rate), f"+ {_percent(given.vat_rate)}")
    if given.fixed_fee:
        value = step("fee", value + given.fixed_fee, f"+ {given.fixed_fee} {given.target}")
    return step("rounded", rounded(value, given.target, given.ending), f"ending {given.ending}")


def _percent(rate: Decimal) -> str:
    """0.19 is 19%, 0.055 is 5.5%."""
    return f"{(rate * 100).normalize():f}%"


def rounded(value: Decimal, currency: str, ending: str) -> Decimal:
    """``value`` half up to the minor unit; with an ending the next price that has it and is not below ``value``.

    Example: 3.8675 EUR is 3.87; with ending 0.99 it is 3.99; 4.00 with 0.99 is 4.99; 12.01 with ending 1 is 13.
    """
    unit = minor_unit(currency)
    if ending == "none":
        return value.quantize(unit, ROUND_HALF_UP)
    tail = Decimal(0) if ending == "1" else Decimal(ending)
    # A division by 1.2 and back leaves 100.0000…01: what is finer than a hundredth of a cent is no value.
    return (value.quantize(unit / 100, ROUND_HALF_UP) - tail).to_integral_value(ROUND_CEILING) + tail
