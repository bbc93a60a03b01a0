"""The forms of the shop's page: what can be chosen there now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.sandbox.desk import Field, Form, Given, Option, offered, picked, unpicked

from . import prices, stock
from .money import shown
from .shipments import PROVIDERS
from .tables import SHIPPED_OR_OVER, is_there

if TYPE_CHECKING:
    from .state import Row, Store

BUYERS, ORDERS, PRODUCTS, SIMULATOR = "Buyers", "Orders", "Products", "The simulator"
STATUSES = ("draft", "pending", "private", "publish")
CURRENCIES = ("TRY", "EUR", "USD", "GBP")


def forms(store: Store) -> list[Form]:
    """All forms, the buyers' first."""
    return [*_buyers(store), *_orders(store), *_products(store), *_simulator()]


def _buyers(store: Store) -> list[Form]:
    there = offered(_option(store, row) for row in _sellable(store) if is_there(store, row))
    lines = Field(
        "lines", "product", "lines", there, "SABUN-KESE", empty="Nothing is published, priced and in stock.",
        hint=f"The shop sells in {store.settings.currency}.",
    )  # fmt: skip
    currency = Field(
        "currency", "another currency", "choice", [Option(c, c) for c in CURRENCIES], is_needed=False,
        hint="Its figures stay those of the shop.",
    )  # fmt: skip
    email = Field("email", "buyer's e-mail", example="seyma.isik@buyers.test", is_needed=False)
    one = Field("sku", "product", "choice", there, "SABUN-KESE", empty="Nothing is for sale.")
    rate = Field("per_minute", "buyers a minute", "number", example="6")
    return [
        Form("place_order", BUYERS, [lines, currency, email], fold=_order),
        Form("sell", BUYERS, [one, Field("quantity", "quantity", "number", value="1", is_needed=False), email]),
        Form("buyers", BUYERS, [rate]),
    ]


def _order(given: Given) -> Given:
    chosen = [{"sku": sku, "quantity": quantity} for sku, quantity in picked(given)]
    return {**unpicked(given), "lines": chosen} if chosen else unpicked(given)


def _orders(store: Store) -> list[Form]:
    rows = sorted(store.orders.values(), key=lambda row: -row["id"])
    open_ones = offered(_order_option(row) for row in rows if row["status"] not in SHIPPED_OR_OVER)
    standing = offered(_order_option(row) for row in rows if row["status"] not in {"cancelled", "trash"})
    carriers = [Option(name, "") for names in PROVIDERS.values() for name in names]
    return [
        Form("fulfil", ORDERS, [
            Field("order_id", "order", "choice", open_ones, empty="Needs an order that is not completed or over."),
            Field("tracking_number", "number of the parcel", example="RR123456789TR"),
            Field("provider", "carrier", options=carriers, value="PTT", is_needed=False),
        ]),
        Form("cancel", ORDERS, [
            Field("order_id", "order", "choice", standing, empty="Needs an order that is not cancelled."),
        ]),
    ]  # fmt: skip


def _products(store: Store) -> list[Form]:
    options = offered(_option(store, row) for row in _sellable(store))
    product = Field("sku", "product", "choice", options, "SABUN-KESE", empty="The shop has no product with a SKU.")
    more = Field("more", "fields of the product (JSON)", "json", example='{"weight": "0.9", "name": "Bal, 450 g"}')
    return [
        Form("set_stock", PRODUCTS, [product, Field("quantity", "quantity", "number", example="40")]),
        Form("set_price", PRODUCTS, [
            product, Field("regular_price", "regular price", example="119.00"),
            Field("sale_price", "sale price", example="99.00", hint="None ends the sale.", is_needed=False),
        ]),
        Form("unpublish", PRODUCTS, [
            product, Field("status", "status", "choice", [Option(s, s) for s in STATUSES], value="draft"),
        ]),
        Form("edit", PRODUCTS, [product, more]),
        Form("delete_product", PRODUCTS, [product]),
    ]  # fmt: skip


def _simulator() -> list[Form]:
    on = Field("on", "on", "choice", [Option("true", "on"), Option("false", "off")])
    more = Field("more", "settings (JSON)", "json", example='{"currency": "EUR", "shipment_tracking": true}')
    return [
        Form("html_mode", SIMULATOR, [on]),
        Form("bump_modified", SIMULATOR, [on]),
        Form("configure", SIMULATOR, [more]),
    ]


def _sellable(store: Store) -> list[Row]:
    rows = [row for row in store.products.values() if row["type"] in {"simple", "variation"} and row["sku"]]
    return sorted(rows, key=lambda row: row["sku"])


def _option(store: Store, row: Row) -> Option:
    held, price = stock.owner(store, row), prices.current(store, row, store.now())
    left = f"{held['stock_quantity']} left" if held else row["stock_status"]
    cost = f"{shown(price)} {store.settings.currency}" if price else "no price"
    state = "" if row["status"] == "publish" else f" · {row['status']}"
    return Option(row["sku"], f"{row['sku']} · {row['name']} · {cost} · {left}{state}")


def _order_option(row: Row) -> Option:
    lines = ", ".join(f"{line['quantity']} × {line['sku'] or line['name']}" for line in row["line_items"])
    return Option(str(row["id"]), f"{row['id']} · {row['status']} · {lines} · {shown(row['total'])} {row['currency']}")
