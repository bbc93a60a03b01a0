"""What the marketplace holds, as tables for its page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from entrepot.sandbox.desk import Link, Table

from .ledger_notes import amount, money
from .packages import MOVES
from .storefronts import STOREFRONTS

if TYPE_CHECKING:
    from .model import Batch, Line, Listing, Package, Webhook
    from .world import World

WAYS = {  # the action that moves a package to a status
    "Created": ("pay", "paid"),
    "Shipped": ("ship", "ship"),
    "Delivered": ("deliver", "deliver"),
    "Returned": ("return_package", "return"),
    "Cancelled": ("cancel", "cancel"),
}


def tables(world: World) -> list[Table]:
    """Listings by barcode; orders, packages and batches youngest first; webhooks."""
    return [_listings(world), _orders(world), _packages(world), _batches(world), _webhooks(world)]


def state_of(listing: Listing) -> str:
    """One word of what a buyer or the seller would say of it."""
    if listing.status != "approved":
        return {"rejected": "refused"}.get(listing.status, "waiting approval")
    if listing.blacklisted:
        return "blocked"
    if listing.archived_ms is not None:
        return "archived"
    if listing.locked:
        return "locked"
    return "on sale" if listing.quantity else "sold out"


def _listings(world: World) -> Table:
    listings = sorted(world.listings.values(), key=lambda o: (o.barcode, o.storefront))
    columns = ("barcode", "title", "storefront", "state", "stock", "price", "list price", "currency", "why")
    return Table(
        "listings", columns, listings, _listing, "state", lambda o: [state_of(o)], ("stock", "price", "list price"),
        "Nothing was listed yet.",
    )  # fmt: skip


def _listing(o: Listing) -> dict[str, Any]:
    state, key = state_of(o), {"listing": o.key}
    why = [" ".join(r.values()) for r in o.reasons] if state == "refused" else [o.locked] if state == "locked" else []
    links = {
        "on sale": [Link("order", "place_order", {"item.1": o.key}), Link("stock", "set_stock", key),
                    Link("archive", "archive", key)],
        "sold out": [Link("stock", "set_stock", key), Link("archive", "archive", key)],
        "archived": [Link("put back", "unarchive", key)],
        "waiting approval": [Link("approve", "approve", key), Link("refuse", "refuse", key)],
        "refused": [Link("approve", "approve", key)],
    }.get(state, [])  # fmt: skip
    return {
        "barcode": o.barcode, "title": o.product.get("title", ""), "storefront": o.storefront, "state": state,
        "stock": o.quantity, "price": money(o.sale_price), "list price": money(o.list_price),
        "currency": STOREFRONTS[o.storefront].currency, "why": why, "links": links,
    }  # fmt: skip


def _orders(world: World) -> Table:
    orders = [[world.packages[i] for i in ids] for ids in reversed(world.by_order.values())]
    columns = ("number", "storefront", "status", "placed", "lines", "total", "currency")
    return Table("orders", columns, orders, _order, "status", _statuses, ("total",), "Nobody has ordered yet.")


def _order(packages: list[Package]) -> dict[str, Any]:
    """An order is what its packages hold; one that was broken up lives on in its parts."""
    first, parts = packages[0], _parts(packages)
    return {
        "number": first.order_number, "storefront": first.storefront,
        "status": _statuses(packages), "placed": _time(first.ordered_ms),
        "lines": [text for p in parts for text in _lines(p.lines)], "total": amount(sum(p.total for p in parts)),
        "currency": first.currency,
    }  # fmt: skip


def _parts(packages: list[Package]) -> list[Package]:
    return [p for p in packages if p.status != "UnPacked"] or packages


def _statuses(packages: list[Package]) -> list[str]:
    return list(dict.fromkeys(p.status for p in _parts(packages)))


def _packages(world: World) -> Table:
    packages = list(reversed(world.packages.values()))
    columns = ("number", "order", "storefront", "status", "carrier", "tracking", "lines", "total", "currency")
    empty = "A package comes with each order."
    return Table("packages", columns, packages, _package, "status", lambda p: [p.status], ("total",), empty)


def _package(p: Package) -> dict[str, Any]:
    steps = [WAYS[status] for status in MOVES[p.status] if status in WAYS]
    return {
        "number": p.id, "order": p.order_number, "storefront": p.storefront, "status": p.status,
        "carrier": p.provider_name or p.carrier, "tracking": p.tracking_number or None, "lines": _lines(p.lines),
        "total": amount(p.total), "currency": p.currency,
        "links": [Link(words, action, {"package_id": str(p.id)}) for action, words in steps],
    }  # fmt: skip


def _lines(lines: list[Line]) -> list[str]:
    gone = {"Cancelled": " (cancelled)", "UnSupplied": " (not supplied)"}
    return [f"{n.quantity} × {n.barcode}{gone.get(n.status, '')}" for n in lines]


def _batches(world: World) -> Table:
    columns = ("batch", "type", "storefront", "taken", "state", "items", "failed", "why")
    return Table(
        "batches", columns, list(reversed(world.batches.values())), _batch, "state", lambda b: [_stage(b)],
        ("items", "failed"), "No batch request in the last four hours.",
    )  # fmt: skip


def _batch(b: Batch) -> dict[str, Any]:
    why = dict.fromkeys(text for item in b.items for text in item["failureReasons"])
    return {
        "batch": b.id, "type": b.type, "storefront": b.storefront, "taken": _time(b.created_ms), "state": _stage(b),
        "items": len(b.items), "failed": sum(item["status"] == "FAILED" for item in b.items), "why": list(why)[:5],
    }  # fmt: skip


def _stage(b: Batch) -> str:
    return "forgotten" if b.is_forgotten else "done" if b.is_done else "in progress"


def _webhooks(world: World) -> Table:
    columns, hooks = ("webhook", "address", "state", "failures", "statuses"), list(world.webhooks.values())
    return Table("webhooks", columns, hooks, _webhook, "state", lambda w: [_activity(w)], ("failures",))


def _webhook(w: Webhook) -> dict[str, Any]:
    return {
        "webhook": w.id, "address": w.url, "state": _activity(w), "failures": w.failures,
        "statuses": w.statuses or ["all"],
    }  # fmt: skip


def _activity(w: Webhook) -> str:
    return "active" if w.is_active else "passive"


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%d %b %H:%M:%S")
