"""Amounts: exact decimals inside, text with two decimals outside."""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

KEPT = Decimal("0.000001")  # the store keeps six decimals of what it was sent
ZERO = Decimal(0)


def kept(value: str | Decimal | None) -> Decimal:
    """As the store keeps an amount; empty is zero."""
    return Decimal(value or "0").quantize(KEPT, ROUND_HALF_UP)


def cents(value: Decimal) -> Decimal:
    """Rounded to the two decimals of the currency."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def tax_cents(value: Decimal, *, prices_include_tax: bool) -> Decimal:
    """A tax amount at two decimals; a half goes down in a shop whose prices include tax, else up."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_DOWN if prices_include_tax else ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """Text without trailing zeros."""
    return f"{value.normalize():f}"


def shown(value: str | Decimal, places: int = 2) -> str:
    """Text with exactly ``places`` decimals."""
    return f"{Decimal(value or '0').quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
