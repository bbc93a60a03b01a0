"""Reads of listings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q

from .models import Listing, ListingLevel


def variant_ids(*, storefront_id: int, listing_refs: Sequence[str]) -> dict[str, int]:
    """Listing ref → variant id, on one storefront."""
    rows = Listing.objects.system().filter(storefront_id=storefront_id, listing_ref__in=listing_refs)
    return dict(rows.values_list("listing_ref", "variant_id"))


def waiting_for_review(*, storefront_id: int, at: datetime, limit: int) -> list[str]:
    """Refs of listings that were submitted and are due to be asked for, longest waiting first; those too that were to
    be closed while they were in review.
    """
    closing = Q(state="closing", live_at__isnull=True, submitted_at__isnull=False)
    rows = Listing.objects.system().filter(
        Q(state="submitted", not_before__lte=at) | closing, storefront_id=storefront_id
    )
    return list(rows.order_by("not_before", "id").values_list("listing_ref", flat=True)[:limit])


def wanted_levels(*, listing_ids: Sequence[int]) -> dict[int, tuple[int | None, Decimal | None, Decimal | None]]:
    """Listing id → what stock, sale and list price it should have now; None where that is not known."""
    found: dict[int, tuple[int | None, Decimal | None, Decimal | None]] = {}
    for level in ListingLevel.objects.system().filter(listing_id__in=listing_ids):
        stock, sale, listed = found.get(level.listing_id, (None, None, None))
        if level.lane == "stock":
            stock = None if level.desired_value is None else int(level.desired_value)
        else:
            sale, listed = level.desired_value, level.desired_list
        found[level.listing_id] = (stock, sale, listed)
    return found


def card_leaders(*, storefront_id: int, content_refs: Iterable[str]) -> dict[str, Listing]:
    """Card → the first of our listings on it that is complete: what it says, the card says."""
    rows = Listing.objects.system().filter(storefront_id=storefront_id, content_ref__in=set(content_refs), missing=[])
    found: dict[str, Listing] = {}
    for row in rows.exclude(content={}).order_by("id"):
        found.setdefault(row.content_ref, row)
    return found


def live_refs(*, storefront_id: int) -> list[str]:
    """Refs of everything the marketplace has from us on a storefront, by id."""
    rows = Listing.objects.system().filter(storefront_id=storefront_id, live_at__isnull=False).exclude(state="closed")
    return list(rows.order_by("id").values_list("listing_ref", flat=True))


def due_storefronts(*, at: datetime) -> list[int]:
    """Storefronts with a level that is due, urgent ones first."""
    rows = ListingLevel.objects.system().filter(is_due=True, batch_id__isnull=True, not_before__lte=at)
    return list(
        dict.fromkeys(rows.order_by("-is_urgent", "storefront_id").values_list("storefront_id", flat=True)[:5000])
    )


def drift_count(*, storefront_id: int) -> int:
    """How many levels show something else than what was acknowledged, with nothing in flight."""
    rows = ListingLevel.objects.system().filter(storefront_id=storefront_id, batch_id__isnull=True)
    differs = ~Q(observed_value=F("acknowledged_value")) & Q(observed_value__isnull=False)
    return rows.filter(differs).count()
