# ruff: noqa: ARG002, ARG005, A006 - a route is called with the call and the parts of its path
"""Tracking numbers: the core's fulfilments and the two plugins, each present only while it is switched on."""

from __future__ import annotations

import secrets
from datetime import UTC
from typing import TYPE_CHECKING, Any

from . import order_status
from .dates import local
from .errors import WooError
from .product_write import merge_meta
from .routing import Call, Reply, Router
from .schema import BOOL, META, STRING, T, check

if TYPE_CHECKING:
    from .order_routes import Orders
    from .state import Row, Store

FULFILLMENT: dict[str, T] = {"status": STRING, "is_fulfilled": BOOL, "meta_data": META}
TRACKING: dict[str, T] = {
    "tracking_provider": STRING,
    "custom_tracking_provider": STRING,
    "custom_tracking_link": STRING,
    "tracking_number": STRING,
    "date_shipped": STRING,
}
PROVIDERS = {
    "Turkey": {"PTT": "https://gonderitakip.ptt.gov.tr/Track/Verify?q=%1$s"},
    "Global": {"UPS": "https://www.ups.com/track?tracknum=%1$s", "DHL": "https://www.dhl.com/track?id=%1$s"},
}


class Shipments:
    """``/orders/{id}/fulfillments`` and the plugins' ``shipment-trackings``."""

    def __init__(self, store: Store, orders: Orders) -> None:
        self.store, self.orders = store, orders

    def mount(self, router: Router, base: str) -> None:
        """Add the routes of all three."""
        settings = self.store.settings
        path = f"{base}/orders/{{order_id}}/fulfillments"

        def has_core() -> bool:
            return settings.fulfillments

        router.add("GET", path, self.fulfillments, is_on=has_core)
        router.add("POST", path, self.fulfil, is_on=has_core)
        router.add(
            "GET", f"{path}/{{id}}", lambda call, order_id, id: Reply(_view(self._find(order_id, id))), is_on=has_core
        )
        router.add("PUT", f"{path}/{{id}}", self.refulfil, is_on=has_core)
        router.add("DELETE", f"{path}/{{id}}", self.unfulfil, is_on=has_core)
        self._mount_plugin(router, "/wp-json/wc-shipment-tracking/v3", "shipment_tracking")
        self._mount_plugin(router, "/wp-json/wc-ast/v3", "advanced_tracking")

    def _mount_plugin(self, router: Router, base: str, switch: str) -> None:
        path = f"{base}/orders/{{order_id}}/shipment-trackings"

        def has_plugin() -> bool:
            return bool(getattr(self.store.settings, switch))

        router.add("GET", f"{path}/providers", lambda call, order_id: Reply(PROVIDERS), is_on=has_plugin)
        router.add("GET", path, self.trackings, is_on=has_plugin)
        router.add("POST", path, self.track, is_on=has_plugin)
        router.add("GET", f"{path}/{{tracking_slug}}", self.tracking, is_on=has_plugin)
        router.add("DELETE", f"{path}/{{tracking_slug}}", self.untrack, is_on=has_plugin)

    def fulfillments(self, call: Call, order_id: int) -> Reply:
        """Fulfilments of an order, oldest first."""
        self.orders.find(order_id)
        return Reply([_view(row) for row in self.store.of_order("fulfillments", order_id)])

    def fulfil(self, call: Call, order_id: int) -> Reply:
        """A new fulfilment; the order's status stays."""
        self.orders.find(order_id)
        return Reply(_view(add_fulfillment(self.store, order_id, check(call.body, FULFILLMENT))), 201)

    def refulfil(self, call: Call, order_id: int, id: int) -> Reply:
        """Change one; the whole set of metadata is replaced."""
        row, body = self._find(order_id, id), check(call.body, FULFILLMENT)
        _state(row, body)
        if "meta_data" in body:
            row["meta_data"] = merge_meta(self.store, [], body["meta_data"])
        row["updated"] = self.store.now()
        return Reply(_view(row))

    def unfulfil(self, call: Call, order_id: int, id: int) -> Reply:
        """Remove one."""
        row = self._find(order_id, id)
        self.store.drop_from_order("fulfillments", row)
        return Reply(_view(row))

    def trackings(self, call: Call, order_id: int) -> Reply:
        """Trackings of an order, oldest first."""
        self.orders.find(order_id)
        return Reply([_tracking(row) for row in self.store.of_order("trackings", order_id)])

    def track(self, call: Call, order_id: int) -> Reply:
        """A new tracking."""
        self.orders.find(order_id)
        return Reply(_tracking(add_tracking(self.store, order_id, check(call.body, TRACKING))), 201)

    def tracking(self, call: Call, order_id: int, tracking_slug: str) -> Reply:
        """One tracking."""
        return Reply(_tracking(self._find_tracking(order_id, tracking_slug)))

    def untrack(self, call: Call, order_id: int, tracking_slug: str) -> Reply:
        """Remove one."""
        row = self._find_tracking(order_id, tracking_slug)
        self.store.drop_from_order("trackings", row)
        return Reply(_tracking(row))

    def _find(self, order_id: int, id_: int) -> Row:
        self.orders.find(order_id)
        row = self.store.tables["fulfillments"].get(id_)
        if row is None or row["order_id"] != order_id:
            raise WooError("woocommerce_rest_fulfillment_invalid_id", "Fulfillment not found.", 404)
        return row

    def _find_tracking(self, order_id: int, tracking_id: str) -> Row:
        self.orders.find(order_id)
        for row in self.store.of_order("trackings", order_id):
            if row["tracking_id"] == tracking_id:
                return row
        raise WooError("woocommerce_rest_order_shipment_tracking_invalid_id", "Invalid shipment tracking ID.", 404)


def add_fulfillment(store: Store, order_id: int, body: dict[str, Any]) -> Row:
    """A fulfilment of the core feature."""
    row: Row = {
        "id": store.new_id(),
        "order_id": order_id,
        "status": "unfulfilled",
        "is_fulfilled": False,
        "updated": store.now(),
    }
    row["meta_data"] = merge_meta(store, [], body.get("meta_data", []))
    _state(row, body)
    store.add_to_order("fulfillments", row)
    meta = {item["key"]: item["value"] for item in row["meta_data"]}
    facts = {"order_id": order_id, "number": meta.get("_tracking_number"), "provider": meta.get("_shipment_provider")}
    store.ledger.write("shipment.tracked", **facts, by=store.actor)
    return row


def add_tracking(store: Store, order_id: int, body: dict[str, Any]) -> Row:
    """A tracking of either plugin.

    Raises:
        WooError: 400, the number is missing.
    """
    if not body.get("tracking_number"):
        raise WooError(
            "rest_missing_callback_param", "Missing parameter(s): tracking_number", 400, params=["tracking_number"]
        )
    provider = body.get("tracking_provider") or body.get("custom_tracking_provider", "")
    link = body.get("custom_tracking_link", "")
    for names in PROVIDERS.values():
        link = link or names.get(provider, "").replace("%1$s", body["tracking_number"])
    row = {
        "id": store.new_id(),
        "order_id": order_id,
        "tracking_id": secrets.token_hex(16),
        "tracking_provider": provider,
        "tracking_link": link,
        "tracking_number": body["tracking_number"],
        "date_shipped": body.get("date_shipped") or local(store.now(), store.zone)[:10],
    }
    store.add_to_order("trackings", row)
    facts = {"order_id": order_id, "number": row["tracking_number"], "provider": provider}
    store.ledger.write("shipment.tracked", **facts, by=store.actor)
    return row


def ship(store: Store, order: Row, number: str, provider: str) -> str:
    """The owner notes a parcel by whatever this shop has; returns the name of it."""
    settings = store.settings
    if settings.fulfillments:
        items = [{"item_id": line["id"], "qty": line["quantity"]} for line in order["line_items"]]
        facts = {"_items": items, "_tracking_number": number, "_shipment_provider": provider}
        meta = [{"key": key, "value": value} for key, value in facts.items()]
        add_fulfillment(store, order["id"], {"status": "fulfilled", "is_fulfilled": True, "meta_data": meta})
        return "fulfillments"
    if settings.shipment_tracking or settings.advanced_tracking:
        add_tracking(store, order["id"], {"tracking_provider": provider, "tracking_number": number})
        return "shipment_tracking" if settings.shipment_tracking else "advanced_tracking"
    order["meta_data"] = merge_meta(store, order["meta_data"], [{"key": "_tracking_number", "value": number}])
    order["meta_data"] = merge_meta(store, order["meta_data"], [{"key": "_tracking_provider", "value": provider}])
    order_status.add_note(store, order, f"Shipped with {provider}: {number}", to_customer=True, author="admin")
    return "note"


def _state(row: Row, body: dict[str, Any]) -> None:
    if "status" in body:
        row["status"] = body["status"]
    row["is_fulfilled"] = body.get("is_fulfilled", row["status"] == "fulfilled")


def _view(row: Row) -> dict[str, Any]:
    """``entity_id`` is a string."""
    shown = {n: row[n] for n in ("id", "status", "is_fulfilled", "meta_data")}
    stamp = local(row["updated"], UTC)
    return shown | {
        "entity_type": "WC_Order",
        "entity_id": str(row["order_id"]),
        "date_updated": stamp,
        "date_deleted": None,
    }


def _tracking(row: Row) -> dict[str, Any]:
    return {n: row[n] for n in ("tracking_id", "tracking_provider", "tracking_link", "tracking_number", "date_shipped")}
