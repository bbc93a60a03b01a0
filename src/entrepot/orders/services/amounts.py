"""Amounts of an order as sent, and whether they add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from entrepot.core.money import minor_unit
from entrepot.kit import records

from ..models import Line, Order
from ..sums import averaged_units, difference
from .lines import Counted


def take_amounts(order: Order, packages: Sequence[records.Package], counted: Counted, lines: Sequence[Line]) -> None:
    """Amounts of the packages that brought new lines come on top; an order of one package takes its latest amounts.

    A difference that averaging explains goes on the line that was averaged over most units; any other is kept, and
    holds the order.
    """
    anew = _told_anew(order, packages, counted)
    if counted.is_whole or anew:
        order.gross = order.seller_discount = order.channel_discount = order.shipping = order.total = Decimal(0)
        order.difference = Decimal(0)
    for p in anew or counted.packages:
        order.gross += p.gross
        order.seller_discount += p.seller_discount
        order.channel_discount += p.channel_discount
        order.shipping += p.shipping
        order.total += p.total
        order.difference += _unexplained(p, lines)


def _told_anew(order: Order, packages: Sequence[records.Package], counted: Counted) -> list[records.Package]:
    """The youngest news of the only package that the order ever had; empty where it is none."""
    if counted.packages or len(order.told_refs) != 1 or order.replaced_refs:
        return []
    youngest = max(packages, key=lambda p: p.modified_at)
    is_news = youngest.modified_at >= order.modified_at and youngest.state != "superseded" and youngest.lines
    return [youngest] if is_news else []


def _unexplained(package: records.Package, lines: Sequence[Line]) -> Decimal:
    rest = difference(package.total, package.lines, package.shipping, package.currency)
    units = {x.line_ref: averaged_units(x) for x in package.lines}
    if not rest or abs(rest) > minor_unit(package.currency) / 2 * sum(units.values()):
        return rest
    ref = max(units, key=lambda r: units[r])
    line = next(x for x in lines if ref in (x.line_ref, *x.split_refs))
    exact = next(x for x in package.lines if x.line_ref == ref)
    line.line_total = (exact.unit_price * exact.quantity).quantize(minor_unit(package.currency)) + rest
    line.save(update_fields=["line_total"])
    return Decimal(0)
