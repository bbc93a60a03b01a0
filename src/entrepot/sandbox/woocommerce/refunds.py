# ruff: noqa: ARG002 - a route is called with the call and the parts of its path
"""Refunds: money back on an order, with or without lines and restocking."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import mail, order_status, order_write, stock
from .collection import chosen, dated, ordered, page_of
from .dates import both
from .errors import WooError, cannot_trash, invalid_id
from .money import ZERO, cents, plain, shown
from .order_schema import REFUND
from .product_write import merge_meta
from .routing import Call, Reply, Router
from .schema import check

if TYPE_CHECKING:
    from .order_routes import Orders
    from .state import Row, Store

EMITS_UPDATE_SINCE = (11, 2)
ORDERBY = ("date", "id", "include", "title", "slug", "modified")


class Refunds:
    """``/orders/{id}/refunds`` and the store-wide, read-only ``/refunds``."""

    def __init__(self, store: Store, orders: Orders) -> None:
        self.store, self.orders = store, orders

    def mount(self, router: Router, base: str) -> None:
        """Add the routes."""
        path = f"{base}/orders/{{order_id}}/refunds"
        router.add("GET", path, self.listing)
        router.add("POST", path, self.create)
        router.add("GET", f"{path}/{{id}}", self.get)
        router.add("DELETE", f"{path}/{{id}}", self.delete)
        router.add("GET", f"{base}/refunds", self.everything)

    def listing(self, call: Call, order_id: int) -> Reply:
        """Refunds of an order, newest first."""
        self.orders.find(order_id)
        return self._page(call, self.store.of_order("refunds", order_id), has_parent=False)

    def everything(self, call: Call) -> Reply:
        """Refunds of all orders, with ``parent_id``."""
        return self._page(call, list(self.store.tables["refunds"].values()), has_parent=True)

    def _page(self, call: Call, rows: list[Row], *, has_parent: bool) -> Reply:
        asked = call.asked()
        rows = ordered(asked, dated(self.store, asked, chosen(asked, rows)), ORDERBY, "date")
        return page_of(call, asked, rows, lambda row: view(self.store, row, has_parent=has_parent))

    def get(self, call: Call, order_id: int, id: int) -> Reply:
        """One refund."""
        return Reply(view(self.store, self._find(order_id, id)))

    def create(self, call: Call, order_id: int) -> Reply:
        """A new refund."""
        row = create(self.store, self.orders.find(order_id), call.body)
        return Reply(view(self.store, row), 201)

    def delete(self, call: Call, order_id: int, id: int) -> Reply:
        """Remove a refund for good; there is no bin."""
        if not call.flag("force"):
            raise cannot_trash("Refunds")
        row = self._find(order_id, id)
        self.store.drop_from_order("refunds", row)
        self.store.ledger.write("refund.deleted", id=id, order_id=order_id, by=self.store.actor)
        return Reply(view(self.store, row))

    def _find(self, order_id: int, id_: int) -> Row:
        self.orders.find(order_id)
        row = self.store.tables["refunds"].get(id_)
        if row is None or row["order_id"] != order_id:
            raise invalid_id("shop_order_refund", writing=False)
        return row


def remaining(store: Store, order: Row) -> Decimal:
    """What can still be given back."""
    given = (Decimal(row["amount"]) for row in store.of_order("refunds", order["id"]))
    return Decimal(order["total"]) - sum(given, ZERO)


def create(store: Store, order: Row, body: dict[str, Any]) -> Row:
    """Give money back; lines with a quantity go back on the shelf unless ``api_restock`` is false.

    Raises:
        WooError: 400, no amount; 500, more than remains, or ``api_refund`` was left true: there is no gateway.
    """
    clean = check(body, REFUND)
    amount = _amount(clean)
    if amount <= 0:
        text = "Refund amount must be greater than zero."
        raise WooError("woocommerce_rest_invalid_order_refund", text, 400)
    if amount > remaining(store, order):
        raise _impossible("Invalid refund amount.")
    if clean.get("api_refund", True):
        raise _impossible("The payment gateway for this order does not exist.")
    row = _row(store, order, clean, amount) | {"is_restocked": bool(clean.get("api_restock", True))}
    store.add_to_order("refunds", row)
    if clean.get("api_restock", True):
        _restock(store, order, row)
    facts = {"id": row["id"], "order_id": order["id"], "amount": plain(amount), "reason": row["reason"]}
    store.ledger.write("refund.created", **facts, by=store.actor)
    _follow_up(store, order)
    return row


def _amount(body: dict[str, Any]) -> Decimal:
    text = body.get("amount", "")
    if text:
        try:
            return cents(Decimal(text))
        except ArithmeticError:
            return ZERO
    total = ZERO
    for line in body.get("line_items", []):
        total += Decimal(line.get("refund_total", "0"))
        total += sum((Decimal(tax.get("refund_total", "0")) for tax in line.get("refund_tax", [])), ZERO)
    return cents(total)


def _impossible(text: str) -> WooError:
    return WooError("woocommerce_rest_cannot_create_order_refund", text, 500, bare=True)


def _row(store: Store, order: Row, body: dict[str, Any], amount: Decimal) -> Row:
    lines = []
    for sent in body.get("line_items", []):
        known = next((line for line in order["line_items"] if line["id"] == sent.get("id")), None)
        if known is None:
            continue
        taxes = [{"id": t["id"], "total": plain(-Decimal(t["refund_total"]))} for t in sent.get("refund_tax", [])]
        total_tax = sum((Decimal(t["total"]) for t in taxes), ZERO)
        money = {"total": plain(-Decimal(sent.get("refund_total", "0"))), "total_tax": plain(total_tax), "taxes": taxes}
        copied = {n: known[n] for n in ("name", "product_id", "variation_id", "tax_class", "sku")}
        ids = {"id": store.new_id(), "refunded_item_id": known["id"], "quantity": -sent.get("quantity", 0)}
        lines.append({**ids, **copied, **money})
    now = store.now()
    return {
        "id": store.new_id(),
        "order_id": order["id"],
        "parent_id": order["id"],
        "created": now,
        "modified": now,
        "amount": plain(amount),
        "reason": body.get("reason", ""),
        "refunded_by": body.get("refunded_by", 1),
        "meta_data": merge_meta(store, [], body.get("meta_data", [])),
        "line_items": lines,
    }


def _restock(store: Store, order: Row, refund: Row) -> None:
    if not order["is_stock_reduced"]:
        return
    for line in refund["line_items"]:
        row = store.products.get(line["variation_id"] or line["product_id"])
        if row is not None and line["quantity"]:
            stock.move(store, row, -line["quantity"], order["id"])


def _follow_up(store: Store, order: Row) -> None:
    """A full refund ends the order; from 11.2 on every refund is an update of the order."""
    is_full = remaining(store, order) == 0
    mail.to_buyer(store, order, "customer_refunded_order" if is_full else "customer_partially_refunded_order")
    if is_full and order_status.change(store, order, "refunded"):
        order_write.touched(store, order, ["status"])
    elif tuple(int(part) for part in store.settings.version.split(".")[:2]) >= EMITS_UPDATE_SINCE:
        store.emit("order.updated", order["id"])


def view(store: Store, row: Row, *, has_parent: bool = False) -> dict[str, Any]:
    """One refund: a positive amount, negative lines."""
    shown_lines = []
    for line in row["line_items"]:
        money = {n: shown(line[n]) for n in ("total", "total_tax")}
        meta = [{"id": line["id"], "key": "_refunded_item_id", "value": str(line["refunded_item_id"])}]
        rest = {"subtotal": money["total"], "subtotal_tax": money["total_tax"], "meta_data": meta}
        copied = {n: v for n, v in line.items() if n != "refunded_item_id"}
        shown_lines.append({**copied, **money, **rest, "price": _price(line)})
    return {
        "id": row["id"],
        **({"parent_id": row["order_id"]} if has_parent else {}),
        **both("date_created", row["created"], store.zone),
        "amount": shown(row["amount"]),
        "reason": row["reason"],
        "refunded_by": row["refunded_by"],
        "refunded_payment": False,
        "meta_data": row["meta_data"],
        "line_items": shown_lines,
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
    }


def _price(line: Row) -> float:
    return float(Decimal(line["total"]) / line["quantity"]) if line["quantity"] else 0.0
