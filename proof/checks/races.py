"""Races: two remotes sold the same pieces before they could know of each other. Each has to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from proof.counters import Finding
from proof.facts import Facts
from proof.ledgers import OVER, SHELF, Entry
from proof.rows import rows

_SHORT = """
SELECT v.sku, s.quantity, o.order_ref, o.state FROM inventory_shortage s JOIN catalog_variant v ON v.id = s.variant_id
  LEFT JOIN orders_line l ON l.id = s.line_id LEFT JOIN orders_order o ON o.id = l.order_id WHERE s.ended_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Race:
    """At ``at`` (ms) ``missing`` pieces more of a SKU were sold than there were."""

    sku: str
    at: int
    missing: int


class Count:
    """What there is of each SKU: the shop's count, less what the marketplace sold and the shop has no order for yet."""

    def __init__(self) -> None:
        self.shelf: dict[str, int] = {}
        self.coming: dict[str, Counter[str]] = {}  # order number → pieces by SKU

    def left(self, sku: str) -> int:
        """Below zero: more was sold than there was."""
        return self.shelf.get(sku, 0) - sum(max(0, pieces[sku]) for pieces in self.coming.values())

    def take(self, e: Entry) -> set[str]:
        """An entry of either ledger happens; the SKUs that it sold."""
        kind = e["kind"]
        if kind == "order.placed":
            self.coming[e["order_number"]] = _pieces(e)
            return set(self.coming[e["order_number"]])
        if kind == "shop.sold":
            return {e["sku"]}
        if kind == "order.cancelled" and e.get("order_number") in self.coming:
            self.coming[e["order_number"]].subtract(_pieces(e))
        elif kind == "order.created":
            self.coming.pop(str(e["meta"].get("_entrepot_order")), None)
        elif kind in SHELF and "sku" in e and e["quantity"] is not None:
            self.shelf[e["sku"]] = int(Decimal(str(e["quantity"])))
        return set()


def _pieces(e: Entry) -> Counter[str]:
    found: Counter[str] = Counter()
    for x in e["lines"]:
        found[x["barcode"]] += x["quantity"]
    return found


def races(facts: Facts) -> list[Race]:
    """Every sale after which more was sold than there is; both ledgers stamp with one clock."""
    count, found = Count(), list[Race]()
    for e in sorted([*facts.market_entries, *facts.shop_entries], key=lambda e: (e["at"], e["seq"])):
        sold = sorted(count.take(e))
        found += [Race(sku, e["at"], -count.left(sku)) for sku in sold if count.left(sku) < 0]
    return found


def check_races(facts: Facts) -> Iterator[Finding]:
    """Each ended: the shop has bought more, or orders of it were cancelled; and no shortage waits any more."""
    for sku in sorted({race.sku for race in races(facts)}):
        open_ = [o.id for o in facts.shop_orders.values() if o.status not in OVER and o.units[sku]]
        if facts.shelf.get(sku, 0) < 0:
            yield Finding("races_open", f"{sku}: the shop is {-facts.shelf[sku]} short for orders {open_[-3:]}")
    for sku, quantity, ref, state in rows(_SHORT):
        yield Finding("races_open", f"shortage of {quantity} {sku} for order {ref}, which is {state}")
