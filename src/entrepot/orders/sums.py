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


def averaged_units(line: records.Line) -> int:
    """Units of a line whose price is told only as an average: several, with a discount, and no price of each."""
    has_discount = bool(line.unit_seller_discount or line.unit_channel_discount)
    return line.quantity if line.quantity > 1 and has_discount and len(line.unit_prices) != line.quantity else 0


def difference(total: Decimal, lines: Sequence[records.Line], shipping: Decimal, currency: str) -> Decimal:
    """Sent total less what lines and shipping come to; zero when the order adds up.

    Discounts of a line may be averages over its units (trendyol.md §5.4): then the line may be off by half a minor
    unit a unit, and the package's total decides. ``averaged_units`` says how many units that explains.
    """
    computed = sum((line_total(x, currency) for x in lines), Decimal(0)) + shipping
    return (total - computed).quantize(minor_unit(currency), ROUND_HALF_UP)
