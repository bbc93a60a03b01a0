"""Amounts of an order as sent, and whether they add up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from entrepot.core.money import minor_unit
from entrepot.kit import records

from ..sums import averaged_units, difference
from .correct import correct_lines, differing, goods_of
from .entry import Entry, nothing_sent
from .lines import Counted

AMOUNTS = ("gross", "seller_discount", "channel_discount", "shipping", "total")


def take_amounts(entry: Entry, counted: Counted, variants: Mapping[str, int]) -> None:
    """An order comes to the sum of the packages that are counted; one of a single package takes its latest amounts.

    A package that is told after its successors takes the place of theirs. A difference that averaging explains goes on
    the line that was averaged over most units; any other is kept, and holds the order.
    """
    order, anew = entry.order, _told_anew(entry, counted)
    kept = {} if anew else {ref: x for ref, x in order.counted.items() if ref not in counted.within}
    for p in anew:
        correct_lines(entry, p, variants)
    for p in anew or [*counted.late, *counted.first]:
        amounts = [*(getattr(p, name) for name in AMOUNTS), _unexplained(entry, p)]
        kept[p.package_ref] = {
            "amounts": [str(x) for x in amounts], "origins": list(p.origin_refs), "at": p.modified_at.isoformat(),
            "goods": goods_of(p),
        }  # fmt: skip
    order.counted = kept if anew else {ref: _now(entry, ref, x) for ref, x in kept.items()}
    sums = [[Decimal(x) for x in one["amounts"]] for one in order.counted.values()]
    for name, values in zip((*AMOUNTS, "difference"), zip(*sums, strict=True), strict=False):
        setattr(order, name, sum(values, Decimal(0)))


def _now(entry: Entry, ref: str, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is kept of a counted package, and whether it is told otherwise now. A wrong total of lines that stay as they
    are is followed as long as the store has heard nothing.
    """
    told = [p for p in entry.packages if p.package_ref == ref and p.lines]
    for p in sorted(told, key=lambda p: p.modified_at):
        amounts = [getattr(p, name) for name in AMOUNTS]
        kept = differing(kept, p, amounts)
        if kept.get("now", {}).get("goods") == kept.get("goods") and kept.get("now") and nothing_sent(entry.order):
            right = [str(x) for x in (*amounts, _unexplained(entry, p))]
            kept = {**{k: v for k, v in kept.items() if k != "now"}, "amounts": right}
    return kept


def _told_anew(entry: Entry, counted: Counted) -> list[records.Package]:
    """The youngest news of the only package that the order ever had; empty where it is none."""
    order = entry.order
    if counted.first or counted.late or len(order.told_refs) != 1 or order.replaced_refs:
        return []
    youngest = max(entry.packages, key=lambda p: p.modified_at)
    is_news = youngest.modified_at >= order.modified_at and youngest.state != "superseded" and youngest.lines
    return [youngest] if is_news else []


def _unexplained(entry: Entry, package: records.Package) -> Decimal:
    rest = difference(package.total, package.lines, package.shipping, package.currency)
    units = {x.line_ref: averaged_units(x) for x in package.lines}
    if not rest or abs(rest) > minor_unit(package.currency) / 2 * sum(units.values()):
        return rest
    ref = max(units, key=lambda r: units[r])
    exact = next(x for x in package.lines if x.line_ref == ref)
    total = (exact.unit_price * exact.quantity).quantize(minor_unit(package.currency)) + rest
    line = entry.by_ref().get(ref)
    if line is None or line.quantity != exact.quantity:  # what is kept is not what was told: a person has to see it
        return rest
    line.line_total = total
    entry.touched.append(line)
    return Decimal(0)
