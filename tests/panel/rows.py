"""A seller's world in rows: one of everything that the panel shows, as often as a test asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile

from entrepot.accounts.models import ApiKey
from entrepot.audit.models import AuditEntry
from entrepot.catalog.models import Component, FieldOwner, Mapping, Product, Variant
from entrepot.channels.models import Binding, CallLog, Channel, Intent, Storefront, Subscription
from entrepot.documents.models import Document
from entrepot.egress.models import PushBatch, PushItem
from entrepot.events.models import Event, ParkedEvent, StateChange
from entrepot.fulfilment.models import Package, PackageLine
from entrepot.ingress.models import DriftSeen, Feed, HookIncident, HookWatch, Receipt, SetAside
from entrepot.inventory.models import Buffer, Reservation, Shortage, StockLevel
from entrepot.jobs.models import Run
from entrepot.listings.models import Listing, ListingLevel
from entrepot.orders.models import Adjustment, Line, Order, Party
from entrepot.pricing.models import BasePrice, Price, PriceRule

HOUR = timedelta(hours=1)
STEPS = [
    {"step": "base", "amount": "120.0000", "why": "TRY, with tax"},
    {"step": "VAT", "amount": "3.8675", "why": "+ 19%"},
]


def now() -> datetime:
    return datetime.now(UTC)


class World:
    """Rows of one seller; ``add(n)`` adds n of each kind."""

    def __init__(self, seller) -> None:
        self.seller, self.n = seller, 0
        own = {"seller": seller}
        self.store = Channel.objects.create(
            **own,
            name="Dükkân",
            connector="woocommerce",
            role="store",
            base_url="https://shop.example",
            state="live",
            webhook_token=f"{seller.code}-store",
        )
        self.market = Channel.objects.create(
            **own, name="Trendyol", connector="trendyol", role="marketplace", base_url="https://api.example", state="live",
            webhook_token=f"{seller.code}-market", last_ok_at=now(), checks={"pull_orders": "ok", "push_offers": "no permission"},
            match_report={"exact": 3, "normalised": 1, "ambiguous": [{"theirs": ["A"], "ours": ["B", "C"]}], "none": [["X"]], "read": 6},
        )  # fmt: skip
        self.front = Storefront.objects.create(
            **own, channel=self.market, code="DE", country="DE", currency="EUR", language="de"
        )
        PriceRule.objects.create(**own, storefront=self.front, markup_rate=Decimal("0.3"), ending="0.99")
        Feed.objects.create(
            **own, channel=self.market, storefront=self.front, name="orders", every_s=6, watermark_ms=1_700_000_000_000
        )
        Mapping.objects.create(
            **own,
            connector="trendyol",
            kind="brand",
            ours="Paşabahçe",
            folded="pasabahce",
            theirs_ref="77",
            source="own",
        )
        self.hook = Subscription.objects.create(
            **own, channel=self.market, subscription_ref="1116", topic="packages", host="hub.example", is_active=True,
            is_ours=True, seen_at=now(),
        )  # fmt: skip
        HookWatch.objects.create(**own, channel=self.market, kind="package", judged_until=now(), brought=3, missed=1)
        HookIncident.objects.create(
            **own,
            channel=self.market,
            kind="package",
            cause="silence",
            opened_at=now(),
            gap_from=now() - HOUR,
            missed=1,
        )
        self.products, self.variants, self.orders, self.packages, self.listings = [], [], [], [], []

    def add(self, times: int = 1) -> World:
        for _ in range(times):
            self.n += 1
            self._goods()
            self._offer()
            self._purchase()
            self._traffic()
        return self

    def _goods(self) -> None:
        own, n = {"seller": self.seller}, self.n
        product = Product.objects.create(
            **own, source=self.store, product_ref=f"P{n}", title=f"Çay bardağı {n}", brand="Paşabahçe", category="Ev > Bardak",
            description="<p>İnce belli</p>", images=["https://img.example/1.jpg"], attributes={"Renk": ["Şeffaf"]},
        )  # fmt: skip
        variant = Variant.objects.create(
            **own,
            product=product,
            sku=f"{self.seller.code}-TEA-{n}",
            weight_g=250,
            origin="TR",
            vat_rate=Decimal("0.20"),
        )
        StockLevel.objects.create(**own, variant=variant, on_hand=5, read_at=now(), source="store")
        Buffer.objects.create(**own, storefront=self.front, variant=variant, pieces=1)
        BasePrice.objects.create(
            **own, variant=variant, regular=120, currency="TRY", is_tax_included=True, source="store", set_at=now()
        )
        Price.objects.create(
            **own, variant=variant, storefront=self.front, list_price=Decimal("3.99"), sale_price=Decimal("3.99"), currency="EUR",
            steps=STEPS, computed_at=now(),
        )  # fmt: skip
        if self.variants:
            Component.objects.create(**own, kit=variant, part=self.variants[0], quantity=2)
        FieldOwner.objects.create(**own, channel=self.store, product=product, field="title", owner="hub")
        Binding.objects.create(
            **own, channel=self.store, kind="variant", our_id=variant.id, their_ref=f"V{n}", parent_ref=f"P{n}"
        )
        self.products.append(product)
        self.variants.append(variant)

    def _offer(self) -> None:
        own, n, variant = {"seller": self.seller}, self.n, self.variants[-1]
        listing = Listing.objects.create(
            **own, variant=variant, storefront=self.front, listing_ref=variant.sku, state="draft",
            missing=[{"field": "gtin", "why": "is not known"}], content={"title": "Teeglas", "attributes": []},
        )  # fmt: skip
        for lane, value in (("stock", 4), ("price", Decimal("3.99"))):
            ListingLevel.objects.create(
                **own, listing=listing, storefront=self.front, lane=lane, desired_value=value, acknowledged_value=1,
                observed_value=2, is_due=True,
            )  # fmt: skip
        batch = PushBatch.objects.create(
            **own,
            channel=self.market,
            storefront=self.front,
            capability="push_offers",
            item_count=1,
            made_at=now(),
            state="settled",
        )
        PushItem.objects.create(
            **own, batch=batch, listing=listing, listing_ref=listing.listing_ref, sent={"stock": 4, "sale": "3.99"}, is_ok=False,
            reason="price is too low",
        )  # fmt: skip
        self.listings.append(listing)
        self.batch = batch
        assert n

    def _purchase(self) -> None:
        own, n, variant = {"seller": self.seller}, self.n, self.variants[-1]
        order = Order.objects.create(
            **own, channel=self.market, storefront=self.front, order_ref=f"{self.seller.code}-{1000 + n}", placed_at=now() - HOUR,
            modified_at=now(), seen_at=now(), currency="EUR", gross=Decimal("7.98"), seller_discount=0, channel_discount=0,
            shipping=0, total=Decimal("7.98"), is_paid=True,
        )  # fmt: skip
        line = Line.objects.create(
            **own, order=order, line_ref="1", variant=variant, listing_ref=variant.sku, sku=variant.sku, title="Teeglas",
            quantity=2, unit_gross=Decimal("3.99"), unit_seller_discount=0, unit_channel_discount=0, unit_price=Decimal("3.99"),
            line_total=Decimal("7.98"), vat_rate=Decimal("0.19"),
        )  # fmt: skip
        for role in ("ship_to", "bill_to"):
            Party.objects.create(
                **own,
                order=order,
                role=role,
                name="Jürgen Weiß",
                lines=["Hauptstraße 1"],
                city="Köln",
                postcode="50667",
                country="DE",
            )
        Adjustment.objects.create(
            **own, order=order, kind="rounding", amount=Decimal("0.01"), currency="EUR", rule="residue"
        )
        document = Document(
            **own, kind="label", name=f"L{n}.pdf", media_type="application/pdf", size=4, sha256=f"{n:064d}"
        )
        document.file.save(f"{self.seller.code}-{n}.pdf", ContentFile(b"%PDF"), save=True)
        package = Package.objects.create(
            **own, order=order, channel=self.market, package_ref=f"{self.seller.code}-PK{n}", their_status="Created", state="created",
            modified_at=now(), ship_by=now() - HOUR,
        )  # fmt: skip
        PackageLine.objects.create(**own, package=package, line=line, quantity=2)
        Reservation.objects.create(**own, variant=variant, line_id=line.id, quantity=2, made_at=now())
        Shortage.objects.create(**own, variant=variant, line_id=line.id, quantity=1, found_at=now())
        Intent.objects.create(
            **own, channel=self.store, kind="store_order", subject_id=order.id, our_ref=f"EN-store_order-{order.id}-1", state="sent",
            sent_at=now(),
        )  # fmt: skip
        self.document = document
        self.orders.append(order)
        self.packages.append(package)

    def _traffic(self) -> None:
        own, n, order = {"seller": self.seller}, self.n, self.orders[-1]
        Receipt.objects.create(
            **own, channel=self.market, kind="package", subject_ref=order.order_ref, identity=f"PK{n}:1", via="poll",
            raw={"orderNumber": order.order_ref}, received_at=now() - HOUR, status="done", outcome="applied",
        )  # fmt: skip
        self.aside = SetAside.objects.create(
            **own, channel=self.market, kind="package", subject=f"order {n}", field="status", reason="is not declared",
            raw={"status": "Flying"}, first_at=now(), last_at=now(),
        )  # fmt: skip
        DriftSeen.objects.create(
            **own, channel=self.market, kind="package", path=f"extra.{n}", sample="1", first_at=now(), last_at=now()
        )
        CallLog.objects.create(
            recorded_at=now(), seller_id=self.seller.id, channel_id=self.market.id, method="GET", path="/orders", endpoint="orders",
            status=200 if n % 2 else 500, ms=12, sent_bytes=0, received_bytes=9, outcome="ok", attempt=1,
        )  # fmt: skip
        StateChange.objects.create(
            machine="order", subject_id=order.id, seller_id=self.seller.id, event="hold", old="new", new="awaiting_confirmation",
            actor="seller", by="ayşe", note="looked odd", at=now() - HOUR,
        )  # fmt: skip
        AuditEntry.objects.create(
            recorded_at=now(), seller_id=self.seller.id, actor="ayşe", role="owner", door="panel", came_from="203.0.113.7",
            what=f"POST /panel/orders/order/{order.id}/do/hold/", fields=["reason"], subject_ids=[order.id],
        )  # fmt: skip
        seq = self.seller.id * 100_000 + n
        about = {
            "seq": seq, "event_id": f"00000000-0000-4000-8000-{seq:012d}", "type": "order.approved", "topic": "order",
            "key": str(order.id), "seller_id": self.seller.id, "subject": f"order/{order.id}", "payload": {}, "at": now(),
            "recorded_at": now(),
        }  # fmt: skip
        Event.objects.create(**about)
        self.parked = ParkedEvent.objects.create(
            **about, subscriber="nobody.listens", is_guilty=True, error="ValueError: no", parked_at=now()
        )
        self.run = Run.objects.create(
            kind="channel_match",
            seller_id=self.seller.id,
            title=f"Match {n}",
            state="running",
            total=10,
            done=4,
            asked_at=now(),
        )
        self.run.lines.create(at=now(), text="began")
        self.key = ApiKey.objects.create(
            **own,
            prefix=f"{self.seller.id:04d}{n:06d}",
            hash="0" * 64,
            name=f"key {n}",
            role="clerk",
            scopes=["orders:read"],
        )
