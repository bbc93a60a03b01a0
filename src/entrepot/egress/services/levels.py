"""Turn dirty marks into levels and content, in sets, in the marks' own transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entrepot.events.services import claim_dirty, mark_dirty
from entrepot.inventory.queries import kits_of
from entrepot.listings import queries as listing_queries
from entrepot.listings import services as listings
from entrepot.pricing import services as pricing

CHUNK = 1000


def compute_dirty(*, kind: str, at: datetime) -> int:
    """Claim marks of one kind and compute what they ask for again; the number of subjects.

    Marks go and levels come in one transaction: a worker that dies between gives the marks back.
    """
    with transaction.atomic():
        ids = claim_dirty(kind=kind, limit=CHUNK)
        if not ids:
            return 0
        _COMPUTE[kind](ids, at)
    return len(ids)


def _stock(ids: list[int], at: datetime) -> None:
    listings.compute_stock_levels(variant_ids=sorted({*ids, *kits_of(variant_ids=ids)}), at=at)
    mark_dirty(kind="content", subject_ids=listing_queries.unsettled_variants(variant_ids=ids))


def _price(ids: list[int], at: datetime) -> None:
    pricing.compute_prices(variant_ids=ids, day=at.date(), at=at)
    listings.compute_price_levels(variant_ids=ids, at=at)
    mark_dirty(kind="content", subject_ids=listing_queries.unsettled_variants(variant_ids=ids))


def _content(ids: list[int], at: datetime) -> None:
    listings.make_listings(variant_ids=ids)
    listings.compute_content(variant_ids=ids, at=at)


def _channel(ids: list[int], _at: datetime) -> None:
    mark_dirty(kind="stock", subject_ids=listing_queries.listed_variants(channel_ids=ids))


_COMPUTE = {"stock": _stock, "price": _price, "content": _content, "channel": _channel}
