"""Taking pieces out of an order that a store has already, in words that every connector shares."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """A line of an order as the store holds it: amounts of all its pieces, ``net`` without tax, taxes by the store's
    own ref of the rate.
    """

    line_ref: str
    sku: str
    quantity: int
    net: Decimal
    taxes: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowering:
    """Take (line, pieces, what the buyer pays for them with tax) out of an order, without moving money, and put them
    back on the shelf.

    ``our_ref`` is kept with it there, and is searched for before anything is sent twice.
    """

    store_ref: str
    our_ref: str
    currency: str
    lines: tuple[tuple[HeldLine, int, Decimal], ...]
