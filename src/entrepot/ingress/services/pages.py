# ruff: noqa: ARG001, ARG005 - windows, pages and ends of all feeds share one signature
"""What each feed asks for, and where a page of it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from django.db import InterfaceError, OperationalError, transaction

from entrepot.catalog import queries as catalog_queries
from entrepot.catalog import services as catalog
from entrepot.channels import queries as channels
from entrepot.core.clock import now, to_ms
from entrepot.core.errors import Refused
from entrepot.fulfilment import services as fulfilment
from entrepot.inventory import services as inventory
from entrepot.kit.batch import halves
from entrepot.kit.read import Aside, Read
from entrepot.kit.registry import connector
from entrepot.kit.requests import Window
from entrepot.kit.spec import Pull
from entrepot.kit.wire import WHOLE_RECORD
from entrepot.listings import queries as listing_queries
from entrepot.listings import services as listings
from entrepot.orders import services as orders

from ..models import Feed
from .aside import keep_aside
from .feeds import hint_feed, settle_hints
from .goods import keep_prices, keep_stock, take_products
from .receipts import keep_receipts
from .silence import judge_webhooks, keep_sightings
from .subscribe import watch_webhooks

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

Windows = Callable[[Feed, "Channel", datetime], Iterator[tuple[Window, str]]]
Apply = Callable[[Feed, "Channel", Read, datetime, dict[str, Any]], None]
Finish = Callable[[Feed, "Channel", datetime, dict[str, Any]], None]

_LOG = structlog.get_logger(__name__)
_DAY_MS = 86_400_000
_SWEEP = 10
_ASK_BY_NAME = 30  # every so many readings of orders some open ones are asked for by name
_AT_WORK = ("open", "fulfilled")  # orders that the store works on


@dataclass(frozen=True, slots=True)
class PageWay:
    """How one feed is read. ``apply`` gets each page; ``finish`` runs when every page was read.

    ``is_kept``: each message is kept as it came, so the same one again says nothing.
    """

    windows: Windows
    apply: Apply
    finish: Finish
    is_kept: bool = False


def _since(feed: Feed, channel: Channel, began: datetime, capability: str) -> Iterator[tuple[Window, str]]:
    """From the watermark, overlapped, to now, in windows no wider than the remote allows. Wanted refs come first."""
    way = connector(channel.connector).can[capability]
    assert isinstance(way, Pull)
    if feed.wanted_refs:
        for i in range(0, len(feed.wanted_refs), way.max_refs):
            yield Window(refs=tuple(feed.wanted_refs[i : i + way.max_refs])), capability
    until = to_ms(began)
    since = None if feed.watermark_ms is None else feed.watermark_ms - way.overlap_s * 1000
    if way.max_window_days is None:
        yield Window(since_ms=since), capability
        return
    widest = int(way.max_window_days * _DAY_MS) - 60_000
    start = until - widest if since is None else since
    while start < until:
        yield Window(since_ms=start, until_ms=min(start + widest, until)), capability
        start += widest


def _changed_and_swept(feed: Feed, channel: Channel, began: datetime) -> Iterator[tuple[Window, str]]:
    """What changed, and a few products in turn that did not say so: a variation's edit may leave its parent's date.

    The setting ``hub.sweep.products`` says how many in one pull; with 10 every 20 s, 10,000 take six hours.
    """
    yield from _since(feed, channel, began, "pull_products")
    size = int(channel.settings.get("hub.sweep.products", _SWEEP))
    if feed.watermark_ms is not None:
        refs = catalog_queries.sweep_refs(seller_id=channel.seller_id, channel_id=channel.id, turn=feed.runs, size=size)
        way = connector(channel.connector).can["pull_products"]
        assert isinstance(way, Pull)
        for i in range(0, len(refs), way.max_refs):
            yield Window(refs=tuple(refs[i : i + way.max_refs])), "pull_products"


def _advance(feed: Feed, channel: Channel, began: datetime, state: dict[str, Any]) -> None:
    """The watermark was taken before reading; wanted refs that were read are not wanted any more."""
    settle_hints(feed=feed, began=began)


def _nothing(feed: Feed, channel: Channel, began: datetime, state: dict[str, Any]) -> None:
    return


def _products(feed: Feed, channel: Channel, read: Read, began: datetime, state: dict[str, Any]) -> None:
    take_products(channel=channel, read=read, began=began)
    told = [(p.product_ref, p.modified_at) for p in read.records]
    keep_sightings(channel=channel, kind="product", told=told, at=began)


def _stock(feed: Feed, channel: Channel, read: Read, began: datetime, state: dict[str, Any]) -> None:
    ids = channels.our_ids(channel_id=channel.id, kind="variant", their_refs=[r.variant_ref for r in read.records])
    known = [(ids[r.variant_ref], r) for r in read.records if r.variant_ref in ids]
    keep_stock(channel=channel, rows=[(i, r.quantity, r.shared_stock_ref) for i, r in known], began=began)
    keep_prices(channel=channel, rows=[(i, r.regular_price, r.sale_price) for i, r in known], began=began)
    shown = [r for r in read.records if r.is_published]
    state.setdefault("seen", set()).update(r.variant_ref for r in shown)
    # One of these words is the ref of what could not be read: "variation 12 of product 7".
    state.setdefault("unreadable", set()).update(word for a in read.set_aside for word in a.where.split())
    other = catalog_queries.differs_from_shop(
        seller_id=channel.seller_id, shown={ids[r.variant_ref]: r.sku or "" for r in shown if r.variant_ref in ids}
    )
    again = {r.product_ref for r in shown if r.variant_ref not in ids or ids[r.variant_ref] in other}
    state.setdefault("again", set()).update(again)


def _compare_ids(feed: Feed, channel: Channel, began: datetime, state: dict[str, Any]) -> None:
    """The full pass ended: what it did not see is gone from the shop, and goes to stock 0 here. What it saw otherwise
    than we know it (new, back in the shop window, another SKU) is fetched in full, though its parent did not change.
    """
    if state.get("again"):
        hint_feed(channel_id=channel.id, name="products", refs=sorted(state["again"]), at=began)
    missed = catalog.unpublish_missing(
        seller_id=channel.seller_id, channel_id=channel.id, seen_variant_refs=state.get("seen", set()),
        unreadable=state.get("unreadable", set()), at=began,
    )  # fmt: skip
    if missed.needs_person:
        raise Refused(_thin(channel, missed))
    if not missed.waiting:  # else it was no reading of all there is
        inventory.record_pass(seller_id=channel.seller_id, channel_id=channel.id, began_at=began)


def _thin(channel: Channel, missed: catalog.Missed) -> str:
    """What a person should know, and can do."""
    shown = missed.known - missed.waiting
    return (
        f"{channel.name} showed {shown} of {missed.known} goods; the other {missed.waiting} stay on sale until the "
        "store shows them again, or a person says on the page of this feed that they really left"
    )


def _orders(feed: Feed, channel: Channel, read: Read, began: datetime, state: dict[str, Any]) -> None:
    keep_receipts(channel=channel, kind="package", raws=read.raws, records_=read.records, via="poll", at=began)


def _review(feed: Feed, channel: Channel, began: datetime) -> Iterator[tuple[Window, str]]:
    """Ask for what was submitted and has not been heard of."""
    way = connector(channel.connector).can["pull_listings"]
    assert isinstance(way, Pull)
    assert feed.storefront_id
    refs = listing_queries.waiting_for_review(storefront_id=feed.storefront_id, at=began, limit=1000)
    for i in range(0, len(refs), way.max_refs):
        yield Window(refs=tuple(refs[i : i + way.max_refs])), "pull_listings"


def _whole(feed: Feed, channel: Channel, began: datetime) -> Iterator[tuple[Window, str]]:
    yield Window(), "pull_listings"


def _observed(feed: Feed, channel: Channel, read: Read, began: datetime, state: dict[str, Any]) -> None:
    assert feed.storefront_id
    listings.note_observed(storefront_id=feed.storefront_id, observed=read.records, at=began)


def _compared(feed: Feed, channel: Channel, read: Read, began: datetime, state: dict[str, Any]) -> None:
    assert feed.storefront_id
    listings.note_observed(storefront_id=feed.storefront_id, observed=read.records, at=began, is_pass=True)


def _reconciled(feed: Feed, channel: Channel, began: datetime, state: dict[str, Any]) -> None:
    assert feed.storefront_id
    listings.end_pass(seller_id=feed.seller_id, storefront_id=feed.storefront_id, began_at=began, at=now())


def _judged(feed: Feed, channel: Channel, began: datetime) -> Iterator[tuple[Window, str]]:
    """Ask what became of changes of cards that are on sale, a card a call."""
    assert feed.storefront_id
    for card in listings.cards_to_ask(storefront_id=feed.storefront_id, at=began, limit=20):
        yield Window(refs=(card,)), "pull_audits"


def _verdicts(feed: Feed, channel: Channel, read: Read, began: datetime, state: dict[str, Any]) -> None:
    assert feed.storefront_id
    listings.note_verdicts(storefront_id=feed.storefront_id, verdicts=read.records, at=began)


def _fulfilments(feed: Feed, channel: Channel, read: Read, began: datetime, state: dict[str, Any]) -> None:
    _follow(channel, list(zip(read.records, read.raws, strict=True)), began)
    told = [(t.store_ref, t.modified_at) for t in read.records]
    keep_sightings(channel=channel, kind="order", told=told, at=began)
    state.setdefault("shown", set()).update(t.store_ref for t in read.records)
    state.setdefault("unreadable", []).extend(a.where for a in read.set_aside)


def _follow(channel: Channel, told: Sequence[tuple[Any, Any]], began: datetime) -> None:
    """Follow a store's orders in one transaction. One that fails is halved until the guilty stands alone, set aside."""
    try:
        with transaction.atomic():
            theirs = [t for t, _ in told]
            noted = orders.note_store_orders(channel=channel, theirs=theirs, at=began)
            at_work = [(noted[t.store_ref], t) for t in theirs if t.store_ref in noted and t.state in _AT_WORK]
            if at_work:
                fulfilment.follow_stores(told=at_work, at=began)
            fulfilment.give_up_by_rule(store=channel, orders=list(noted.values()), at=began)
    except (OperationalError, InterfaceError):
        raise  # a deadlock, or the database went away: the page is read again
    except Exception as error:  # noqa: BLE001 - what one order is not worth, its neighbours are
        if len(told) > 1:
            for half in halves(told):
                _follow(channel, half, began)
            return
        ((one, raw),) = told
        _LOG.exception("store_order.failed", channel=channel.id)
        why = f"cannot be followed: {type(error).__name__}: {error}"[:2000]
        keep_aside(
            channel=channel, kind="order", asides=[Aside(f"order {one.store_ref}", WHOLE_RECORD, why, raw)], at=began
        )


def _look_for_gone(feed: Feed, channel: Channel, began: datetime, state: dict[str, Any]) -> None:
    """Orders that were asked for by name and did not come were deleted; one that cannot be read is there."""
    missing = sorted(set(feed.wanted_refs) - state.get("shown", set()))
    if missing and not state.get("unreadable"):
        orders.note_gone(channel=channel, store_refs=missing)  # no rule: an answer may be empty for other reasons
    _advance(feed, channel, began, state)
    if feed.runs % _ASK_BY_NAME == _ASK_BY_NAME - 1:  # what is in the bin shows as no change
        refs = orders.open_store_refs(channel=channel, limit=100)
        if refs:
            hint_feed(channel_id=channel.id, name=feed.name, refs=refs, at=began)


def _no_page(feed: Feed, channel: Channel, read: Read, began: datetime, state: dict[str, Any]) -> None:
    return


def _watch(feed: Feed, channel: Channel, began: datetime, state: dict[str, Any]) -> None:
    judge_webhooks(channel=channel, at=began)  # first, for the remote may not answer
    watch_webhooks(channel=channel, at=began)


PAGES: dict[str, PageWay] = {
    "webhooks": PageWay(lambda f, c, b: iter(()), _no_page, _watch),
    "products": PageWay(_changed_and_swept, _products, _advance),
    "stock": PageWay(lambda f, c, b: iter([(Window(), "pull_stock")]), _stock, _compare_ids),
    "fulfilments": PageWay(lambda f, c, b: _since(f, c, b, "pull_fulfilments"), _fulfilments, _look_for_gone),
    "orders": PageWay(lambda f, c, b: _since(f, c, b, "pull_orders"), _orders, _advance, is_kept=True),
    "review": PageWay(_review, _observed, _nothing),
    "verdicts": PageWay(_judged, _verdicts, _nothing),
    "observed": PageWay(_whole, _compared, _reconciled),
}
