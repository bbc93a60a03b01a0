"""Which pulls a channel has, and when each is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.core.clock import now, to_ms
from entrepot.events.services import Event
from entrepot.kit.registry import connector

from ..models import Feed

if TYPE_CHECKING:
    from entrepot.channels.models import Channel, Storefront

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
# Passes over all that a channel has take minutes; the others ask for what is new, in seconds.
WHOLE_FEEDS = ("stock", "observed")
NEWS_FEEDS = ("webhooks", *(name for name in (*STORE_FEEDS, *MARKET_FEEDS) if name not in WHOLE_FEEDS))

# What webhooks tell of, and the feed that reads it.
FEED_OF = {"product": "products", "variation": "products", "order": "fulfilments"}

_MOST_WANTED = 3000  # refs; in requests of 100 that is as much as a shop of that size
_HINTED = ["hint_no", "wanted_refs", "wanted_nos", "watermark_ms", "whole_no", "not_before"]


def open_feeds(*, channel: Channel, at: datetime) -> int:
    """Make the feeds that the connector can pull, one a storefront for a marketplace; the number there are."""
    spec = connector(channel.connector)
    known = STORE_FEEDS if channel.role == "store" else MARKET_FEEDS
    fronts: list[Storefront | None] = [None]
    if channel.role == "marketplace":
        fronts = list(channels.storefronts(channel_id=channel.id))
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
    for channel in channels.channels_by_id(channel_ids=wanted):
        if channel.state in ("live", "locked_out"):
            open_feeds(channel=channel, at=now())


def follow_given_back(events: list[Event]) -> None:
    """The store may say a field again: its products are read at once, one or all."""
    for event in events:
        refs, channel_id = event.payload["product_refs"], int(event.key)
        if refs:
            hint_feed(channel_id=channel_id, name="products", refs=refs, at=now())
        else:
            read_again(channel_id=channel_id, name="products", at=now())


def hint_feed(*, channel_id: int, name: str, refs: Sequence[str], at: datetime) -> None:
    """A thin webhook named these: fetch just them, at once. Coalesced with what is wanted already.

    Hints are numbered, so a ref that is named again while it is being read is read once more. Where more are wanted
    than it is worth to name, everything is read again: none is dropped.
    """
    with transaction.atomic():
        for feed in _locked(channel_id, name):
            feed.hint_no += 1
            feed.wanted_refs = sorted({*feed.wanted_refs, *refs})
            feed.wanted_nos = {**feed.wanted_nos, **dict.fromkeys(refs, feed.hint_no)}
            if len(feed.wanted_refs) > _MOST_WANTED:
                _want_all(feed)
            feed.not_before = min(feed.not_before, at)
            feed.save(update_fields=_HINTED)


def read_again(*, channel_id: int, name: str, at: datetime) -> None:
    """Have a feed read from the beginning, at once; a pull that is under way does not count for it."""
    with transaction.atomic():
        for feed in _locked(channel_id, name):
            feed.hint_no += 1
            _want_all(feed)
            feed.not_before = min(feed.not_before, at)
            feed.save(update_fields=_HINTED)


def back_to(*, channel_id: int, name: str, since_ms: int, at: datetime) -> None:
    """Have a feed read again what changed since then, at once; a pull that is under way does not count for it."""
    with transaction.atomic():
        for feed in _locked(channel_id, name):
            feed.hint_no += 1
            feed.whole_no = feed.hint_no
            if feed.watermark_ms is not None:
                feed.watermark_ms = min(feed.watermark_ms, since_ms)
            feed.not_before = min(feed.not_before, at)
            feed.save(update_fields=_HINTED)


def settle_hints(*, feed: Feed, began: datetime) -> None:
    """All that ``feed`` wanted when it was claimed has been read, from ``began`` on; what was named later stays wanted.

    The watermark moves to ``began``, unless all was to be read again meanwhile. Who lost the claim changes nothing.
    """
    with transaction.atomic():
        row = Feed.objects.system().select_for_update(no_key=True).get(id=feed.id)
        if row.claim_no != feed.claim_no:
            return
        read = set(feed.wanted_refs)
        left = [r for r in row.wanted_refs if r not in read or row.wanted_nos.get(r, 0) > feed.hint_no]
        row.wanted_refs, row.wanted_nos = left, {r: row.wanted_nos[r] for r in left if r in row.wanted_nos}
        if row.whole_no <= feed.hint_no:
            row.watermark_ms = to_ms(began)
        row.save(update_fields=_HINTED)


def _locked(channel_id: int, name: str) -> list[Feed]:
    rows = Feed.objects.system().filter(channel_id=channel_id, name=name).order_by("id")
    return list(rows.select_for_update(no_key=True))


def _want_all(feed: Feed) -> None:
    feed.wanted_refs, feed.wanted_nos = [], {}
    feed.watermark_ms, feed.whole_no = None, feed.hint_no
