"""Which pulls a channel has, and when each is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.channels.models import Channel, Storefront
from entrepot.core.clock import now
from entrepot.events.services import Event
from entrepot.kit.registry import connector

from ..models import Feed

# feed → (capability it needs, seconds between pulls); the settings hub.every.<feed> overrides.
STORE_FEEDS = {
    "products": ("pull_products", 20.0),
    "stock": ("pull_stock", 30.0),
    "fulfilments": ("pull_fulfilments", 10.0),
}
MARKET_FEEDS = {
    "orders": ("pull_orders", 6.0),
    "review": ("pull_listings", 2.0),
    "verdicts": ("pull_audits", 5.0),
    "observed": ("pull_listings", 60.0),
}


def open_feeds(*, channel: Channel, at: datetime) -> int:
    """Make the feeds that the connector can pull, one a storefront for a marketplace; the number there are."""
    spec = connector(channel.connector)
    known = STORE_FEEDS if channel.role == "store" else MARKET_FEEDS
    fronts: list[Storefront | None] = [None]
    if channel.role == "marketplace":
        fronts = list(Storefront.objects.system().filter(channel=channel, is_open=True))
    rows = [
        Feed(
            seller_id=channel.seller_id, channel=channel, storefront=front, name=name, not_before=at,
            every_s=float(channel.settings.get(f"hub.every.{name}", every_s)),
        )
        for name, (capability, every_s) in known.items()
        if spec.has(capability)
        for front in fronts
    ]  # fmt: skip
    Feed.objects.system().bulk_create(rows, ignore_conflicts=True)
    return Feed.objects.system().filter(channel=channel).count()


def follow_storefronts(events: list[Event]) -> None:
    """A storefront was opened: where its channel is live already, its feeds start. Before that, going live does it."""
    wanted = {int(event.key) for event in events}
    live = Channel.objects.system().filter(id__in=wanted, state__in=["live", "locked_out"]).order_by("id")
    for channel in live:
        open_feeds(channel=channel, at=now())


def hint_feed(*, channel_id: int, name: str, refs: Sequence[str], at: datetime) -> None:
    """A thin webhook named these: fetch just them, at once. Coalesced with what is wanted already."""
    with transaction.atomic():
        for feed in (
            Feed.objects.system().filter(channel_id=channel_id, name=name).order_by("id").select_for_update(no_key=True)
        ):
            feed.wanted_refs = sorted({*feed.wanted_refs, *refs})[:1000]
            feed.not_before = min(feed.not_before or at, at)
            feed.save(update_fields=["wanted_refs", "not_before"])
