"""Amounts of an order as sent, and whether they add up."""

from __future__ import annotations

from decimal import Decimal

from entrepot.core.money import minor_unit
from entrepot.kit import records

from ..sums import averaged_units, difference
from .entry import Entry
from .lines import Counted


def take_amounts(entry: Entry, counted: Counted) -> None:
    """Amounts of the packages that brought new lines come on top; an order of one package takes its latest amounts.

    A difference that averaging explains goes on the line that was averaged over most units; any other is kept, and
    holds the order.
    """
    order, anew = entry.order, _told_anew(entry, counted)
    if counted.is_whole or anew:
        order.gross = order.seller_discount = order.channel_discount = order.shipping = order.total = Decimal(0)
        order.difference = Decimal(0)
    for p in anew or counted.packages:
        order.gross += p.gross
        order.seller_discount += p.seller_discount
        order.channel_discount += p.channel_discount
        order.shipping += p.shipping
        order.total += p.total
        order.difference += _unexplained(entry, p)


def _told_anew(entry: Entry, counted: Counted) -> list[records.Package]:
    """The youngest news of the only package that the order ever had; empty where it is none."""
    order = entry.order
    if counted.packages or len(order.told_refs) != 1 or order.replaced_refs:
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
    line = entry.by_ref()[ref]
    line.line_total = total
    entry.touched.append(line)
    return Decimal(0)
