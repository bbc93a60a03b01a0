"""Whether an order adds up. Pure. docs/rules/order-life.md has the rule in prose."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from entrepot.core.money import minor_unit
from entrepot.kit import records


def line_total(line: records.Line, currency: str) -> Decimal:
    """What the buyer pays for all units of a line: the sum of the units where they differ, else unit × quantity."""
    units = line.unit_prices
    exact = sum(units, Decimal(0)) if len(units) == line.quantity else line.unit_price * line.quantity
    return exact.quantize(minor_unit(currency), ROUND_HALF_UP)


def difference(total: Decimal, lines: Sequence[records.Line], shipping: Decimal, currency: str) -> Decimal:
    """Sent total less what lines and shipping come to; zero when the order adds up.

    Trendyol sends per-unit discounts as averages over units: a line may be off by half a minor unit a unit, which is
    what the package total then decides. Source: trendyol.md §5.4, "discounts are averages over discountDetails".
    """
    computed = sum((line_total(x, currency) for x in lines), Decimal(0)) + shipping
    return (total - computed).quantize(minor_unit(currency), ROUND_HALF_UP)
