"""What an order is, and what of it lives, by the youngest news of each of its packages. Pure.

docs/rules/order-life.md §3 has the rule; ``parts`` says what is kept of a package.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .parts import AMOUNTS
from .rows import Row, Sold, less, made

_GONE = ("cancelled", "unsupplied")
Parts = Mapping[str, Mapping[str, Any]]


@dataclass(slots=True)
class Picture:
    """Rows of all that was ever bought, of what lives of it and of what is gone, and what is wrong with the news.

    ``amounts`` are those of the packages that tell of the whole, ``off`` what they differ by from their lines, and
    ``living_off`` the same of packages that live; ``shipping`` is that of what lives. ``awaited`` are packages that
    were split and were not told with their lines. ``is_bare``: one lives of which nobody knows what is in it.
    """

    whole: list[Row] = field(default_factory=list)
    living: list[Row] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    amounts: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(AMOUNTS, Decimal(0)))
    off: Decimal = Decimal(0)
    living_off: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    wrong: list[str] = field(default_factory=list)
    awaited: list[str] = field(default_factory=list)
    is_bare: bool = False
    averaged: dict[str, int] = field(default_factory=dict)  # listing → units of which only an average is told

    @property
    def is_over(self) -> bool:
        """Whether nothing of it lives, or may."""
        return not (self.awaited or self.is_bare or any(row.pieces for row in self.living))

    def sold(self) -> Sold:
        """What lives, by listing."""
        found = Sold(shipping=self.shipping)
        for row in self.living:
            found.add(row.listing, row.pieces, row.amount, row.vat_rate)
        return found

    def text(self) -> str:
        """All that matters of it, to see whether it has changed."""
        said = [self.sold().text(with_rates=True), *self.wrong, *self.awaited]
        return "; ".join([*said, *(str(x) for x in (self.off, self.living_off) if x)])


def picture(parts: Parts, *, minor: Decimal, gone: Collection[str] | None = None) -> Picture:
    """``gone``: the packages that are cancelled or not supplied; None: as their own news says. ``minor``: the smallest
    amount of the order's currency.
    """
    seen = Picture()
    dead = {ref for ref, x in parts.items() if x["state"] in _GONE} if gone is None else set(gone)
    told = {ref: x for ref, x in parts.items() if x["rows"]}
    named = {ref for x in parts.values() for ref in x["origins"]}
    seen.awaited = sorted(named - told.keys() - dead)
    seen.is_bare = bool(parts.keys() - told.keys() - dead)
    for refs in _families(told):
        _add_family(seen, {ref: told[ref] for ref in refs}, dead, named, minor)
    return seen


def as_it_lives(seen: Picture, minor: Decimal) -> Picture:
    """What a person accepts: all that lives and nothing else, at the totals told. What these differ by from their lines
    goes on the row of the largest amount.
    """
    living = [row for row in seen.living if row.pieces]
    if living:
        most = max(range(len(living)), key=lambda i: living[i].amount)
        living[most] = replace(living[most], amount=living[most].amount + seen.living_off)
    amounts = {
        name: sum((Decimal(row.facts[f"unit_{name}"]) * row.pieces for row in living), Decimal(0)).quantize(
            minor, ROUND_HALF_UP
        )
        for name in ("gross", "seller_discount", "channel_discount")
    }
    amounts |= {"shipping": seen.shipping, "total": sum((row.amount for row in living), seen.shipping)}
    return Picture(whole=living, living=living, amounts=amounts, shipping=seen.shipping, averaged=seen.averaged)


def differs(seen: Picture, sold: Sold, *, minor: Decimal, they: str) -> str:
    """Why ``sold`` is not what lives, for a person to read; empty: it is, to the cent. ``they``: how to call it.

    Half a minor unit a unit is explained where prices are told as averages over units.
    """
    if seen.wrong or seen.living_off:
        off = [f"{seen.living_off:+} of the total told is on no line"] if seen.living_off else []
        return "; ".join([*seen.wrong, *off])
    living = seen.sold()
    is_same = sold.is_as(living, {ref: minor / 2 * units for ref, units in seen.averaged.items()})
    if is_same and sold.has_rates_of(living):
        return ""
    texts = [x.text(with_rates=is_same) for x in (sold, living)]
    return f"{they} {texts[0]}, and what lives on the marketplace is {texts[1]}"


def _families(told: Parts) -> list[list[str]]:
    """Refs of the packages that came from one another; an origin may be the first of a chain.

    What came from packages that are not told belongs to a whole that is, as long as it can be pieces of it.
    """
    families: list[set[str]] = []
    for ref, part in told.items():
        own = {ref, *part["origins"]}
        own = own.union(*(x for x in families if x & own))
        families = [*(x for x in families if not x & own), own]
    found = [sorted(x & told.keys()) for x in families]
    wholes = [x for x in found if any(not told[ref]["origins"] for ref in x)]
    strays = [x for x in found if x not in wholes]
    for stray in strays:
        home = next((x for x in wholes if _can_hold(told, x, stray)), None)
        if home is None:
            wholes.append(stray)
        else:
            home += stray
    return [sorted(x) for x in wholes]


def _can_hold(told: Parts, family: list[str], stray: list[str]) -> bool:
    """Whether a family has told of a whole that was split, and has room for a stray one."""
    named = {origin for ref in family for origin in told[ref]["origins"]}
    tops = [ref for ref in family if not told[ref]["origins"]]
    split = [ref for ref in tops if ref in named or told[ref]["state"] == "superseded"]
    left: dict[str, int] = {}
    parts = [ref for ref in (*_leaves(told, family), *_leaves(told, stray)) if ref not in tops]
    for sign, refs in ((1, split), (-1, parts)):
        for row in (row for ref in refs for row in told[ref]["rows"]):
            left[row["listing"]] = left.get(row["listing"], 0) + sign * row["pieces"]
    return bool(split) and all(n >= 0 for n in left.values())


def _leaves(told: Parts, refs: Collection[str]) -> list[str]:
    """Packages that were not split again, as far as is known."""
    named = {origin for ref in refs for origin in told[ref]["origins"]}
    return [ref for ref in refs if ref not in named and told[ref]["state"] != "superseded"]


def _add_family(seen: Picture, family: Parts, dead: Collection[str], named: Collection[str], minor: Decimal) -> None:
    """Add packages that came from one another. A whole is known by the packages that came from none; where these are
    not told, by those that came from nothing that is.
    """
    leaves = {ref: family[ref] for ref in family if ref not in named and family[ref]["state"] != "superseded"}
    tops = {ref: x for ref, x in family.items() if not x["origins"]}
    firsts = tops or {ref: x for ref, x in family.items() if not family.keys() & set(x["origins"])}
    for ref, part in leaves.items():
        (seen.gone if ref in dead else seen.living).extend(_rows(part))
        if ref not in dead:
            seen.shipping += Decimal(part["shipping"])
            seen.living_off += Decimal(part["off"])
            if Decimal(part["off"]) and ref not in firsts:
                seen.wrong.append(f"package {ref} comes to another total than its lines")
    rows = [row for part in firsts.values() for row in _rows(part)]
    _add_averaged(seen, rows, [row for part in leaves.values() for row in _rows(part)])
    if not tops:
        rest = _rest_of_parts(family, leaves, named, minor)
        seen.living += rest
        rows = [*(row for part in leaves.values() for row in _rows(part)), *rest]
    elif set(leaves) != set(tops):
        rest, fits = _add_rest(seen, family, leaves, dead, minor)
        if not fits:
            seen.wrong.append(f"{_named(tops)} was told, and what came from it is told as {_named(leaves)}")
            rows = [*(row for part in leaves.values() for row in _rows(part)), *rest]
    seen.whole += rows
    for part in firsts.values():
        seen.off += Decimal(part["off"])
        for name in AMOUNTS:
            seen.amounts[name] += Decimal(part[name])


def _add_averaged(seen: Picture, whole: Sequence[Row], parts: Sequence[Row]) -> None:
    """However often the same units are told of: as they were, or as they were split."""
    for listing in {row.listing for row in whole}:
        told = (sum(row.averaged for row in rows if row.listing == listing) for rows in (whole, parts))
        seen.averaged[listing] = seen.averaged.get(listing, 0) + max(told)


def _rest_of_parts(family: Parts, leaves: Parts, named: Collection[str], minor: Decimal) -> list[Row]:
    """Of parts that were split again, before the whole is told: what none that was told since can be a piece of."""
    found = []
    for ref, part in family.items():
        if part["state"] == "superseded" and ref not in named:
            since = [row for x in leaves.values() if x["at"] >= part["at"] for row in _rows(x)]
            rest, _ = less(_rows(part), since, minor)
            found += [row for row in rest if row.pieces]
    return found


def _add_rest(
    seen: Picture, family: Parts, leaves: Parts, dead: Collection[str], minor: Decimal
) -> tuple[list[Row], bool]:  # fmt: skip
    """What is left of a split whole, and told of by no package yet; whether what is told can be pieces of it at all.

    It lives as the package does that it was last seen in. Where it cannot be, no more is left than the whole had more
    pieces in all.
    """
    tops = {ref: x for ref, x in family.items() if not x["origins"]}
    parts = {ref: x for ref, x in leaves.items() if ref not in tops}
    split = {ref: x for ref, x in tops.items() if ref not in leaves}
    whole, pieces = [row for x in split.values() for row in _rows(x)], [row for x in parts.values() for row in _rows(x)]
    rest, fits = less(whole, pieces, minor)
    shipping = sum((Decimal(x["shipping"]) for x in split.values()), Decimal(0))
    shipping -= sum((Decimal(x["shipping"]) for x in parts.values()), Decimal(0))
    rounding = minor / 2 * sum(row.averaged for row in (*whole, *pieces))
    fits = fits and shipping >= 0 and _is_used_up(rest, rounding)
    if not fits:
        rest = _first_pieces(rest, sum(row.pieces for row in whole) - sum(row.pieces for row in pieces))
        shipping = max(shipping, Decimal(0))
    left = rest
    for ref in _split_again(family, tops) if fits else ():
        is_dead, own, freight = ref in dead, *_own_rest(family, ref, minor)
        after, _ = less(left, own, minor)
        (seen.gone if is_dead else seen.living).extend(less(left, after, minor)[0])
        left, freight = after, min(shipping, freight)
        seen.shipping, shipping = seen.shipping + (Decimal(0) if is_dead else freight), shipping - freight
    if any(ref not in dead for ref in split):
        seen.living += left
        seen.shipping += shipping
    else:
        seen.gone += left
    return rest, fits


def _split_again(family: Parts, tops: Parts) -> list[str]:
    """Packages that came from another, and others from them."""
    named = {origin for x in family.values() for origin in x["origins"]}
    return [ref for ref in family if ref in named and ref not in tops]


def _own_rest(family: Parts, ref: str, minor: Decimal) -> tuple[list[Row], Decimal]:
    """What of a split package went into none that is told, and its shipping.

    What names only the first of the chain is taken for a piece of it where it was first told after the split.
    """
    split_at, above = family[ref].get("ended", family[ref]["at"]), set(family[ref]["origins"])
    heirs = {heir for heir, x in family.items() if ref in x["origins"]}
    heirs |= {
        heir for heir, x in family.items() if above & set(x["origins"]) and x["since"] >= split_at and heir != ref
    }
    heirs -= {heir for heir in heirs if heirs & set(family[heir]["origins"])}  # those that came from one of them
    rest, _ = less(_rows(family[ref]), [row for heir in heirs for row in _rows(family[heir])], minor)
    shipping = Decimal(family[ref]["shipping"]) - sum(Decimal(family[heir]["shipping"]) for heir in heirs)
    return [row for row in rest if row.pieces], max(Decimal(0), shipping)


def _is_used_up(rest: Sequence[Row], rounding: Decimal) -> bool:
    """Whether a listing of which no piece is left comes to nothing."""
    left = {row.listing for row in rest if row.pieces}
    over: dict[str, Decimal] = {}
    for row in (row for row in rest if row.listing not in left):
        over[row.listing] = over.get(row.listing, Decimal(0)) + row.amount
    return all(abs(amount) <= rounding for amount in over.values())


def _first_pieces(rows: Sequence[Row], most: int) -> list[Row]:
    found = []
    for row in rows:
        pieces = max(0, min(most, row.pieces))
        if pieces:
            found.append(replace(row, pieces=pieces, amount=row.amount * pieces / row.pieces))
        most -= pieces
    return found


def _rows(part: Mapping[str, Any]) -> list[Row]:
    return [made(row) for row in part["rows"]]


def _named(parts: Parts) -> str:
    found = Sold(shipping=sum((Decimal(x["shipping"]) for x in parts.values()), Decimal(0)))
    for row in (row for part in parts.values() for row in _rows(part)):
        found.add(row.listing, row.pieces, row.amount, row.vat_rate)
    return f"package {', '.join(sorted(parts))} ({found.text()})"
