"""An order whose packages are told anew: what is followed, and what a person has to see to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

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
    known, may_change = entry.by_ref(), nothing_sent(entry.order)
    for ref, same in told.items():
        new, line = made_line(entry.order, ref, same, variants), known.get(ref)
        if line is None:
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


def differing(kept: Mapping[str, Any], package: records.Package, amounts: Sequence[Decimal]) -> dict[str, Any]:
    """``kept`` of a package that is one of several, with its total as told now where its amounts have changed.

    Older news than what is known says nothing.
    """
    stamp = package.modified_at.isoformat()
    if stamp < kept.get("at", ""):
        return dict(kept)
    now = {k: v for k, v in kept.items() if k != "now"} | {"at": stamp}
    before = [Decimal(x) for x in kept["amounts"][: len(amounts)]]
    is_known = before == list(amounts) or kept.get("seen") == str(package.total)
    return now if is_known else now | {"now": str(package.total)}


def seen_otherwise(order: Order) -> dict[str, Any]:
    """``counted`` of the order after a person has seen to what is told otherwise now."""
    return {
        ref: {k: v for k, v in kept.items() if k != "now"} | ({"seen": kept["now"]} if kept.get("now") else {})
        for ref, kept in order.counted.items()
    }


def told_otherwise(order: Order) -> list[str]:
    """What packages came to when they were counted, and come to as they are told now; where that differs."""
    return [
        f"package {ref} is told with {kept['now']} {order.currency} now, not {kept['amounts'][-2]} {order.currency}"
        for ref, kept in sorted(order.counted.items()) if kept.get("now")
    ]  # fmt: skip
