"""A hub and two ledgers that agree in everything; each test plants one thing that does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from proof.facts import Facts
from proof.ledgers import TR, WOO
from tests.goods_rows import goods, market, store

from entrepot.channels.models import Storefront
from entrepot.events.models import Event
from entrepot.fulfilment.models import Package
from entrepot.ingress.models import Receipt
from entrepot.inventory.models import StockLevel
from entrepot.listings.models import Listing, ListingLevel
from entrepot.orders.models import Line, Order

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)
SKU, NUMBER, PACKAGE, SALE = "SKU-0", "10900000001", 3400000001, 500


@dataclass
class World:
    """Rows of the hub and entries of both ledgers: one product, one order of two pieces, taken by the shop."""

    entries: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {TR: [], WOO: []})
    tags: dict[str, tuple[str, str]] = field(default_factory=lambda: {SKU: ("50.00", "publish")})

    def happened(self, slug: str, kind: str, *, ms: int = 0, **facts: Any) -> None:
        """An entry of a ledger, ``ms`` after noon."""
        self.entries[slug].append({"seq": len(self.entries[slug]) + 1, "at": AT_MS + ms, "kind": kind, **facts})

    def found(self, check: Any) -> list[str]:
        """The counters that a checker raises, with what it says."""
        facts = Facts(self.entries[TR], self.entries[WOO], self.tags, [SKU])
        return [f.counter for f in check(facts)]

    def update(self, table: str, change: str) -> None:
        """Somebody writes into the hub's database past the hub."""
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {change}")


def line(quantity: int, total: str) -> dict[str, Any]:
    return {"line_id": 1, "barcode": SKU, "quantity": quantity, "line_total": total, "unit_price": "50.00"}


def remotes(world: World) -> None:
    place = {"storefront": "TR", "barcode": SKU}
    world.happened(TR, "stock.set", **place, quantity=10, by="create")
    world.happened(TR, "price.set", **place, sale_price="50.00", list_price="50.00", by="create")
    world.happened(TR, "product.approved", **place)
    world.happened(WOO, "stock.set", sku=SKU, quantity=10, by="shop")
    world.happened(
        TR, "order.placed", ms=1000, order_number=NUMBER, package_id=PACKAGE, lines=[line(2, "100.00")],
        total="100.00", currency="TRY", storefront="TR", status="Created",
    )  # fmt: skip
    world.happened(
        TR, "webhook.sent", ms=1200, status=200, package_id=PACKAGE, package_status="Created", order_number=NUMBER,
        label="trendyol Created",
    )  # fmt: skip
    world.happened(WOO, "stock.reduced", ms=2000, sku=SKU, quantity=8, change=-2, order_id=SALE)
    world.happened(
        WOO, "order.created", ms=2000, id=SALE, status="processing", total="100.00", currency="TRY",
        meta={"_entrepot_order": NUMBER, "_entrepot_ref": "ref-1"}, lines=[{"sku": SKU, "quantity": 2}],
    )  # fmt: skip


def rows_of(seller: Any) -> None:
    shop, there = store(seller), market(seller)
    (variant,) = goods(seller, 1, source=shop)
    front = Storefront.objects.system().get()
    order = Order.objects.system().create(
        seller=seller, channel=there, storefront=front, order_ref=NUMBER, state="synced", placed_at=AT, modified_at=AT,
        seen_at=AT, currency="TRY", gross=100, seller_discount=0, channel_discount=0, shipping=0, total=Decimal(100),
        is_paid=True, store=shop, store_ref=str(SALE),
    )  # fmt: skip
    Line.objects.system().create(
        seller=seller, order=order, line_ref="1", variant=variant, listing_ref=SKU, sku=SKU, title="Çay", quantity=2,
        unit_gross=50, unit_seller_discount=0, unit_channel_discount=0, unit_price=50, line_total=100,
        vat_rate=Decimal("0.1"),
    )  # fmt: skip
    Package.objects.system().create(
        seller=seller, order=order, channel=there, package_ref=str(PACKAGE), state="created", their_status="Created",
        modified_at=AT,
    )  # fmt: skip
    Receipt.objects.system().create(
        seller=seller, channel=there, kind="package", subject_ref=NUMBER, identity=f"{PACKAGE}:1:a", via="webhook",
        raw={"shipmentPackageStatus": "Created"}, received_at=AT, status="done", outcome="applied",
    )  # fmt: skip
    StockLevel.objects.system().create(seller=seller, variant=variant, on_hand=8, read_at=AT, source="store")
    listing = Listing.objects.system().create(
        seller=seller, variant=variant, storefront=front, listing_ref=SKU, state="live", live_at=AT
    )
    for lane, value, list_ in (("stock", 8, None), ("price", 50, 50)):
        ListingLevel.objects.system().create(
            seller=seller, listing=listing, storefront=front, lane=lane, desired_value=value, desired_list=list_,
            acknowledged_value=value, acknowledged_list=list_,
        )  # fmt: skip
    Event.objects.create(
        seq=1, event_id="11111111-1111-1111-1111-111111111111", type="order.new", topic="order", key=str(order.id),
        seller_id=seller.id, subject=NUMBER, payload={}, at=AT, recorded_at=datetime.now(UTC) - timedelta(seconds=1),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO proof.recorded SELECT event_id FROM events_event")
        cursor.execute(
            "INSERT INTO proof.seen (event_id, seq, topic, key) SELECT event_id, seq, topic, key FROM events_event"
        )
