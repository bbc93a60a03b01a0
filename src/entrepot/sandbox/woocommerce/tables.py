"""What the shop holds, as tables for its page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from entrepot.sandbox.desk import Link, Table

from . import prices, stock
from .money import shown
from .order_status import GIVES_BACK

if TYPE_CHECKING:
    from .state import Row, Store

SHIPPED_OR_OVER = {"completed", "cancelled", "refunded", "failed", "trash"}


def tables(store: Store) -> list[Table]:
    """Sellable rows by SKU, orders youngest first, parcels, webhooks."""
    return [_products(store), _orders(store), _shipments(store), _webhooks(store)]


def _products(store: Store) -> Table:
    rows = [row for row in store.products.values() if row["type"] != "variable"]
    rows.sort(key=lambda row: (not row["sku"], row["sku"] or ""))
    columns = ("SKU", "name", "type", "status", "stock", "price", "regular price", "id")
    return Table(
        "products",
        columns,
        rows,
        lambda row: _product(store, row),
        "status",
        _status,
        ("stock", "price", "regular price"),
        "The shop is empty.",
    )


def _status(row: Row) -> list[str]:
    return [row["status"]]


def _product(store: Store, row: Row) -> dict[str, Any]:
    held, key = stock.owner(store, row), {"sku": row["sku"]}
    is_live = row["status"] == "publish"
    links = [Link("order", "place_order", {"item.1": row["sku"]})] if is_there(store, row) else []
    links += [Link("stock", "set_stock", key), Link("price", "set_price", key)]
    links += [Link("hide" if is_live else "publish", "unpublish", key | {"status": "draft" if is_live else "publish"})]
    return {
        "SKU": row["sku"] or None,
        "name": row["name"],
        "type": row["type"],
        "status": row["status"],
        "stock": held["stock_quantity"] if held else f"not counted, {row['stock_status']}",
        "price": _money(prices.current(store, row, store.now())),
        "regular price": _money(row["regular_price"]),
        "id": row["id"],
        "links": links if row["sku"] else [],
    }


def is_there(store: Store, row: Row) -> bool:
    """Whether a buyer can have one: published, priced and not out of stock."""
    held = stock.owner(store, row)
    has_stock = held["stock_quantity"] > 0 if held else row["stock_status"] != "outofstock"
    is_thing = row["type"] in {"simple", "variation"} and row["status"] == "publish" and bool(row["sku"])
    return is_thing and has_stock and bool(prices.current(store, row, store.now()))


def _money(text: str) -> str | None:
    return shown(text) if text else None


def _orders(store: Store) -> Table:
    rows = sorted(store.orders.values(), key=lambda row: -row["id"])
    columns = ("number", "status", "placed", "lines", "total", "currency", "via", "meta")
    return Table("orders", columns, rows, _order, "status", _status, ("total",), "Nobody has ordered yet.")


def _order(row: Row) -> dict[str, Any]:
    key = {"order_id": str(row["id"])}
    links = [] if row["status"] in SHIPPED_OR_OVER else [Link("ship", "fulfil", key)]
    links += [Link("cancel", "cancel", key)] if row["status"] not in GIVES_BACK | {"trash"} else []
    return {
        "number": row["id"],
        "status": row["status"],
        "placed": datetime.fromtimestamp(row["created"], UTC).strftime("%d %b %H:%M:%S"),
        "lines": [f"{line['quantity']} × {line['sku'] or line['name'] or '?'}" for line in row["line_items"]],
        "total": shown(row["total"]),
        "currency": row["currency"],
        "via": row["created_via"],
        "meta": [f"{item['key']}: {item['value']}" for item in row["meta_data"]],
        "links": links,
    }


def _shipments(store: Store) -> Table:
    rows = [
        {"order": row["order_id"], "carrier": row["tracking_provider"], "tracking": row["tracking_number"]}
        for row in store.tables["trackings"].values()
    ]
    for row in store.tables["fulfillments"].values():
        meta = {item["key"]: item["value"] for item in row["meta_data"]}
        facts = {"carrier": meta.get("_shipment_provider"), "tracking": meta.get("_tracking_number")}
        rows.append({"order": row["order_id"], **facts})
    empty = "None. A shop without a tracking plugin keeps the parcel's number with the order."
    return Table("shipments", ("order", "carrier", "tracking"), rows[::-1], dict, empty=empty)


def _webhooks(store: Store) -> Table:
    columns, rows = ("id", "topic", "status", "failures", "address"), list(store.tables["webhooks"].values())
    return Table("webhooks", columns, rows, _webhook, "status", _status, ("failures",))


def _webhook(row: Row) -> dict[str, Any]:
    shown = {name: row[name] for name in ("id", "topic", "status")}
    return shown | {"failures": row["failure_count"], "address": row["delivery_url"]}
