"""The simulated shop, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.sandbox.clock import Clock
from entrepot.sandbox.deliveries import Deliveries
from entrepot.sandbox.faults import Dials, FaultMiddleware, Faults
from entrepot.sandbox.ledger import Ledger
from entrepot.sandbox.remote import Remote

from . import actions, catalogue, order_view, product_view, terms
from .app import RestApp
from .buyers import Arrivals
from .desk import forms
from .order_routes import Orders
from .product_routes import Products
from .refunds import Refunds
from .routing import Router
from .settings import Settings
from .shipments import Shipments
from .shop_routes import Shop
from .state import Store
from .summary import summary
from .tables import tables
from .webhooks import Webhooks

if TYPE_CHECKING:
    from pathlib import Path

BASE = "/wp-json/wc/v3"


def build(
    *,
    url: str,
    seed: int,
    dials: Dials,
    state_dir: Path | None,
    catalogue_file: Path | None = None,
    settings: dict[str, Any] | None = None,
) -> Remote:
    """A WooCommerce shop.

    ``catalogue_file`` is a WooCommerce product CSV; the built-in sample when None, an empty file for an empty shop.
    ``settings`` are changes to ``Settings``.
    """
    clock, faults = Clock(), Faults(dials, seed)
    ledger = Ledger(clock, state_dir / "ledger.jsonl" if state_dir else None)
    shop = Settings()
    shop.change(**(settings or {}))
    store = Store(url=url, seed=seed, clock=clock, ledger=ledger, settings=shop)
    is_restart = state_dir is not None and (state_dir / "state.json").exists()
    if not is_restart:
        catalogue.load(store, catalogue_file or catalogue.SAMPLE)
    deliveries = Deliveries(faults, ledger)
    webhooks, router = Webhooks(store, deliveries, _represent(store)), _routes(store)
    webhooks.mount(router, BASE)
    acts = actions.of(store)
    arrivals = Arrivals(store, faults, acts["sell"])
    acts["buyers"] = arrivals.buyers

    def tick() -> None:
        arrivals.tick()
        webhooks.tick()

    return Remote(
        slug="woocommerce",
        clock=clock,
        faults=faults,
        ledger=ledger,
        deliveries=deliveries,
        app=FaultMiddleware(RestApp(store, router, faults), faults),
        credentials=_credentials(store),
        summary=lambda: summary(store),
        snapshot=store.snapshot,
        restore=store.restore,
        tick=tick,
        actions=acts,
        tables=lambda: tables(store),
        forms=lambda: forms(store),
    )


def _routes(store: Store) -> Router:
    router = Router()
    orders = Orders(store)
    terms.mount(store, router, BASE)
    Products(store).mount(router, BASE)
    orders.mount(router, BASE)
    Refunds(store, orders).mount(router, BASE)
    Shipments(store, orders).mount(router, BASE)
    Shop(store, router).mount(BASE)
    return router


def _represent(store: Store) -> Any:
    """How a webhook shows a resource: exactly as the REST API does at that moment; None when it is gone."""

    def represent(topic: str, id_: int) -> dict[str, Any] | None:
        if topic.startswith("order."):
            row = store.orders.get(id_)
            return order_view.order(store, row) if row else None
        row = store.products.get(id_)
        return product_view.product(store, row) if row else None

    return represent


def _credentials(store: Store) -> dict[str, str]:
    both, reader, writer = store.keys
    return {
        "url": store.url,
        "consumer_key": both.consumer_key,
        "consumer_secret": both.consumer_secret,
        "readonly_key": reader.consumer_key,
        "readonly_secret": reader.consumer_secret,
        "writeonly_key": writer.consumer_key,
        "writeonly_secret": writer.consumer_secret,
    }
