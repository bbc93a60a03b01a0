"""What a change of status sets off: stock once, dates, notes, mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import mail, stock
from .settings import ORDER_STATUSES

if TYPE_CHECKING:
    from .state import Row, Store

TAKES_STOCK = {"processing", "completed", "on-hold"}
GIVES_BACK = {"cancelled", "pending"}


def change(store: Store, order: Row, new: str) -> bool:
    """Set any status from any; False when it already stands."""
    old = order["status"]
    if old == new:
        return False
    order["status"] = new
    if new in TAKES_STOCK and not order["is_stock_reduced"]:
        _move_stock(store, order, -1)
    elif new in GIVES_BACK and order["is_stock_reduced"]:
        _move_stock(store, order, 1)
    if new in {"processing", "completed"} and order["paid"] is None:
        order["paid"] = store.now()
    order["completed"] = store.now() if new == "completed" else order["completed"]
    add_note(store, order, f"Order status changed from {ORDER_STATUSES[old]} to {ORDER_STATUSES[new]}.")
    if new == "cancelled":
        store.ledger.write("order.cancelled", id=order["id"], was=old, by=store.actor)
    mail.on_status(store, order, old, new)
    return True


def pay(store: Store, order: Row) -> None:
    """Payment is complete: processing, or completed when nothing has to be shipped."""
    if order["paid"] is None:
        order["paid"] = store.now()
    if order["status"] in {"pending", "on-hold", "failed", "cancelled"}:
        change(store, order, "processing" if needs_processing(store, order) else "completed")


def needs_processing(store: Store, order: Row) -> bool:
    """Whether any line is a thing to ship."""
    ids = [line["variation_id"] or line["product_id"] for line in order["line_items"]]
    return any(not store.products[i]["virtual"] for i in ids if i in store.products)


def add_note(store: Store, order: Row, text: str, *, to_customer: bool = False, author: str = "WooCommerce") -> Row:
    """A note on the order; a customer's note is also a mail."""
    note = {
        "id": store.new_id(),
        "order_id": order["id"],
        "author": author,
        "created": store.now(),
        "note": text,
        "customer_note": to_customer,
    }
    store.add_to_order("notes", note)
    if to_customer:
        mail.to_buyer(store, order, "customer_note")
    return note


def _move_stock(store: Store, order: Row, sign: int) -> None:
    with store.acting(f"order {order['id']}"):
        for line in order["line_items"]:
            row = store.products.get(line["variation_id"] or line["product_id"])
            if row is not None:
                pieces = line["quantity"] - (_put_back(store, order, line) if sign > 0 else 0)
                stock.move(store, row, sign * pieces, order["id"])
                row["total_sales"] -= sign * line["quantity"]
    order["is_stock_reduced"] = sign < 0


def _put_back(store: Store, order: Row, line: Row) -> int:
    """Pieces of a line that refunds put back already: the core keeps ``_reduced_stock`` with the line."""
    refunds = store.of_order("refunds", order["id"])
    lines = (x for refund in refunds if refund.get("is_restocked") for x in refund["line_items"])
    return -sum(x["quantity"] for x in lines if x["refunded_item_id"] == line["id"])
