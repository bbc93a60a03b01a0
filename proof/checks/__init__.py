"""Checkers: each compares hub and remotes in one respect and yields what is not as it has to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from proof.counters import Finding
from proof.facts import Facts

from . import events, goods, manners, orders, races, stock, webhooks

Check = Callable[[Facts], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    orders.check_orders, orders.check_shop, orders.check_packages, stock.check_published, stock.check_promised,
    stock.check_in_step, goods.check_prices, goods.check_products, events.check_events, events.check_histories,
    webhooks.check_kept, webhooks.check_hinted, manners.check_manners, races.check_races,
)  # fmt: skip
