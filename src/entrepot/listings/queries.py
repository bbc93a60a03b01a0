"""Reads of listings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Q, Sum

from .models import Listing, ListingLevel, Reconciliation
from .published import MADE, most_there


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


# Storefronts are found by skipping along the index, so a backlog of millions is not read.
_DUE = """
WITH RECURSIVE front(id) AS (
    (SELECT l.storefront_id FROM listings_listinglevel l WHERE l.is_due AND l.batch_id IS NULL
      ORDER BY l.storefront_id LIMIT 1)
    UNION ALL
    SELECT (SELECT l.storefront_id FROM listings_listinglevel l
             WHERE l.is_due AND l.batch_id IS NULL AND l.storefront_id > front.id ORDER BY l.storefront_id LIMIT 1)
      FROM front WHERE front.id IS NOT NULL
)
SELECT front.id FROM front CROSS JOIN LATERAL (
    SELECT l.is_urgent FROM listings_listinglevel l
     WHERE l.storefront_id = front.id AND l.is_due AND l.batch_id IS NULL AND l.not_before <= %(at)s
       AND l.is_urgent IN (true, false)
     ORDER BY l.is_urgent DESC LIMIT 1
) first WHERE front.id IS NOT NULL
 ORDER BY first.is_urgent DESC, front.id
"""

_TO_SEND = """
WITH RECURSIVE front(id) AS (
    (SELECT g.storefront_id FROM listings_listing g WHERE g.state IN ('queued', 'closing')
      ORDER BY g.storefront_id LIMIT 1)
    UNION ALL
    SELECT (SELECT g.storefront_id FROM listings_listing g
             WHERE g.state IN ('queued', 'closing') AND g.storefront_id > front.id ORDER BY g.storefront_id LIMIT 1)
      FROM front WHERE front.id IS NOT NULL
)
SELECT front.id FROM front
 WHERE front.id IS NOT NULL
   AND EXISTS (SELECT 1 FROM listings_listing g WHERE g.storefront_id = front.id AND g.not_before <= %(at)s
                  AND g.state IN ('queued', 'closing'))
 ORDER BY front.id
"""


def due_storefronts(*, at: datetime) -> list[int]:
    """Storefronts with a level that is due, those with urgent ones first."""
    return _ids(_DUE, at)


def storefronts_to_send(*, at: datetime) -> list[int]:
    """Storefronts with listings that wait to be sent or closed."""
    return _ids(_TO_SEND, at)


def _ids(statement: str, at: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"at": at})
        return [row[0] for row in cursor.fetchall()]


def unsettled_variants(*, variant_ids: Sequence[int]) -> list[int]:
    """Of these, the variants with a listing that a change of stock or price may complete."""
    rows = Listing.objects.system().filter(variant_id__in=variant_ids, state__in=["draft", "failed"])
    return list(rows.order_by("variant_id").values_list("variant_id", flat=True).distinct())


def listed_variants(*, channel_ids: Sequence[int]) -> list[int]:
    """Variants with a listing on a storefront of these channels."""
    rows = Listing.objects.system().filter(storefront__channel_id__in=channel_ids)
    return list(rows.order_by("variant_id").values_list("variant_id", flat=True).distinct())


def waiting(*, channel_id: int) -> dict[str, int]:
    """What still has to travel to a channel (``due``: offers and content), is in review there, or was refused."""
    levels = ListingLevel.objects.system().filter(storefront__channel_id=channel_id)
    rows = Listing.objects.system().filter(storefront__channel_id=channel_id)
    offers = levels.filter(is_due=True).count()
    content = rows.filter(state__in=["queued", "closing"]).count()
    return {
        "due": offers + content, "offers": offers, "content": content,
        "in_review": rows.filter(state="submitted").count(),
        "refused": rows.filter(state="failed").count() + levels.exclude(refusal="").count(),
    }  # fmt: skip


_MADE_OF = f"""
WITH {MADE}
SELECT available, pieces, fraction, share, pace, per_day, delay_s, is_measured, cover, most, stop, value FROM target"""


@dataclass(frozen=True, slots=True)
class Made:
    """How many pieces of a listing may be on sale now, and how that comes about. None: not known."""

    available: int | None  # on hand less what is promised; may be negative
    pieces: Decimal  # held back whatever there is
    fraction: Decimal
    share: Decimal | None  # held back of what there is, pieces
    pace: Decimal
    per_day: Decimal  # pieces that orders take a day
    delay_s: Decimal  # that the storefront takes to acknowledge
    is_measured: bool  # False: nothing was measured yet, and ``delay_s`` is a careful guess
    cover: Decimal  # held back for what sells meanwhile, pieces
    most: Decimal | None  # that the channel keeps; None: any number
    stop: str  # why nothing is sold at all: not selling, not on show, closed, no price; empty: it is
    published: Decimal | None


def stock_made(*, listing_id: int) -> Made | None:
    """How the stock of a listing comes about, by the statement that computes it; None: it has no level."""
    ids = list(ListingLevel.objects.system().filter(listing_id=listing_id, lane="stock").values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_MADE_OF, {"levels": ids, "most": most_there()})
        row = cursor.fetchone()
    return None if row is None else Made(*row)


def reconciliations(*, channel_id: int) -> list[Reconciliation]:
    """What the last complete pass over each storefront of a channel found, by code; absent where none ended yet."""
    rows = Reconciliation.objects.system().filter(storefront__channel_id=channel_id, ended_at__isnull=False)
    return list(rows.select_related("storefront").order_by("storefront__code"))


def drift_by_channel() -> dict[tuple[int, str], int]:
    """(channel id, lane) → levels that the last complete passes showed otherwise than acknowledged. One SQL query."""
    rows = Reconciliation.objects.system().filter(ended_at__isnull=False).order_by("storefront__channel_id")
    sums = rows.values_list("storefront__channel_id").annotate(
        stock=Sum("last_stock_otherwise"), price=Sum("last_price_otherwise")
    )
    return {(channel, lane): n for channel, stock, price in sums for lane, n in (("stock", stock), ("price", price))}
