# ruff: noqa: ARG002 - a route is called with the call and the parts of its path
"""The routes of orders and their notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import batch, order_status, order_view, order_write
from .collection import chosen, dated, ordered, page_of
from .dates import both
from .errors import WooError, cannot_trash, invalid_id
from .order_schema import NOTE
from .routing import Call, Reply, Router
from .schema import check
from .settings import ORDER_STATUSES

if TYPE_CHECKING:
    from .params import Query
    from .state import Row, Store

ORDERBY = ("date", "id", "include", "title", "slug", "modified")
SEARCHED = ("first_name", "last_name", "company", "address_1", "city", "postcode", "email", "phone")


class Orders:
    """``/orders`` and ``/orders/{id}/notes``."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def mount(self, router: Router, base: str) -> None:
        """Add the routes."""
        orders, one, notes = f"{base}/orders", f"{base}/orders/{{id}}", f"{base}/orders/{{order_id}}/notes"
        router.add("GET", orders, self.listing)
        router.add("POST", orders, self.create)
        router.add("POST PUT PATCH", f"{orders}/batch", self.many)
        router.add("GET", one, self.get)
        router.add("POST PUT PATCH", one, self.update)
        router.add("DELETE", one, self.delete)
        router.add("GET", notes, self.notes)
        router.add("POST", notes, self.add_note)
        router.add("GET", f"{notes}/{{id}}", self.note)
        router.add("DELETE", f"{notes}/{{id}}", self.delete_note)

    def find(self, id_: int, *, writing: bool = False) -> Row:
        """The order, or the refusal that the caller gets."""
        row = self.store.orders.get(id_)
        if row is None:
            raise invalid_id("shop_order", writing=writing)
        return row

    def listing(self, call: Call) -> Reply:
        """A page of orders, newest first; the bin and drafts are not in it."""
        asked = call.asked()
        statuses = asked.words("status", ("any", "trash", *ORDER_STATUSES))
        places = asked.whole("dp", 2, low=0, high=8)
        customer, product = asked.whole("customer", None), asked.whole("product", None)
        asked.refuse()
        rows = [row for row in self.store.orders.values() if _has_status(row, statuses)]
        if customer is not None:
            rows = [row for row in rows if row["customer_id"] == customer]
        if product is not None:
            wanted = ("product_id", "variation_id")
            rows = [r for r in rows if any(line[n] == product for line in r["line_items"] for n in wanted)]
        rows = _searched(asked, rows)
        rows = [r for r in rows if r["created_via"] in asked.words("created_via")] if asked.has("created_via") else rows
        rows = ordered(asked, dated(self.store, asked, chosen(asked, rows)), ORDERBY, "date")
        return page_of(call, asked, rows, lambda row: order_view.order(self.store, row, places or 0))

    def get(self, call: Call, id: int) -> Reply:
        """One order."""
        asked = call.asked()
        places = asked.whole("dp", 2, low=0, high=8)
        asked.refuse()
        return Reply(order_view.order(self.store, self.find(id), places or 0))

    def create(self, call: Call) -> Reply:
        """A new order."""
        shown = self._made(call.body)
        return Reply(shown, 201, {"Location": shown["_links"]["self"][0]["href"]})

    def update(self, call: Call, id: int) -> Reply:
        """Change an order."""
        return Reply(self._edited(id, call.body))

    def delete(self, call: Call, id: int) -> Reply:
        """Bin an order, or remove it for good."""
        return Reply(self._gone(id, force=call.flag("force")))

    def many(self, call: Call) -> Reply:
        """A batch."""
        return batch.run(call, self._made, self._edited, lambda id_: self._gone(id_, force=True))

    def notes(self, call: Call, order_id: int) -> Reply:
        """The notes of an order, newest first."""
        self.find(order_id)
        kind = call.asked().choice("type", ("any", "customer", "internal"), "any")
        rows = self.store.of_order("notes", order_id)
        rows = [r for r in rows if kind == "any" or r["customer_note"] == (kind == "customer")]
        return Reply([self._note(row) for row in reversed(rows)])

    def note(self, call: Call, order_id: int, id: int) -> Reply:
        """One note."""
        return Reply(self._note(self._find_note(order_id, id)))

    def add_note(self, call: Call, order_id: int) -> Reply:
        """A new note; a customer's note goes out by mail."""
        order, body = self.find(order_id), check(call.body, NOTE)
        if not body.get("note"):
            raise WooError("rest_missing_callback_param", "Missing parameter(s): note", 400, params=["note"])
        author = "admin" if body.get("added_by_user") else "WooCommerce"
        is_customer = body.get("customer_note", False)
        row = order_status.add_note(self.store, order, body["note"], to_customer=is_customer, author=author)
        facts = {"order_id": order_id, "note": body["note"], "customer_note": is_customer}
        self.store.ledger.write("order.noted", **facts, by=self.store.actor)
        return Reply(self._note(row), 201)

    def delete_note(self, call: Call, order_id: int, id: int) -> Reply:
        """Remove a note for good; there is no bin."""
        if not call.flag("force"):
            raise cannot_trash("Order notes")
        row = self._find_note(order_id, id)
        self.store.drop_from_order("notes", row)
        return Reply(self._note(row))

    def _find_note(self, order_id: int, id_: int) -> Row:
        self.find(order_id)
        row = self.store.tables["notes"].get(id_)
        if row is None or row["order_id"] != order_id:
            raise WooError("woocommerce_rest_order_note_invalid_id", "Invalid resource ID.", 404)
        return row

    def _note(self, row: Row) -> dict[str, Any]:
        dates = both("date_created", row["created"], self.store.zone)
        return {**dates, **{n: row[n] for n in ("id", "author", "note", "customer_note")}}

    def _made(self, body: dict[str, Any]) -> dict[str, Any]:
        return order_view.order(self.store, order_write.create(self.store, body))

    def _edited(self, id_: int, body: dict[str, Any]) -> dict[str, Any]:
        row = self.find(id_, writing=True)
        return order_view.order(self.store, order_write.update(self.store, row, body))

    def _gone(self, id_: int, *, force: bool) -> dict[str, Any]:
        row = self.find(id_)
        shown = order_view.order(self.store, row)
        order_write.delete(self.store, row, force=force)
        return shown if force else {**shown, "status": "trash"}


def _has_status(row: Row, statuses: list[str]) -> bool:
    if not statuses or "any" in statuses:
        return row["status"] not in {"trash", "checkout-draft"}
    return row["status"] in statuses


def _searched(asked: Query, rows: list[Row]) -> list[Row]:
    """By number, addresses and line names; never by metadata (reference §1.5)."""
    text = asked.text("search")
    if text is None:
        return rows
    word = text.casefold()

    def texts(row: Row) -> list[str]:
        found = [str(row["id"]), *(line["name"] for line in row["line_items"])]
        return found + [row[a].get(f, "") for a in ("billing", "shipping") for f in SEARCHED]

    return [row for row in rows if any(word in value.casefold() for value in texts(row))]
