"""An order whose packages are told anew: what is followed, and what a person has to see to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from entrepot.core.ids import fingerprint
from entrepot.kit import records

from ..models import Line, Order
from .entry import Entry, nothing_sent
from .lines import made_line, more_pieces

_SAYS = (
    "quantity",
    "unit_gross",
    "unit_seller_discount",
    "unit_channel_discount",
    "unit_price",
    "vat_rate",
    "line_total",
)
_NOTHING_SOLD = ("superseded", "cancelled", "unsupplied")
_GOODS = ("listing_ref", "sku", "title", "variant_id")


def correct_lines(entry: Entry, package: records.Package, variants: Mapping[str, int]) -> None:
    """Lines of an order as its only package tells them anew; ``variants``: listing ref → variant id.

    Nothing of it was sent: the lines are as told now; one that is told no more has no pieces, and what a person mapped
    stays. It was sent: pieces that are new are lines of their own, promised, and said by ``late``. Lines of which
    pieces are cancelled stay as they are; the sum of the order tells whether that is right.
    """
    told: dict[str, list[records.Line]] = {}
    for theirs in package.lines:
        told.setdefault(theirs.line_ref, []).append(theirs)
    known = entry.by_ref()
    made = {ref: made_line(entry.order, ref, same, variants) for ref, same in told.items()}
    if not _differs(known, made):
        return
    may_change = nothing_sent(entry.order)
    for ref, new in made.items():
        if (line := known.get(ref)) is None:
            entry.lines.append(new)
        elif line.cancelled_quantity:
            continue
        elif may_change:
            _follow(entry, line, new)
        else:
            more_pieces(entry, line, new.quantity, new.line_total)
    if may_change:
        for line in entry.lines:
            if (
                line.pk is not None
                and not line.cancelled_quantity
                and not told.keys() & {line.line_ref, *line.split_refs}
            ):
                _follow(entry, line, _made_of_nothing(line))


def _differs(known: Mapping[str, Line], made: Mapping[str, Line]) -> bool:
    """Whether lines are told otherwise than they are kept; what a person mapped is no difference."""
    names = (*_SAYS, "listing_ref")
    for ref, new in made.items():
        line = known.get(ref)
        if line is None or any(getattr(new, name) != getattr(line, name) for name in names):
            return True
    return any(not made.keys() & {x.line_ref, *x.split_refs} for x in known.values())


def _made_of_nothing(line: Line) -> Line:
    """What is left of a line that the marketplace has taken out."""
    kept = {name: getattr(line, name) for name in (*_SAYS, *_GOODS)}
    return Line(**{**kept, "quantity": 0, "line_total": Decimal(0)})


def _follow(entry: Entry, line: Line, new: Line) -> None:
    names = _SAYS if new.listing_ref == line.listing_ref else (*_SAYS, *_GOODS)
    changed = [name for name in names if getattr(new, name) != getattr(line, name)]
    for name in changed:
        setattr(line, name, getattr(new, name))
    if changed:
        entry.touched.append(line)
    if {"quantity", "variant_id"} & set(changed):
        entry.grown.append(line)  # it is promised anew


def goods_of(package: records.Package) -> str:
    """What a package says of its lines, in short: two of the same are equal."""
    told = sorted((x.line_ref, x.listing_ref, x.quantity, str(x.unit_price), str(x.vat_rate)) for x in package.lines)
    return fingerprint(told)[:16]


def differing(kept: Mapping[str, Any], package: records.Package, amounts: Sequence[Decimal]) -> dict[str, Any]:
    """``kept`` of a package that is one of several, with what is told now where its amounts or lines have changed.

    Older news than what is known says nothing; nor does a package of which nothing is sold any more.
    """
    stamp = package.modified_at.isoformat()
    if stamp < kept.get("at", ""):
        return dict(kept)
    now = {k: v for k, v in kept.items() if k != "now"} | {"at": stamp}
    if package.state in _NOTHING_SOLD:
        return now
    goods = goods_of(package)
    is_same = [Decimal(x) for x in kept["amounts"][: len(amounts)]] == list(amounts)
    if is_same and kept.get("goods", goods) == goods:
        return now | {"goods": goods}
    told = {"total": str(package.total), "goods": goods}
    return now if kept.get("seen") == told else now | {"now": told}


def seen_otherwise(order: Order) -> dict[str, Any]:
    """``counted`` of the order after a person has seen to what is told otherwise now."""
    return {
        ref: {k: v for k, v in kept.items() if k != "now"} | ({"seen": kept["now"]} if kept.get("now") else {})
        for ref, kept in order.counted.items()
    }


def told_otherwise(order: Order) -> list[str]:
    """What packages came to when they were counted, and come to as they are told now; where that differs."""
    found = []
    for ref, kept in sorted(order.counted.items()):
        if now := kept.get("now"):
            before, after = kept["amounts"][-2], now["total"]
            is_same = Decimal(before) == Decimal(after)
            what = (
                "other goods or prices now"
                if is_same
                else f"{after} {order.currency} now, not {before} {order.currency}"
            )
            found.append(f"package {ref} is told with {what}")
    return found
