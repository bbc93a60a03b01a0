"""What of an order lives on the marketplace, by the youngest news of each of its packages. Pure.

Parts are {package ref: {"at": ISO instant, "state": …, "origins": [refs], "rows": [[listing ref, pieces, amount as
text, units that have only an average]], "shipping": text, "total": text}}; docs/rules/order-life.md §3 has the rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from entrepot.kit import records

from .sums import averaged_units, line_total

_GONE = ("cancelled", "unsupplied")


@dataclass(slots=True)
class Sold:
    """Pieces and amount by listing ref, and shipping, in the order's own currency."""

    pieces: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    shipping: Decimal = Decimal(0)

    def add(self, listing_ref: str, pieces: int, amount: Decimal) -> None:
        """More of a listing; of less where both are negative."""
        self.pieces[listing_ref] = self.pieces.get(listing_ref, 0) + pieces
        self.amounts[listing_ref] = self.amounts.get(listing_ref, Decimal(0)) + amount

    def text(self) -> str:
        """For a person to read."""
        said = [f"{ref} × {n} at {self.amounts[ref]:.2f}" for ref, n in sorted(self.pieces.items()) if n]
        said += [f"shipping {self.shipping:.2f}"] if self.shipping else []
        return ", ".join(said) or "nothing"


def told_parts(parts: Mapping[str, Any], packages: Iterable[records.Package]) -> dict[str, Any]:
    """``parts`` after more news: older than known says nothing; without lines the rows that are known stay."""
    kept = dict(parts)
    for p in sorted(packages, key=lambda p: p.modified_at):
        before = kept.get(p.package_ref)
        if before is not None and p.modified_at.isoformat() < before["at"]:
            continue
        now: dict[str, Any] = {"at": p.modified_at.isoformat(), "state": p.state, "origins": sorted(p.origin_refs)}
        if p.lines or before is None:
            now["rows"] = [
                [x.listing_ref, x.quantity, str(line_total(x, p.currency)), averaged_units(x)] for x in p.lines
            ]
            now |= {"shipping": str(p.shipping), "total": str(p.total)}
        kept[p.package_ref] = {**(before or {}), **now}
    return kept


def pieces_of(parts: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Pieces by listing ref, of whatever state."""
    found = Counter[str]()
    for part in parts:
        for listing_ref, pieces, _, _ in part["rows"]:
            found[listing_ref] += pieces
    return found


def differs(parts: Mapping[str, Any], sold: Sold, *, minor: Decimal) -> str:
    """Why ``sold`` is not what lives on the marketplace, for a person to read; empty: it is, to the cent.

    Half a minor unit a unit is explained where prices are told as averages over units.
    """
    living, told = lives(parts, minor=minor)
    if told:
        return "; ".join(told)
    rounding = _rounding(parts.values(), minor)
    is_same = {k: n for k, n in living.pieces.items() if n} == {k: n for k, n in sold.pieces.items() if n}
    refs_off = [k for k, x in living.amounts.items() if abs(x - sold.amounts.get(k, Decimal(0))) > rounding]
    both = [sum(x.amounts.values(), x.shipping) for x in (living, sold)]
    if is_same and not refs_off and living.shipping == sold.shipping and abs(both[0] - both[1]) <= rounding:
        return ""
    return f"{sold.text()} would be sold, and what lives on the marketplace is {living.text()}"


def lives(parts: Mapping[str, Any], *, minor: Decimal) -> tuple[Sold, list[str]]:
    """What lives on the marketplace, and what of the news contradicts itself, for a person to read."""
    living, told = Sold(), []
    for refs in _families(parts):
        told += _add_family({ref: parts[ref] for ref in refs}, living, minor)
    return living, told


def is_told_bare(parts: Mapping[str, Any]) -> bool:
    """Whether a package lives of which nobody knows what is in it."""
    return any(not x["rows"] and x["state"] not in (*_GONE, "superseded") for x in parts.values())


def _families(parts: Mapping[str, Any]) -> list[list[str]]:
    """Refs of the packages that came from one another, told ones only; an origin may be the first of a chain."""
    families: list[set[str]] = []
    for ref, part in parts.items():
        own = {ref, *part["origins"]}
        own = own.union(*(x for x in families if x & own))
        families = [*(x for x in families if not x & own), own]
    return [sorted(x & parts.keys()) for x in families]


def _add_family(family: Mapping[str, Any], living: Sold, minor: Decimal) -> list[str]:
    """Add what lives of packages that came from one another; what of their news contradicts itself."""
    replaced = {ref for part in family.values() for ref in part["origins"]}
    tops = {ref: x for ref, x in family.items() if not x["origins"]}
    leaves = {ref: x for ref, x in family.items() if ref not in replaced and x["state"] != "superseded"}
    said = [f"package {ref} comes to another total than its lines" for ref, x in leaves.items() if _is_off(x, minor)]
    for part in leaves.values():
        if part["state"] not in _GONE:
            _add(living, part, 1)
    if set(leaves) == set(tops) or not tops:
        return said
    rest = Sold()
    for sign, some in ((1, tops), (-1, leaves)):
        for part in some.values():
            _add(rest, part, sign)
    if any(n < 0 for n in rest.pieces.values()) or rest.shipping < 0 or _is_untrue(tops, leaves, rest, minor):
        return [*said, f"{_named(tops)} was told, and what came from it is told as {_named(leaves)}"]
    if any(x["state"] not in _GONE for x in tops.values()):
        for listing_ref, pieces in rest.pieces.items():
            if pieces:
                living.add(listing_ref, pieces, rest.amounts[listing_ref])
        living.shipping += rest.shipping
    return said


def _is_untrue(tops: Mapping[str, Any], leaves: Mapping[str, Any], rest: Sold, minor: Decimal) -> bool:
    """Whether pieces that are told of a split package have other prices than it had."""
    rounding = _rounding([*tops.values(), *leaves.values()], minor)
    if any(not n and abs(rest.amounts[ref]) > rounding for ref, n in rest.pieces.items()):
        return True
    units: dict[str, list[Decimal]] = {}
    for part in tops.values():
        for ref, pieces, amount, _ in part["rows"]:
            units.setdefault(ref, []).append(Decimal(amount) / (pieces or 1))
    told = [row for part in leaves.values() for row in part["rows"] if rest.pieces[row[0]]]
    return any(
        all(abs(Decimal(amount) - unit * pieces) > minor * pieces for unit in units[ref])
        for ref, pieces, amount, _ in told
    )


def _is_off(part: Mapping[str, Any], minor: Decimal) -> bool:
    computed = sum((Decimal(amount) for _, _, amount, _ in part["rows"]), Decimal(part["shipping"]))
    is_living = part["state"] not in _GONE and bool(part["rows"])
    return is_living and abs(Decimal(part["total"]) - computed) > _rounding([part], minor)


def _add(sold: Sold, part: Mapping[str, Any], sign: int) -> None:
    for listing_ref, pieces, amount, _ in part["rows"]:
        sold.add(listing_ref, sign * pieces, sign * Decimal(amount))
    sold.shipping += sign * Decimal(part["shipping"])


def _rounding(parts: Iterable[Mapping[str, Any]], minor: Decimal) -> Decimal:
    return minor / 2 * sum(averaged for part in parts for _, _, _, averaged in part["rows"])


def _named(parts: Mapping[str, Any]) -> str:
    found = Sold()
    for part in parts.values():
        _add(found, part, 1)
    refs: Sequence[str] = sorted(parts)
    return f"package {', '.join(refs)} ({found.text()})"
