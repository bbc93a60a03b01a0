"""Orders and packages: none lost, none twice, none with another total, none alive that was cancelled."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrepot.kit.registry import connector
from proof.counters import Finding
from proof.facts import Facts
from proof.ledgers import TR, Bought, ShopOrder
from proof.rows import rows

_ORDERS = """
SELECT o.order_ref, o.state, o.total, o.currency, o.store_ref, o.hold_reason, o.troubles, o.id FROM orders_order o"""
_UNITS = """
SELECT o.order_ref, l.listing_ref, sum(l.quantity - l.cancelled_quantity) FROM orders_line l
  JOIN orders_order o ON o.id = l.order_id GROUP BY 1, 2"""
_PACKAGES = "SELECT package_ref, state FROM fulfilment_package"
# Who has to decide was told so, in these words of ``orders.states.TROUBLES``: that is an end of what the hub can do.
_TOLD_OF_CANCEL, _TOLD_OF_SUMS = {"cancel", "undone"}, {"total", "part", "late", "cancel"}
_IN_SHOP = ("synced", "processed")


@dataclass(frozen=True, slots=True)
class Held:
    """An order as the hub has it. ``told``: what a person was told to decide about it."""

    state: str
    total: Decimal
    currency: str
    store_ref: str
    told: frozenset[str]


def _held() -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    for ref, state, total, currency, store_ref, hold, troubles, _ in rows(_ORDERS):
        kinds = json.loads(troubles) if isinstance(troubles, str) else troubles
        told = frozenset(kinds) | ({"held"} if hold else frozenset())
        found[ref].append(Held(state, total, currency, store_ref, frozenset(told)))
    return found


def check_orders(facts: Facts) -> Iterator[Finding]:
    """The hub has every order of the marketplace once, with its total and its pieces, and no other."""
    held, units = _held(), defaultdict(Counter[str])
    for ref, listing_ref, count in rows(_UNITS):
        units[ref][listing_ref] += int(count)
    for number, order in facts.bought.items():
        mine = held.get(number, [])
        if not mine:
            yield Finding("orders_lost", f"{number} is not in the hub")
            continue
        if mine[0].total != order.placed_total:
            yield Finding("orders_wrong_total", f"{number}: {mine[0].total} in the hub, {order.placed_total} there")
        if +units[number] != +order.units:
            yield Finding("orders_wrong_goods", f"{number}: {dict(+units[number])} here, {dict(+order.units)} there")
        if order.is_gone != (mine[0].state == "cancelled") and not mine[0].told & _TOLD_OF_CANCEL:
            word = "gone" if order.is_gone else "wanted"
            yield Finding("orders_not_ended", f"{number} is {word} there and {mine[0].state} in the hub")
    for number, mine in held.items():
        if len(mine) > 1 or number not in facts.bought:
            yield Finding("orders_duplicated", f"{number} is {len(mine)} times in the hub")


def check_shop(facts: Facts) -> Iterator[Finding]:
    """The shop has every paid order that is wanted once and open, with what is left of its total."""
    held, by_number = _held(), defaultdict(list[ShopOrder])
    for sale in facts.shop_orders.values():
        if sale.number and sale.is_open:
            by_number[sale.number].append(sale)
    for number, order in facts.bought.items():
        told = held[number][0].told if number in held else frozenset()
        yield from _sold(order, by_number.get(number, []), told)
    for number in set(by_number) - set(facts.bought):
        yield Finding("orders_duplicated", f"{number} is in the shop, and nobody placed it")


def _sold(order: Bought, sales: Sequence[ShopOrder], told: frozenset[str]) -> Iterator[Finding]:
    """One order as the shop has it, open: ``sales``."""
    if len(sales) > 1:
        yield Finding("orders_duplicated", f"{order.number} is in the shop as {[s.id for s in sales]}")
    if not sales:
        if order.is_paid and not order.is_gone and not told:
            yield Finding("orders_lost", f"{order.number} is not in the shop")
    elif order.is_gone:
        if not told & _TOLD_OF_CANCEL:
            yield Finding("orders_not_ended", f"{order.number} is gone there, and {sales[0].status} in the shop")
    elif sales[0].currency == order.currency and sales[0].left != order.total and not told & _TOLD_OF_SUMS:
        yield Finding("orders_wrong_total", f"{order.number}: {sales[0].left} left in the shop, {order.total} there")


def check_packages(facts: Facts) -> Iterator[Finding]:
    """The hub has every package in the state that it has there; one that was broken up may be unknown to it."""
    spec = connector(TR)
    known = dict(rows(_PACKAGES))
    for order in facts.bought.values():
        for package, status in order.packages.items():
            wanted, mine = spec.package_state(status, record=f"package {package}"), known.pop(str(package), None)
            if mine != wanted and not (mine is None and wanted == "superseded"):
                yield Finding("packages_wrong", f"{package} of {order.number}: {mine} in the hub, {wanted} there")
    for package in known:
        yield Finding("packages_wrong", f"{package} is in the hub, and not there")
