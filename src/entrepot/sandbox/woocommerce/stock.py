"""Stock of products: who owns the quantity, what its status is, and every change in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .state import Row, Store

UNMANAGED_TYPES = ("external", "grouped")


def owner(store: Store, row: Row) -> Row | None:
    """The row that holds the quantity: the row itself, its parent, or None when nobody counts."""
    if row["manage_stock"]:
        return row
    parent = store.products.get(row["parent_id"]) if row["type"] == "variation" else None
    return parent if parent is not None and parent["manage_stock"] else None


def apply(store: Store, row: Row, body: dict[str, Any]) -> bool:
    """Write the stock fields of a body; True when the quantity was written.

    Without ``manage_stock`` a quantity is ignored silently, and cleared. With it the status is computed.
    """
    if "manage_stock" in body:
        row["manage_stock"] = body["manage_stock"] is True or str(body["manage_stock"]).lower() in {"true", "1", "yes"}
    if row["type"] in UNMANAGED_TYPES:
        row["manage_stock"] = False
    for name in ("backorders", "stock_status", "low_stock_amount"):
        if name in body:
            row[name] = body[name]
    if not row["manage_stock"]:
        row["stock_quantity"], row["backorders"] = None, "no"
        return False
    before = row["stock_quantity"]
    if "stock_quantity" in body:
        row["stock_quantity"] = body["stock_quantity"]
    elif "inventory_delta" in body:
        row["stock_quantity"] = (before or 0) + body["inventory_delta"]
    elif before is None:
        row["stock_quantity"] = 0
    row["stock_status"] = status_of(store, row)
    return "stock_quantity" in body or "inventory_delta" in body or before is None


def status_of(store: Store, row: Row) -> str:
    """The status that a counted quantity means."""
    if row["stock_quantity"] > store.settings.no_stock_amount:
        return "instock"
    return "outofstock" if row["backorders"] == "no" else "onbackorder"


def record(store: Store, row: Row) -> None:
    """Into the ledger: ``stock.set`` with the quantity that now stands."""
    facts = {"product_id": row["id"], "sku": row["sku"], "quantity": row["stock_quantity"]}
    store.ledger.write("stock.set", **facts, by=store.actor)


def move(store: Store, row: Row, by: int, order_id: int) -> bool:
    """An order takes (negative) or gives back units; False when nobody counts this product.

    Whether the product's ``date_modified`` and its webhook follow is a switch: shops differ (reference §4.1).
    """
    held = owner(store, row)
    if held is None:
        return False
    held["stock_quantity"] = (held["stock_quantity"] or 0) + by
    held["stock_status"] = status_of(store, held)
    kind = "stock.reduced" if by < 0 else "stock.restored"
    facts = {"product_id": held["id"], "sku": held["sku"], "quantity": held["stock_quantity"]}
    store.ledger.write(kind, **facts, change=by, order_id=order_id, by=store.actor)
    if store.settings.bump_modified:
        held["modified"] = store.now()
        store.emit("product.updated", held["id"])
    return True
