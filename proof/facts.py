"""What the checkers look at: the ledgers once read, and what the remotes hold now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .ledgers import TR, WOO, Bought, Entry, Market, ShopOrder, bought, market, shelf, shop_orders


@dataclass(slots=True)
class Facts:
    """Both ledgers and what follows from them. ``tags``: SKU → (price, status) in the shop. ``skus`` are traded."""

    market_entries: list[Entry]
    shop_entries: list[Entry]
    tags: dict[str, tuple[str, str]]
    skus: list[str]
    bought: dict[str, Bought] = field(init=False)
    shop_orders: dict[int, ShopOrder] = field(init=False)
    shelf: dict[str, int] = field(init=False)
    market: Market = field(init=False)

    def __post_init__(self) -> None:
        self.bought, self.market = bought(self.market_entries), market(self.market_entries)
        self.shop_orders, self.shelf = shop_orders(self.shop_entries), shelf(self.shop_entries)

    def entries(self, slug: str, *kinds: str) -> list[Entry]:
        """Entries of one remote of these kinds."""
        return [e for e in {TR: self.market_entries, WOO: self.shop_entries}[slug] if e["kind"] in kinds]


def tags_of(summary: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """SKU → (price, status), of the shop's first product where several share one."""
    found: dict[str, tuple[str, str]] = {}
    for p in sorted(summary["products"], key=lambda p: p["id"]):
        found.setdefault(p["sku"], (p["price"], p["status"]))
    return found
