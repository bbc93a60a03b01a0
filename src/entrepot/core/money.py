"""Exact money: a Decimal amount and its ISO 4217 currency, never a float."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from .errors import Invalid

# ISO 4217 list one, minor units that are not 2; and the currencies that we meet with 2.
_LIKE_NUMBER = re.compile(r"\D{0,4}\d[\d.,'’\s]*\D{0,4}")  # 12,50 and 1.234,50 and 12 TL
_CODE = 3  # letters of an ISO 4217 code
_MINOR_UNITS = {"BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3, "IQD": 3, "LYD": 3, "JPY": 0, "KRW": 0, "VND": 0,
                "CLP": 0, "ISK": 0, "PYG": 0, "UGX": 0, "XAF": 0, "XOF": 0, "XPF": 0, "RWF": 0, "KMF": 0, "GNF": 0,
                "DJF": 0, "BIF": 0, "VUV": 0}  # fmt: skip


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of ``currency``: 0.01 for EUR, 1 for JPY, 0.001 for KWD. Source: ISO 4217, list one."""
    return Decimal(1).scaleb(-_MINOR_UNITS.get(currency, 2))


def exact(value: str | int | Decimal, *, record: str = "money", field: str = "amount") -> Decimal:
    """``value`` as a finite Decimal.

    Raises:
        Invalid: not a number, not finite, or a float (which has already lost the cents).
    """
    if isinstance(value, (float, bool)):
        raise Invalid(record, field, f"must be a decimal text, not {value!r}")
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise Invalid(record, field, f"is not a number: {value!r}{_meant(value)}") from None
    if not number.is_finite():
        raise Invalid(record, field, f"is not finite: {value!r}")
    return number


def _meant(value: object) -> str:
    """A number as people in many countries write it is not guessed at, but they are told how to write it here."""
    is_like = isinstance(value, str) and _LIKE_NUMBER.fullmatch(value.strip())
    return "; write it with a point and without separators of thousands, such as 1234.50" if is_like else ""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency. Adding two currencies is an error, not a conversion."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", exact(self.amount))
        if len(self.currency) != _CODE or not self.currency.isascii() or not self.currency.isupper():
            raise Invalid("money", "currency", f"must be an ISO 4217 code such as EUR, not {self.currency!r}")

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise Invalid("money", "currency", f"{other.currency} cannot be mixed with {self.currency}")
        return other

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(self.amount * exact(factor, field="factor"), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def rounded(self) -> Money:
        """Half up to the currency's minor unit: 2.675 EUR is 2.68, 10.5 JPY is 11."""
        return Money(self.amount.quantize(minor_unit(self.currency), ROUND_HALF_UP), self.currency)

    def split(self, weights: Iterable[Decimal | int]) -> list[Money]:
        """Shares in proportion to ``weights`` that add up to this amount exactly; the last cents go to the largest.

        Example: 10.00 EUR over (1, 1, 1) is 3.34, 3.33, 3.33.
        """
        parts = [exact(w, field="weight") for w in weights]
        unit, total = minor_unit(self.currency), sum(parts, Decimal(0))
        if total <= 0 or any(p < 0 for p in parts):
            raise Invalid("money", "weights", "must be zero or more, with a sum above zero")
        shares = [(self.amount * p / total).quantize(unit, "ROUND_FLOOR") for p in parts]
        rest = int((self.amount - sum(shares, Decimal(0))) / unit)
        for i in sorted(range(len(parts)), key=lambda i: (-parts[i], i))[:rest]:
            shares[i] += unit
        return [Money(s, self.currency) for s in shares]

    def as_json(self) -> dict[str, str]:
        """``{"amount": "12.50", "currency": "EUR"}``, the only form in which money leaves the house."""
        return {"amount": format(self.amount, "f"), "currency": self.currency}
