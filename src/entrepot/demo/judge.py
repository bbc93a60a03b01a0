"""Judges a walk from the remotes' own ledgers: every figure twice, once from the hub and once from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from entrepot.fulfilment.queries import labelled_packages, package_counts
from entrepot.kit.registry import connector
from entrepot.listings.models import ListingLevel
from entrepot.orders.models import Order

from .remotes import Sandbox

TR, WOO = "trendyol", "woocommerce"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as both sides have it. ``detail`` names what differs."""

    name: str
    hub: Any
    remote: Any
    detail: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both are the same."""
        return bool(self.hub == self.remote)


@dataclass(slots=True)
class Market:
    """A marketplace as its ledger tells it."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    stock: dict[tuple[str, str], int] = field(default_factory=dict)
    price: dict[tuple[str, str], tuple[Decimal, Decimal]] = field(default_factory=dict)
    approved: set[tuple[str, str]] = field(default_factory=set)
    archived: set[tuple[str, str]] = field(default_factory=set)
    labelled: set[int] = field(default_factory=set)
    refused: int = 0
    exceeded: int = 0
    forged_taken: int = 0
    bought: int = 0


def read_market(entries: list[dict[str, Any]]) -> Market:
    """Replay a Trendyol ledger: what is on sale there now, and what was bought."""
    market, gone = Market(), defaultdict(int)
    for e in entries:
        if e["kind"] == "order.cancelled":
            gone[e["order_number"]] += sum(line["quantity"] for line in e["lines"])
        elif (note := _NOTES.get(e["kind"])) is not None:
            note(market, e, (e.get("storefront", ""), e.get("barcode", "")))
    for number, quantity in gone.items():
        if quantity >= sum(line["quantity"] for line in market.orders[number]["lines"]):
            market.cancelled.add(number)
    return market


Key = tuple[str, str]


def _placed(market: Market, e: dict[str, Any], _: Key) -> None:
    market.orders[e["order_number"]] = e
    for line in e["lines"]:
        place = (e["storefront"], line["barcode"])
        market.stock[place] = market.stock.get(place, 0) - line["quantity"]
        market.bought += line["quantity"]


def _stock_set(market: Market, e: dict[str, Any], key: Key) -> None:
    market.stock[key] = int(e["quantity"])


def _price_set(market: Market, e: dict[str, Any], key: Key) -> None:
    market.price[key] = (Decimal(e["sale_price"]), Decimal(e["list_price"]))


def _refused(market: Market, _: dict[str, Any], __: Key) -> None:
    market.refused += 1


def _exceeded(market: Market, _: dict[str, Any], __: Key) -> None:
    market.exceeded += 1


def _forged(market: Market, e: dict[str, Any], _: Key) -> None:
    market.forged_taken += e["status"] == _TAKEN


_TAKEN = 200
_NOTES: dict[str, Callable[[Market, dict[str, Any], Key], None]] = {
    "order.placed": _placed,
    "stock.set": _stock_set,
    "price.set": _price_set,
    "product.approved": lambda market, _, key: market.approved.add(key),
    "product.refused": _refused,
    "listing.archived": lambda market, _, key: market.archived.add(key),
    "listing.unarchived": lambda market, _, key: market.archived.discard(key),
    "label.created": lambda market, e, _: market.labelled.add(e["package_id"]),
    "limit.exceeded": _exceeded,
    "webhook.forged": _forged,
}


def judge(sandbox: Sandbox) -> list[Figure]:
    """Every figure of the walk, from both sides."""
    market = read_market(sandbox.ledger(TR))
    shop, shop_entries = sandbox.summary(WOO), sandbox.ledger(WOO)
    return [
        *_orders(market),
        *_store_orders(market, shop),
        *_packages(sandbox.summary(TR)["packages"], market),
        *_levels(market),
        *_in_step(market, shop),
        *_manners(market, shop_entries),
    ]


def _orders(market: Market) -> list[Figure]:
    held = {o.order_ref: o for o in Order.objects.system()}
    off = [n for n, e in market.orders.items() if n in held and held[n].total != Decimal(e["total"])]
    total = Order.objects.system().aggregate(total=Sum("total"))["total"] or Decimal(0)
    lost = sorted(set(market.orders) - set(held))
    ended = {n for n, o in held.items() if o.state == "cancelled"}
    return [
        Figure("orders taken from the marketplace", len(held), len(market.orders), f"lost: {lost[:5]}" if lost else ""),
        Figure(
            "their total",
            f"{total:.2f}",
            f"{sum((Decimal(e['total']) for e in market.orders.values()), Decimal(0)):.2f}",
        ),
        Figure("orders with another total here", 0, len(off), f"off: {off[:5]}" if off else ""),
        Figure("cancelled orders", len(ended), len(market.cancelled), str(sorted(ended ^ market.cancelled)[:5] or "")),
    ]


def _store_orders(market: Market, shop: dict[str, Any]) -> list[Figure]:
    ours = [o for o in shop["orders"] if o["meta"].get("_entrepot_order")]
    open_ = [o for o in ours if o["status"] not in ("cancelled", "failed", "trash")]
    by_number: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for o in open_:
        by_number[o["meta"]["_entrepot_order"]].append(o)
    wanted = {n: e for n, e in market.orders.items() if n not in market.cancelled}
    twice = [n for n, rows in by_number.items() if len(rows) > 1]
    missing, extra = sorted(set(wanted) - set(by_number)), sorted(set(by_number) - set(wanted))
    same_money = [n for n in wanted if n in by_number and by_number[n][0]["currency"] == wanted[n]["currency"]]
    wrong = [
        f"{n}: {by_number[n][0]['total']} ≠ {wanted[n]['total']}"
        for n in same_money
        if Decimal(by_number[n][0]["total"]) != Decimal(wanted[n]["total"])
    ]
    synced = Order.objects.system().filter(state__in=["synced", "processed"]).count()
    return [
        Figure(
            "open orders in the store",
            synced,
            len(by_number),
            f"missing {missing[:5]} extra {extra[:5]}" if missing or extra else "",
        ),
        Figure(
            "open orders there and on the marketplace",
            len(wanted),
            len(by_number),
            f"missing {missing[:5]} extra {extra[:5]}" if missing or extra else "",
        ),
        Figure("orders in the store twice", 0, len(twice), str(twice[:5] or "")),
        Figure("orders whose totals differ", 0, len(wrong), "; ".join(wrong[:3])),
    ]


def _packages(there: dict[str, int], market: Market) -> list[Figure]:
    """Packages in their words, told in ours, and the labels that they printed."""
    spec = connector(TR)
    wanted: dict[str, int] = defaultdict(int)
    for status, count in there.items():
        wanted[spec.package_state(status, record="the marketplace's packages")] += count
    held = {state: n for state, n in package_counts().items() if state != "superseded"}
    wanted.pop("superseded", None)  # what was split is kept by us, and forgotten by them
    detail = str(sorted(set(held.items()) ^ set(wanted.items())) or "")
    return [
        Figure("packages", _told(held), _told(wanted), detail),
        Figure("packages with a label", len(labelled_packages()), len(market.labelled)),
    ]


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "none"


def _levels(market: Market) -> list[Figure]:
    """What we hold as acknowledged is what the marketplace has on sale."""
    on_sale = market.approved - market.archived
    rows = ListingLevel.objects.system().filter(listing__live_at__isnull=False).exclude(listing__state="closed")
    stock_off, price_off, live = [], [], set()
    for row in rows.select_related("listing", "storefront"):
        key = (row.storefront.code, row.listing.listing_ref)
        live.add(key)
        if row.lane == "stock" and row.desired_value is not None and int(row.desired_value) != market.stock.get(key):
            stock_off.append(f"{key}: {row.desired_value:.0f} ≠ {market.stock.get(key)}")
        if row.lane == "price" and row.desired_value is not None:
            seen = market.price.get(key)
            if seen is None or (row.desired_value, row.desired_list) != seen:
                price_off.append(f"{key}: {row.desired_value} ≠ {seen}")
    return [
        Figure("listings live", len(live), len(on_sale), str(sorted(live ^ on_sale)[:3] or "")),
        Figure("listings with another stock than wanted", 0, len(stock_off), "; ".join(stock_off[:3])),
        Figure("listings with another price than wanted", 0, len(price_off), "; ".join(price_off[:3])),
    ]


def _in_step(market: Market, shop: dict[str, Any]) -> list[Figure]:
    """The shop's shelf and price tags beside the marketplace's at home, without asking the hub for either."""
    shelf: dict[str, dict[str, Any]] = {}
    for p in sorted(shop["products"], key=lambda p: p["id"]):
        if p["sku"] and p["quantity"] is not None:
            shelf.setdefault(p["sku"], p)  # a SKU used twice means the first; the second was refused by name
    refs = {
        (s, ref): sku
        for s, ref, sku in ListingLevel.objects.system()
        .filter(lane="stock", listing__state__in=["live", "update"])
        .values_list("storefront__code", "listing__listing_ref", "listing__variant__sku")
    }
    off, tags = [], []
    for key in market.approved - market.archived:
        goods = shelf.get(refs.get(key, ""))
        if goods is None:
            continue
        there = max(0, int(Decimal(str(goods["quantity"])))) if goods["status"] == "publish" else 0
        if market.stock.get(key) != there:
            off.append(f"{key} {goods['sku']}: shop {there}, marketplace {market.stock.get(key)}")
        if key[0] == "TR" and market.price[key][0] != Decimal(goods["price"]):
            tags.append(f"{goods['sku']}: shop {goods['price']}, marketplace {market.price[key][0]}")
    return [
        Figure("goods whose stock is out of step with the shop", 0, len(off), "; ".join(off[:3])),
        Figure("goods whose price is out of step with the shop", 0, len(tags), "; ".join(tags[:3])),
    ]


def _manners(market: Market, shop_entries: list[dict[str, Any]]) -> list[Figure]:
    ours = {e["id"] for e in shop_entries if e["kind"] == "order.created" and e["meta"].get("_entrepot_ref")}
    mails = [e for e in shop_entries if e["kind"] == "mail.sent" and e["audience"] == "buyer" and e["order_id"] in ours]
    forged = [e for e in shop_entries if e["kind"] == "webhook.forged" and e["status"] == 200]  # noqa: PLR2004
    return [
        Figure("mails of the store to marketplace buyers", 0, len(mails)),
        Figure("calls beyond the marketplace's limits", 0, market.exceeded),
        Figure("forged webhooks taken", 0, market.forged_taken + len(forged)),
    ]
