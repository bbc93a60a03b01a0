"""Pieces of a listing with what the buyer pays for them: added up, compared, taken from one another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from entrepot.core.ids import fingerprint

from .parts import FACTS

_LONGEST = 64  # letters of a line's ref


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces under one ref. ``units``: the price of each, where that is told; ``facts``: as ``parts`` keeps them."""

    ref: str
    listing: str
    pieces: int
    amount: Decimal
    averaged: int = 0
    units: tuple[Decimal, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def price(self) -> Decimal:
        """Of one piece, as told."""
        return Decimal(self.facts["unit_price"])

    @property
    def vat_rate(self) -> Decimal:
        """A fraction."""
        return Decimal(self.facts["vat_rate"])

    def can_hold(self, pieces: int, amount: Decimal, minor: Decimal) -> bool:
        """Whether so many of these pieces can come to ``amount``: to the cent where units are told, else about."""
        if self.units and len(self.units) == self.pieces:
            units = sorted(self.units)
            return sum(units[:pieces]) - minor <= amount <= sum(units[-pieces:]) + minor if pieces else not amount
        return abs(amount - self.amount / (self.pieces or 1) * pieces) <= minor * pieces


def made(kept: Mapping[str, Any]) -> Row:
    """A row as it is kept in a part."""
    return Row(
        ref=kept["ref"], listing=kept["listing"], pieces=kept["pieces"], amount=Decimal(kept["amount"]),
        averaged=kept["averaged"], units=tuple(Decimal(u) for u in kept["units"]),
        facts={name: kept[name] for name in (*FACTS, "sku", "title")},
    )  # fmt: skip


def by_ref(rows: Iterable[Row]) -> dict[str, Row]:
    """One row a ref: what goes by one name is one line, as long as it is of one listing."""
    found: dict[str, Row] = {}
    for told in rows:
        is_other = told.ref in found and found[told.ref].listing != told.listing
        row = replace(told, ref=_apart(told)) if is_other else told
        same = found.get(row.ref)
        both = same and replace(row, pieces=same.pieces + row.pieces, amount=same.amount + row.amount, units=())
        found[row.ref] = both or row
    return found


def _apart(row: Row) -> str:
    """A name that goes with the listing too, no longer than a line's may be."""
    name = f"{row.ref}/{row.listing}"
    return name if len(name) <= _LONGEST else f"{row.ref[:47]}/{fingerprint(name)[:16]}"


def less(whole: Sequence[Row], parts: Sequence[Row], minor: Decimal) -> tuple[list[Row], bool]:
    """What is left of ``whole`` without ``parts``, and whether they can be pieces of it: goods, pieces and prices.

    A part is taken from the row of its own ref first, then from one with its price, then from one that can have it.
    """
    left, fits = [[row, row.pieces, row.amount] for row in whole], True
    for part in parts:
        rest, owed = part.pieces, part.amount
        same = [x for x in left if x[0].listing == part.listing]
        for one in sorted(same, key=lambda x: _distance(x[0], part, minor)):
            if taken := min(rest, one[1]):
                share = owed if taken == rest else (owed * taken / rest).quantize(minor, ROUND_HALF_UP)
                fits = fits and (one[0].can_hold(taken, share, minor))
                one[1], one[2], rest, owed = one[1] - taken, one[2] - share, rest - taken, owed - share
        fits = fits and not rest
    return _levelled([replace(row, pieces=n, amount=amount, units=()) for row, n, amount in left]), fits


def _distance(row: Row, part: Row, minor: Decimal) -> tuple[bool, bool, bool]:
    pieces = min(row.pieces, part.pieces)
    share = part.amount * pieces / (part.pieces or 1)
    return row.ref != part.ref, row.price != part.price, not row.can_hold(pieces, share, minor)


def _levelled(rows: Sequence[Row]) -> list[Row]:
    """What a row of no pieces still comes to belongs to another of its listing, if there is one."""
    found = list(rows)
    for n, row in enumerate(found):
        heir = next((m for m, x in enumerate(found) if x.listing == row.listing and x.pieces), None)
        if not row.pieces and row.amount and heir is not None:
            found[n] = replace(row, amount=Decimal(0))
            found[heir] = replace(found[heir], amount=found[heir].amount + row.amount)
    return found


@dataclass(slots=True)
class Sold:
    """Pieces, amount and VAT rates by listing ref, and shipping, in the order's own currency."""

    pieces: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    rates: dict[str, set[Decimal]] = field(default_factory=dict)
    shipping: Decimal = Decimal(0)

    def add(self, listing: str, pieces: int, amount: Decimal, vat_rate: Decimal) -> None:
        """More of a listing."""
        if pieces:
            self.rates.setdefault(listing, set()).add(vat_rate)
        self.pieces[listing] = self.pieces.get(listing, 0) + pieces
        self.amounts[listing] = self.amounts.get(listing, Decimal(0)) + amount

    @property
    def total(self) -> Decimal:
        """With shipping."""
        return sum(self.amounts.values(), self.shipping)

    def text(self, *, with_rates: bool = False) -> str:
        """For a person to read."""
        said = []
        for ref, n in sorted(self.pieces.items()):
            rates = ", ".join(f"{rate * 100:.2f}".rstrip("0").rstrip(".") for rate in sorted(self.rates.get(ref, ())))
            if n:
                said.append(f"{ref} × {n} at {self.amounts[ref]:.2f}" + (f" with {rates} % VAT" if with_rates else ""))
        said += [f"shipping {self.shipping:.2f}"] if self.shipping else []
        return ", ".join(said) or "nothing"

    def is_as(self, other: Sold, rounding: Mapping[str, Decimal]) -> bool:
        """Whether both are the same to the cent, but for the ``rounding`` of a listing that averages explain."""
        none = Decimal(0)
        pieces = [{ref: n for ref, n in x.pieces.items() if n} for x in (self, other)]
        refs = self.amounts.keys() | other.amounts.keys()
        off = {ref: abs(self.amounts.get(ref, none) - other.amounts.get(ref, none)) for ref in refs}
        is_near = all(amount <= rounding.get(ref, none) for ref, amount in off.items())
        return pieces[0] == pieces[1] and is_near and self.shipping == other.shipping

    def has_rates_of(self, other: Sold) -> bool:
        """Whether VAT is the same, of every listing of which there is a piece."""
        return {r: x for r, x in self.rates.items() if self.pieces[r]} == {
            r: x for r, x in other.rates.items() if other.pieces[r]
        }
