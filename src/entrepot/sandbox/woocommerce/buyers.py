"""Buyers who come to the shop by themselves, at a rate."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from . import prices, stock

if TYPE_CHECKING:
    from entrepot.sandbox.faults import Faults
    from entrepot.sandbox.remote import Action

    from .state import Row, Store

MOST_PER_TICK = 20


class Arrivals:
    """Each buyer takes one of something that is there. Times and choices come from the seed."""

    def __init__(self, store: Store, faults: Faults, sell: Action) -> None:
        self.store, self.sell = store, sell
        self.stream = faults.stream("buyers")
        self.per_minute, self._next_at = 0.0, 0.0

    def buyers(self, per_minute: float) -> dict[str, Any]:
        """Let this many buyers a minute arrive on average; 0 ends it."""
        if not 0 <= float(per_minute) <= 6000:
            raise ValueError("per_minute must be from 0 to 6000")
        self.per_minute = float(per_minute)
        self._next_at = self._after(self.store.clock.time())
        return {"per_minute": self.per_minute}

    def tick(self) -> None:
        """Those who are due now."""
        now, served = self.store.clock.time(), 0
        while self.per_minute and self._next_at <= now and served < MOST_PER_TICK:
            self._next_at = self._after(self._next_at)
            served += 1
            rows = [row for row in self.store.products.values() if self._is_there(row)]
            if rows:
                with suppress(ValueError):
                    self.sell(sku=self.stream.choice(rows)["sku"], quantity=1)

    def _after(self, at: float) -> float:
        return at + self.stream.expovariate(self.per_minute / 60) if self.per_minute else 0.0

    def _is_there(self, row: Row) -> bool:
        held = stock.owner(self.store, row)
        is_thing = row["type"] in {"simple", "variation"} and row["status"] == "publish" and bool(row["sku"])
        return (
            is_thing and bool(prices.current(self.store, row, 0)) and held is not None and held["stock_quantity"] >= 1
        )
