"""Turn dirty marks into levels and content, in sets, in the marks' own transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entrepot.catalog.models import Variant
from entrepot.events.services import claim_dirty, mark_dirty
from entrepot.inventory.queries import kits_of
from entrepot.listings import services as listings
from entrepot.listings.models import Listing
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
    waiting = Listing.objects.system().filter(variant_id__in=ids, state__in=["draft", "failed"])
    mark_dirty(kind="content", subject_ids=list(waiting.order_by("variant_id").values_list("variant_id", flat=True)))


def _price(ids: list[int], at: datetime) -> None:
    pricing.compute_prices(variant_ids=ids, day=at.date(), at=at)
    listings.compute_price_levels(variant_ids=ids, at=at)
    waiting = Listing.objects.system().filter(variant_id__in=ids, state__in=["draft", "failed"])
    mark_dirty(kind="content", subject_ids=list(waiting.order_by("variant_id").values_list("variant_id", flat=True)))


def _content(ids: list[int], at: datetime) -> None:
    listings.make_listings(variant_ids=ids)
    listings.compute_content(variant_ids=ids, at=at)


def _channel(ids: list[int], _at: datetime) -> None:
    sellers = Listing.objects.system().filter(storefront__channel_id__in=ids).values_list("variant_id", flat=True)
    rows = Variant.objects.system().filter(id__in=sellers).order_by("id")
    mark_dirty(kind="stock", subject_ids=list(rows.values_list("id", flat=True)))


_COMPUTE = {"stock": _stock, "price": _price, "content": _content, "channel": _channel}
