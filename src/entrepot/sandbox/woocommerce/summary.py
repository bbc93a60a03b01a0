"""What the shop now holds, for its page and for a judge."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from . import prices, stock
from .money import shown

if TYPE_CHECKING:
    from .state import Row, Store

PRODUCTS, ORDERS = 200, 50


def summary(store: Store) -> dict[str, Any]:
    """Counts, the first 200 sellable rows, the last 50 orders, webhooks and settings."""
    now = store.now()
    rows = [row for row in store.products.values() if row["type"] != "variable"]
    orders = sorted(store.orders.values(), key=lambda row: row["id"], reverse=True)
    counts = {
        "products": sum(1 for row in store.products.values() if row["type"] != "variation"),
        "variations": sum(1 for row in store.products.values() if row["type"] == "variation"),
        "orders": len(store.orders),
        "webhooks": len(store.tables["webhooks"]),
    }
    return {
        "title": store.settings.title,
        "counts": counts,
        "products": [_product(store, row, now) for row in rows[:PRODUCTS]],
        "orders": [_order(row) for row in orders[:ORDERS]],
        "webhooks": [
            {n: row[n] for n in ("id", "topic", "status", "failure_count", "delivery_url")}
            for row in store.tables["webhooks"].values()
        ],
        "settings": asdict(store.settings),
    }


def _product(store: Store, row: Row, now: int) -> dict[str, Any]:
    held = stock.owner(store, row)
    return {
        "id": row["id"],
        "sku": row["sku"],
        "name": row["name"],
        "status": row["status"],
        "price": prices.current(store, row, now),
        "quantity": held["stock_quantity"] if held else None,
        "stock_status": (held or row)["stock_status"],
    }


def _order(row: Row) -> dict[str, Any]:
    lines = ", ".join(f"{line['quantity']} × {line['sku'] or line['name'] or '?'}" for line in row["line_items"])
    meta = {item["key"]: item["value"] for item in row["meta_data"]}
    return {
        "id": row["id"],
        "status": row["status"],
        "total": shown(row["total"]),
        "currency": row["currency"],
        "via": row["created_via"],
        "lines": lines,
        "meta": meta,
    }
