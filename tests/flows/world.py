"""A connected seller: a WooCommerce shop and Trendyol on one sandbox, with the drainers turned by hand until quiet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connections

from entrepot.accounts.models import Seller
from entrepot.accounts.services import create_seller
from entrepot.catalog.models import Variant
from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Intent
from entrepot.channels.services.vault import unseal
from entrepot.core.clock import now
from entrepot.egress import services as egress
from entrepot.fulfilment.models import Package
from entrepot.ingress import services as ingress
from entrepot.ingress.models import Feed
from entrepot.ingress.services.connect import keep_facts
from entrepot.inventory.models import Reservation, StockLevel
from entrepot.listings.models import Listing
from entrepot.orders import services as orders
from entrepot.orders.models import Order
from entrepot.sandbox.server import SandboxServer
from entrepot.sandbox.trendyol.payload import package_json

ROUNDS = 40
SHOP, MARKET = "woocommerce", "trendyol"
# In the sample shop: standard class (20 % in TR) and reduced (10 % in TR); the marketplace's barcode is their SKU.
SOAP, LINEN, SHIRT = "SABUN-DEFNE", "MUTFAK-HAVLU", "TSHIRT-ANADOLU-KIR-M"
GOODS = {SOAP: ("48.00", 20), LINEN: ("9.99", 20), SHIRT: ("399.00", 10)}


@dataclass(slots=True)
class World:
    """One seller's hub and both remotes. ``act`` does what people do there; ``settle`` lets the hub work until quiet."""

    server: SandboxServer
    seller: Seller
    store: Channel
    market: Channel
    variants: dict[str, int] = field(default_factory=dict)

    # -- the remotes -----------------------------------------------------------------------------------------------

    def act(self, slug: str, action: str, **given: Any) -> dict[str, Any]:
        return self.server.remotes[slug].actions[action](**given)

    def buy(self, *lines: tuple[str, int], **more: Any) -> dict[str, Any]:
        """A buyer's order on Trendyol: (barcode, quantity), and further arguments of ``place_order``."""
        discount = more.pop("discount", 0)
        rows = [{"barcode": b, "quantity": q, "discount_percentage": discount} for b, q in lines or [(SOAP, 1)]]
        return self.act(MARKET, "place_order", lines=rows, **more)

    def dial(self, slug: str, **dials: float) -> None:
        self.server.remotes[slug].faults.set(**dials)

    def ledger(self, slug: str, *kinds: str) -> list[dict[str, Any]]:
        return list(self.server.remotes[slug].ledger.of(*kinds))

    def shop_orders(self) -> list[dict[str, Any]]:
        """Orders of ours in the shop, oldest first: status, total and currency as told, lines as text, meta by key."""
        found = [_shown(row) for row in self.server.remotes[SHOP].snapshot()["tables"]["orders"]]
        return sorted((o for o in found if o["meta"].get("_entrepot_order")), key=lambda o: o["id"])

    def shop_order(self, order: Order) -> dict[str, Any]:
        """The shop's own row of an order, with lines, fees and addresses."""
        rows = self.server.remotes[SHOP].snapshot()["tables"]["orders"]
        return next(row for row in rows if str(row["id"]) == order.store_ref)

    def shop_stock(self, sku: str) -> int:
        return next(p["quantity"] for p in self.server.remotes[SHOP].summary()["products"] if p["sku"] == sku)

    def body_of(self, package_id: int, **changed: Any) -> bytes:
        """What Trendyol would post of a package as it is now, with keys changed."""
        world = self._market_world()
        content = package_json(world, world.packages[package_id]) | changed
        page = {"totalElements": 1, "totalPages": 1, "page": 0, "size": 1, "content": [content]}
        return json.dumps(page, ensure_ascii=False).encode()

    def _market_world(self) -> Any:
        return self.server.remotes[MARKET].snapshot.__self__

    # -- the hub ---------------------------------------------------------------------------------------------------

    def post(self, body: bytes, key: str | None = None) -> int:
        """A webhook arrives; the status of the answer."""
        secret = unseal(self.market.webhook_secret)["secret"] if key is None else key
        return ingress.receive(token=self.market.webhook_token, headers={"X-API-Key": secret}, body=body, at=now())

    def webhook(self, package_id: int, **changed: Any) -> int:
        return self.post(self.body_of(package_id, **changed))

    def poll(self) -> None:
        """Read what changed on the marketplace."""
        for feed in Feed.objects.system().filter(channel=self.market, name="orders").order_by("id"):
            ingress.pull_now(feed=feed, at=now())

    def read_shop(self, name: str = "fulfilments") -> Feed:
        """Read what changed in the shop; the feed afterwards."""
        feed = Feed.objects.system().get(channel=self.store, name=name)
        ingress.pull_now(feed=feed, at=now())
        feed.refresh_from_db()
        return feed

    def apply(self) -> None:
        while ingress.apply_receipts(limit=100, at=now()):
            pass

    def pursue(self) -> int:
        """One turn of every channel with open intents, as if ten minutes had gone by: what was postponed is due."""
        at = now() + timedelta(minutes=10)
        open_ = Intent.objects.system().filter(state__in=["planned", "sent", "unknown"])
        waiting = open_.values_list("channel_id").distinct().count()
        return sum(egress.pursue_intents(limit=50, at=at) for _ in range(waiting))

    def pursue_apart(self) -> None:
        """One claim in a thread of its own, which gives its connection back."""
        try:
            self.pursue()
        finally:
            connections.close_all()

    def settle(self) -> None:
        """Receipts and intents until nothing is open, or nothing moves any more."""
        for _ in range(ROUNDS):
            self.apply()
            if not self.pursue():
                return

    def arrive(self) -> None:
        """Everything on the marketplace comes in and all that follows is done."""
        self.poll()
        self.settle()

    def order(self, ref: str | dict[str, Any]) -> Order:
        number = ref if isinstance(ref, str) else ref["order_number"]
        return Order.objects.system().get(order_ref=number)

    def package(self, ref: int | dict[str, Any]) -> Package:
        number = ref if isinstance(ref, int) else ref["package_id"]
        return Package.objects.system().get(package_ref=str(number))

    def intent(self, kind: str, subject_id: int) -> Intent:
        return Intent.objects.system().filter(kind=kind, subject_id=subject_id).latest("id")

    def approve(self, order: Order) -> None:
        orders.approve_orders(seller_id=self.seller.id, order_ids=[order.id], at=now())

    def pushed(self, *lines: tuple[str, int], **more: Any) -> tuple[dict[str, Any], Order]:
        """An order that is in the shop: what the marketplace says of it, and the order."""
        told = self.buy(*lines, **more)
        self.arrive()
        if self.order(told).state == "new":
            self.approve(self.order(told))
            self.settle()
        order = self.order(told)
        assert order.state == "synced", (order.state, order.failure, order.hold_reason)
        return told, order

    def held(self, sku: str) -> int:
        rows = Reservation.objects.system().filter(variant_id=self.variants[sku], state="held")
        return sum(rows.values_list("quantity", flat=True))

    def on_hand(self, sku: str) -> int:
        return StockLevel.objects.system().get(variant_id=self.variants[sku]).on_hand


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    lines = ", ".join(f"{line['quantity']} × {line['sku'] or line['name'] or '?'}" for line in row["line_items"])
    meta = {item["key"]: item["value"] for item in row["meta_data"]}
    total = f"{Decimal(row['total']):.2f}"
    return {**{n: row[n] for n in ("id", "status", "currency")}, "total": total, "lines": lines, "meta": meta}


def connected(server: SandboxServer, *, is_auto_approving: bool = False) -> World:
    """The seller with store and market live, goods known on both, and three of them listed on Trendyol."""
    seller = create_seller(code="aydin", name="Aydın Züccaciye")
    woo, ty = server.remotes[SHOP].credentials, server.remotes[MARKET].credentials
    store = channels.add_channel(
        seller_id=seller.id, slug=SHOP, name="Dükkân", base_url=woo["url"], at=now(),
        secrets={name: woo[name] for name in ("consumer_key", "consumer_secret")}, settings={"hub.late_commit_s": 0},
    )  # fmt: skip
    market = channels.add_channel(
        seller_id=seller.id, slug=MARKET, name="Trendyol", base_url=ty["url"], account_ref=ty["seller_id"], at=now(),
        secrets={name: ty[name] for name in ("api_key", "api_secret")},
    )  # fmt: skip
    front = channels.open_storefront(seller_id=seller.id, channel_id=market.id, code="TR")
    Channel.objects.system().update(state="matched")
    for channel in (store, market):
        channel.refresh_from_db()
        ingress.go_live(channel=channel, at=now())
    keep_facts(channel=store, client=channels.client_for(store), at=now())
    Channel.objects.system().filter(id=market.id).update(is_auto_approving=is_auto_approving)
    world = World(server, seller, store, market)
    world.act(MARKET, "limits", enabled=False)
    for sku, (price, quantity) in GOODS.items():
        vat = 10 if sku == SHIRT else 20
        world.act(
            MARKET, "seed_product", barcode=sku, title=sku, sale_price=float(price), quantity=quantity, vatRate=vat
        )
    world.read_shop("products")
    world.variants = dict(Variant.objects.for_seller(seller.id).values_list("sku", "id"))
    Listing.objects.system().bulk_create(
        Listing(seller_id=seller.id, variant_id=world.variants[sku], storefront=front, listing_ref=sku, state="live")
        for sku in GOODS
    )
    for channel in (store, market):
        channel.refresh_from_db()
    return world
