"""Everything a reader must know about WooCommerce, as data."""

from __future__ import annotations

from typing import Any

from entrepot.core.errors import RemoteError, RemoteRefused
from entrepot.kit.auth import Basic, ByScheme, OAuth1
from entrepot.kit.requests import Request
from entrepot.kit.spec import (
    Call,
    Credential,
    Details,
    Find,
    Kind,
    Limit,
    Many,
    Pull,
    Receive,
    Setting,
    Spec,
    Subscribe,
)

from . import batching, calls, facts, lowering, mapping, orders, placing, settling, stock, tracking, webhooks, wire

_KEY, _SECRET = "consumer_key", "consumer_secret"


def words(body: Any) -> str:
    """The store's own words: message, code, and which parameter is meant."""
    if not isinstance(body, dict):
        return str(body)[:300]
    more = body.get("data")  # a bare number in some errors
    params = more.get("params") if isinstance(more, dict) else None
    named = [f"{name}: {why}" for name, why in params.items()] if isinstance(params, dict) else []
    return "; ".join([f"{body.get('message', '')} [{body.get('code', '')}]", *named])


def classify(request: Request, status: int, body: Any) -> RemoteError | None:
    """Refusals that do not look like one: a firewall's page, and errors that WooCommerce sends as 500 and 501."""
    if isinstance(body, str) and status in (403, 406, 501):
        text = f"WooCommerce was not reached: a firewall or plugin answered {request.path} with a page ({status})"
        return RemoteRefused(text, status=status, body=body)
    code = str(body.get("code", "")) if isinstance(body, dict) else ""
    if status in (500, 501) and code.startswith(("woocommerce_rest_cannot_", "woocommerce_rest_trash_")):
        return RemoteRefused(f"WooCommerce refused {request.path} ({status}): {words(body)}", status=status, body=body)
    return None


def _named(kind: str) -> Any:
    def name(raw: Any) -> str:
        if raw["id"] in (None, ""):
            raise KeyError("id")
        return f"{kind} {raw['id']}"

    return name


_STOCK = Pull(
    kind="stock",
    first=calls.stock_first,
    page=calls.page,
    details=Details(kind="variation", first=calls.variations_stock_first, page=calls.page),
    max_refs=calls.PAGE,
)

SPEC = Spec(
    slug="woocommerce",
    label="WooCommerce",
    role="store",
    docs="https://woocommerce.github.io/woocommerce-rest-api-docs/",
    docs_read="2026-06-01",
    auth=ByScheme(https=Basic(_KEY, _SECRET), http=OAuth1(_KEY, _SECRET)),
    credentials=(
        Credential(name=_KEY, label="Consumer key", help="ck_…, from WooCommerce > Settings > Advanced > REST API"),
        Credential(name=_SECRET, label="Consumer secret", help="cs_…; the key needs read and write rights"),
    ),
    kinds={
        "product": Kind(
            wire=wire.Product, into=mapping.product, unwrap=calls.items, name_of=_named("product")
        ),
        "variation": Kind(
            wire=wire.Variation, into=mapping.variant, unwrap=calls.items, name_of=_named("variation")
        ),
        "stock": Kind(wire=wire.Product, into=stock.readings, unwrap=calls.items, name_of=_named("product")),
        "category": Kind(
            wire=wire.Category, into=mapping.category, unwrap=calls.items, name_of=_named("category")
        ),
        "order": Kind(wire=wire.Order, into=orders.store_order, unwrap=calls.items, name_of=_named("store order")),
        "shipment": Kind(
            wire=wire.Tracking, into=tracking.shipment, unwrap=tracking.unwrap, name_of=tracking.name_of
        ),
        "webhook": Kind(wire=wire.Webhook, into=webhooks.of_wire, unwrap=calls.items, name_of=_named("webhook")),
        "setting": Kind(wire=wire.Fact, into=facts.part, unwrap=facts.unwrap, name_of=facts.name_of),
    },
    package_states=orders.STATES,
    can={
        "pull_facts": Pull(kind="setting", first=facts.first, page=facts.page, merge=facts.merge),
        "pull_products": Pull(
            kind="product",
            first=calls.products_first,
            page=calls.page,
            details=Details(kind="variation", first=calls.variations_first, page=calls.page),
            max_refs=calls.PAGE,
        ),
        "pull_categories": Pull(kind="category", first=calls.categories_first, page=calls.page),
        "pull_stock": _STOCK,
        "pull_prices": _STOCK,  # one reading tells both
        "push_order": Call(
            build=placing.push,
            read=placing.created,
            find=(
                Find(
                    first=placing.search_first, page=orders.page, match=placing.match,
                    first_of=batching.search_first_of,
                ),
            ),
            probe=orders.probe,
            many=Many(most=batching.MOST, build=batching.push, read=batching.created),
        ),
        "settle_total": Call(
            build=settling.settle,
            read=settling.settled,
            find=(Find(first=settling.search, page=settling.page, match=settling.match),),
            probe=orders.probe,
        ),
        "cancel_order": Call(build=orders.cancel, read=orders.cancelled, probe=orders.probe),
        "note_waybills": Call(build=orders.waybills, read=orders.waybills_noted),
        "get_order_lines": Call(build=lowering.lines_of, read=lowering.held_lines),
        "lower_order": Call(
            build=lowering.lower,
            read=lowering.lowered,
            find=(Find(first=lowering.search, page=lowering.page, match=lowering.match),),
        ),
        "pull_fulfilments": Pull(
            kind="order",
            first=orders.fulfilments_first,
            page=orders.page,
            details=Details(kind="shipment", first=tracking.first, page=tracking.page),
            max_refs=calls.PAGE,
        ),
        "register_webhooks": Subscribe(
            topics=webhooks.TOPICS,
            create=webhooks.create,
            created=webhooks.created,
            listing=webhooks.first,
            page=calls.page,
            into=webhooks.subscription,
            update=webhooks.update,
            activate=webhooks.activate,
            deactivate=webhooks.deactivate,
            delete=webhooks.delete,
            url_rule=webhooks.url_rule,
            brings=webhooks.BRINGS,
        ),
        "read_webhook": Receive(
            verify=webhooks.verify, read=webhooks.read, is_ping=webhooks.is_ping, proofs=("hmac",)
        ),
    },
    limits=(
        Limit(
            count=600, per_s=60, scope="host", source="our own courtesy: WooCommerce's core limits nothing, hosts do"
        ),
    ),
    settings=(
        Setting(
            name="gtin_source", label="Where the GTIN is kept: global_unique_id, sku or meta:KEY",
            default="global_unique_id",
        ),
        Setting(
            name="brand_source", label="Where the brand is kept: auto, attribute:NAME or meta:KEY", default="auto"
        ),
        Setting(name="order_email", label="E-mail put on orders, so that buyers get no mail; empty: none", default=""),
        Setting(
            name="invoice_meta", label="Meta key under which an invoicing plugin keeps the invoice's number",
            default="_invoice_number", assumed=True,
        ),
        Setting(
            name="order_states", label="Statuses that plugins add: slug → open, fulfilled, cancelled or refunded",
            default={},
        ),
    ),
    words=words,
    classify=classify,
)  # fmt: skip
