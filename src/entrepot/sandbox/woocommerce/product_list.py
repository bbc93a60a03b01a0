"""Which products a list shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import prices, product_view, stock
from .collection import chosen, dated, ordered, page_of
from .product_schema import STATUSES, STOCK_STATUSES, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .params import Query
    from .routing import Call, Reply
    from .state import Row, Store

ORDERBY = ("date", "id", "include", "title", "slug", "modified", "price", "popularity", "rating", "menu_order")
ANY_STATUS = ("any", *STATUSES, "future", "trash")


def listing(store: Store, call: Call) -> Reply:
    """A page of products. With ``sku`` variations are found too, as items of type variation."""
    asked = call.asked()
    rows = _by_sku(store, asked)
    rows = _by_state(store, asked, rows)
    rows = _by_text(asked, rows)
    rows = _by_term(store, asked, rows)
    rows = dated(store, asked, chosen(asked, rows))
    rows = _sorted(store, asked, rows)
    return page_of(call, asked, rows, lambda row: product_view.product(store, row))


def variations(store: Store, call: Call, parent_id: int) -> Reply:
    """A page of one product's variations, newest first."""
    asked = call.asked()
    rows: list[Row] = store.children(parent_id)
    if asked.has("sku"):
        wanted = asked.words("sku")
        rows = [row for row in rows if row["sku"] in wanted]
    rows = dated(store, asked, chosen(asked, _by_stock(store, asked, rows)))
    rows = ordered(asked, rows, ("date", "id", "include", "title", "slug", "modified", "menu_order"), "date")
    return page_of(call, asked, rows, lambda row: product_view.variation(store, row))


def _by_sku(store: Store, asked: Query) -> list[Row]:
    if asked.has("sku"):
        return [row for sku in asked.words("sku") for row in store.with_sku(sku)]
    part, gtin = asked.text("search_sku"), asked.text("global_unique_id")
    rows: Iterable[Row] = store.products.values()
    if part is not None:
        return [row for row in rows if part.casefold() in row["sku"].casefold()]
    if gtin is not None:
        return [row for row in rows if row["global_unique_id"] and gtin in row["global_unique_id"]]
    return [row for row in rows if row["type"] != "variation"]


def _by_state(store: Store, asked: Query, rows: list[Row]) -> list[Row]:
    status = asked.choice("status", ANY_STATUS, "any")
    kind = asked.choice("type", TYPES, "")
    kinds, no_kinds = asked.words("include_types", TYPES), asked.words("exclude_types", TYPES)
    states, no_states = asked.words("include_status", ANY_STATUS), asked.words("exclude_status", ANY_STATUS)
    asked.refuse()
    found = []
    for row in rows:
        is_in = row["status"] != "trash" if status == "any" else row["status"] == status
        is_in = is_in and (not kind or row["type"] == kind) and (not kinds or row["type"] in kinds)
        is_in = is_in and row["type"] not in no_kinds and row["status"] not in no_states
        if is_in and (not states or "any" in states or row["status"] in states):
            found.append(row)
    return _by_flags(store, asked, _by_stock(store, asked, found))


def _by_stock(store: Store, asked: Query, rows: list[Row]) -> list[Row]:
    wanted = asked.choice("stock_status", STOCK_STATUSES, "")
    asked.refuse()
    if not wanted:
        return rows
    return [row for row in rows if product_view.stock_status(store, row, stock.owner(store, row)) == wanted]


def _by_flags(store: Store, asked: Query, rows: list[Row]) -> list[Row]:
    flags = {name: asked.yes(name) for name in ("featured", "virtual", "downloadable")}
    is_sale = asked.yes("on_sale")
    low, high = asked.text("min_price"), asked.text("max_price")
    asked.refuse()
    for name, value in flags.items():
        if value is not None:
            rows = [row for row in rows if row[name] == value]
    now = store.now()
    if is_sale is not None:
        rows = [row for row in rows if prices.is_on_sale(row, now) == is_sale]
    if low is not None or high is not None:
        bottom, top = float(low or 0), float(high or "inf")
        rows = [row for row in rows if bottom <= float(prices.current(store, row, now) or 0) <= top]
    return rows


def _by_text(asked: Query, rows: list[Row]) -> list[Row]:
    search, slug = asked.text("search"), asked.text("slug")
    if slug is not None:
        rows = [row for row in rows if row["slug"] == slug]
    if search is None:
        return rows
    words = search.casefold().split()
    fields = ("name", "description", "short_description", "sku")
    return [row for row in rows if all(any(w in row[f].casefold() for f in fields) for w in words)]


def _by_term(store: Store, asked: Query, rows: list[Row]) -> list[Row]:
    for name, field in (("category", "categories"), ("tag", "tags"), ("brand", "brands")):
        if asked.has(name):
            wanted = set(asked.numbers(name))
            rows = [row for row in rows if wanted & set(row[field])]
    if asked.has("shipping_class"):
        classes = set(asked.numbers("shipping_class"))
        slugs = {term["slug"] for term in store.terms["shipping_classes"].values() if term["id"] in classes}
        rows = [row for row in rows if row["shipping_class"] in slugs]
    tax_class = asked.text("tax_class")
    if tax_class is not None:
        rows = [row for row in rows if row["tax_class"] == ("" if tax_class == "standard" else tax_class)]
    return rows


def _sorted(store: Store, asked: Query, rows: list[Row]) -> list[Row]:
    if asked.text("orderby") == "price":
        now = store.now()
        is_down = asked.choice("order", ("asc", "desc"), "desc") == "desc"
        key = {row["id"]: float(prices.current(store, row, now) or 0) for row in rows}
        return sorted(rows, key=lambda row: (key[row["id"]], row["id"]), reverse=is_down)
    return ordered(asked, rows, ORDERBY, "date")
