"""What really happened on the remotes, as their own ledgers tell it. Nothing here knows of the hub."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from entrepot.demo.remotes import Sandbox

TR, WOO = "trendyol", "woocommerce"
OVER = ("cancelled", "failed", "refunded", "trash", "deleted")  # a shop order of which nothing is delivered
GONE = ("Cancelled", "UnSupplied")
SHELF = ("stock.set", "stock.reduced", "stock.restored")  # how the shop counts
Entry = dict[str, Any]
Place = tuple[str, str]


@dataclass(slots=True)
class Bought:
    """An order on the marketplace. ``total`` and ``units`` are what is left of it after cancellations."""

    number: str
    storefront: str
    currency: str
    at: int
    placed_total: Decimal
    total: Decimal
    units: Counter[str]
    packages: dict[int, str] = field(default_factory=dict)  # id → their status

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is left."""
        return not +self.units

    @property
    def is_paid(self) -> bool:
        """Whether every package may be worked on."""
        return "Awaiting" not in self.packages.values()


@dataclass(slots=True)
class Market:
    """What is on sale on the marketplace, by (storefront, barcode)."""

    stock: dict[Place, int] = field(default_factory=dict)
    price: dict[Place, tuple[Decimal, Decimal]] = field(default_factory=dict)  # sale price, list price
    on_sale: set[Place] = field(default_factory=set)


@dataclass(slots=True)
class ShopOrder:
    """An order in the shop. ``number`` is the marketplace's, empty for a buyer of the shop's own."""

    id: int
    number: str
    our_ref: str
    status: str
    total: Decimal
    currency: str
    units: Counter[str]
    refunded: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """Its total less what was given back."""
        return self.total - self.refunded

    @property
    def is_open(self) -> bool:
        """Whether the shop means to deliver it, or has."""
        return self.status not in OVER


def bought(entries: Sequence[Entry]) -> dict[str, Bought]:
    """Every order of the marketplace by its number."""
    found: dict[str, Bought] = {}
    for e in entries:
        kind = e["kind"]
        if kind == "order.placed":
            total = Decimal(e["total"])
            units = Counter({x["barcode"]: 0 for x in e["lines"]})
            for x in e["lines"]:
                units[x["barcode"]] += x["quantity"]
            found[e["order_number"]] = Bought(
                e["order_number"], e["storefront"], e["currency"], e["at"], total, total, units,
                {e["package_id"]: e["status"]},
            )  # fmt: skip
        elif kind == "package.moved":
            found[e["order_number"]].packages[e["package_id"]] = e["new"]
        elif kind == "package.split":
            found[e["order_number"]].packages |= {p["package_id"]: p["status"] for p in e["parts"]}
        elif kind == "order.cancelled":
            order = found[e["order_number"]]
            for x in e["lines"]:
                order.units[x["barcode"]] -= x["quantity"]
                order.total -= Decimal(x["line_total"])
    return found


def market(entries: Sequence[Entry]) -> Market:
    """Stock as set, less what was bought since; prices as set; approved and not archived."""
    found = Market()
    for e in entries:
        kind, place = e["kind"], (e.get("storefront", ""), e.get("barcode", ""))
        if kind == "stock.set":
            found.stock[place] = int(e["quantity"])
        elif kind == "price.set":
            found.price[place] = (Decimal(e["sale_price"]), Decimal(e["list_price"]))
        elif kind == "order.placed":
            for x in e["lines"]:
                found.stock[e["storefront"], x["barcode"]] -= x["quantity"]
        elif kind in ("product.approved", "listing.unarchived"):
            found.on_sale.add(place)
        elif kind == "listing.archived":
            found.on_sale.discard(place)
    return found


def shop_orders(entries: Sequence[Entry]) -> dict[int, ShopOrder]:
    """Every order of the shop by its id, as it now is."""
    found: dict[int, ShopOrder] = {}
    for e in entries:
        if e["kind"] == "order.created":
            units: Counter[str] = Counter()
            for x in e["lines"]:
                units[x["sku"]] += x["quantity"]
            meta = e["meta"]
            found[e["id"]] = ShopOrder(
                e["id"], str(meta.get("_entrepot_order", "")), str(meta.get("_entrepot_ref", "")), e["status"],
                Decimal(e["total"]), e["currency"], units,
            )  # fmt: skip
        elif e["kind"] == "order.updated" and e["id"] in found:
            found[e["id"]].status, found[e["id"]].total = e["status"], Decimal(e["total"])
        elif e["kind"] == "refund.created" and e["order_id"] in found:
            found[e["order_id"]].refunded += abs(Decimal(e["amount"]))
        elif e["kind"] == "order.deleted" and e["id"] in found:
            found[e["id"]].status = "deleted"
    return found


def shelf(entries: Sequence[Entry]) -> dict[str, int]:
    """What the shop counts of each SKU now."""
    found = {}
    for e in entries:
        if e["kind"] in SHELF and e["sku"] and e["quantity"] is not None:
            found[e["sku"]] = int(Decimal(str(e["quantity"])))
    return found


class Ledgers:
    """Both ledgers, read on as they grow."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.entries: dict[str, list[Entry]] = defaultdict(list)

    def read(self) -> None:
        """What was written since."""
        for slug in (TR, WOO):
            self.entries[slug] += self._sandbox.ledger(slug, after=len(self.entries[slug]))

    def of(self, slug: str, *kinds: str) -> list[Entry]:
        """Entries of one remote of these kinds, as read so far."""
        return [e for e in self.entries[slug] if e["kind"] in kinds]

    @property
    def market(self) -> Market:
        """What is on sale on the marketplace."""
        return market(self.entries[TR])

    @property
    def bought(self) -> dict[str, Bought]:
        """Orders of the marketplace."""
        return bought(self.entries[TR])

    @property
    def shop_orders(self) -> dict[int, ShopOrder]:
        """Orders of the shop."""
        return shop_orders(self.entries[WOO])

    @property
    def shelf(self) -> dict[str, int]:
        """What the shop counts."""
        return shelf(self.entries[WOO])
