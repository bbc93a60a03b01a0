"""Live listings of one seller, with Trendyol on the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from entrepot.channels.models import Channel
from entrepot.channels.services import client as clients
from entrepot.channels.services import vault
from entrepot.core.clock import now
from entrepot.egress import services as egress
from entrepot.egress.models import PushBatch
from entrepot.inventory.services import record_readings
from entrepot.listings.models import Listing, ListingLevel
from entrepot.listings.services import compute_stock_levels

from ..goods_rows import goods, listings, market
from .wire_trendyol import WireTrendyol


@pytest.fixture
def trendyol(monkeypatch) -> WireTrendyol:
    remote = WireTrendyol()
    with httpx.Client(transport=httpx.MockTransport(remote)) as http:
        monkeypatch.setattr(clients, "_http", lambda: http)
        yield remote


@pytest.fixture
def seller(transactional_db):
    from entrepot.accounts.services import create_seller

    return create_seller(code="aydin", name="Aydın Züccaciye")


@pytest.fixture
def on_sale(seller, trendyol) -> Callable[..., list]:
    """``count`` variants live on Trendyol TR with stock 5 and price 100.00, acknowledged."""

    def make(count: int):
        channel = market(seller)
        Channel.objects.system().filter(id=channel.id).update(
            first_push_approved_at=now(), account_ref="4242", secrets=vault.seal({"api_key": "k", "api_secret": "s"})
        )
        variants = goods(seller, count)
        rows = listings(variants)
        Listing.objects.system().filter(id__in=[r.id for r in rows]).update(state="live", live_at=now())
        read(seller, {v.id: 5 for v in variants})
        long_ago = now() - timedelta(minutes=5)
        ListingLevel.objects.system().filter(lane="stock").update(
            acknowledged_value=5, acknowledged_at=long_ago, is_due=False
        )
        ListingLevel.objects.system().filter(lane="price").update(
            desired_value=Decimal(100), desired_list=Decimal(120), acknowledged_value=Decimal(100),
            acknowledged_list=Decimal(120), acknowledged_at=long_ago,
        )  # fmt: skip
        trendyol.held = {
            v.gtin: {"barcode": v.gtin, "quantity": 5, "salePrice": 100.0, "listPrice": 120.0} for v in variants
        }
        return variants

    return make


def read(seller, quantities: dict[int, int]) -> None:
    """The shop now has these; desired levels follow."""
    record_readings(seller_id=seller.id, readings=list(quantities.items()), began_at=now())
    compute_stock_levels(variant_ids=list(quantities), at=now())


def poll() -> None:
    """Ask for every open batch, due or not."""
    PushBatch.objects.system().filter(state__in=["planned", "submitted", "polling", "unknown"]).update(
        not_before=now(), leased_until=None
    )
    egress.poll_batches(limit=100, at=now())


def too_late_to_come() -> None:
    """What was sent can no longer arrive: the window for that is over."""
    PushBatch.objects.system().filter(sent_at__isnull=False).update(sent_at=now() - timedelta(seconds=6))


def level(variant, lane: str = "stock") -> ListingLevel:
    return ListingLevel.objects.system().get(listing__variant=variant, lane=lane)
