"""Offers in flight to a marketplace, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from entrepot.kit import records

from ..models import Listing, ListingLevel

_MAX_TRIES = 8
_MAX_WAIT_S = 300


@dataclass(frozen=True, slots=True)
class Sent:
    """One listing's offer as it goes out: which lanes, with the versions that were current."""

    listing_id: int
    listing_ref: str
    stock: int | None
    sale: Decimal | None
    listed: Decimal | None
    versions: dict[str, int]
    repeats: int

    def as_json(self) -> dict[str, Any]:
        """What a push item keeps."""
        return {
            "stock": self.stock, "sale": None if self.sale is None else str(self.sale),
            "list": None if self.listed is None else str(self.listed), "versions": self.versions,
            "repeats": self.repeats,
        }  # fmt: skip


# Who was refused as "the same again" takes the listing's other lane along, claimed like any: while that one is in
# flight it waits, since a value sent beside a newer one would undo it.
_CLAIM = """
WITH due AS (
    SELECT l.id, l.listing_id, l.repeats FROM listings_listinglevel l
     WHERE l.storefront_id = %(storefront)s AND l.is_due AND l.batch_id IS NULL AND l.not_before <= %(at)s
       AND (l.repeats = 0 OR NOT EXISTS (SELECT 1 FROM listings_listinglevel o
                                          WHERE o.listing_id = l.listing_id AND o.batch_id IS NOT NULL))
     ORDER BY l.is_urgent DESC, l.not_before, l.id LIMIT %(limit)s
       FOR NO KEY UPDATE SKIP LOCKED
), mate AS (
    SELECT o.id FROM listings_listinglevel o JOIN due ON due.listing_id = o.listing_id AND o.id <> due.id
     WHERE due.repeats > 0 AND o.batch_id IS NULL AND o.desired_value IS NOT NULL
       FOR NO KEY UPDATE OF o SKIP LOCKED
)
UPDATE listings_listinglevel l
   SET batch_id = %(batch)s, submitted_value = l.desired_value, submitted_list = l.desired_list,
       submitted_version = l.version
 WHERE l.id IN (SELECT id FROM due UNION SELECT id FROM mate)
RETURNING l.id, l.listing_id, l.lane, l.submitted_value, l.submitted_list, l.submitted_version, l.repeats
"""


def claim_offers(*, storefront_id: int, batch_id: int, limit: int, at: datetime) -> list[Sent]:
    """Take up to ``limit`` due levels of a storefront into a batch, urgent zeros first; a lane flies once at a time.

    A listing refused as "the same again" travels with both lanes, and from the second time on with a crossed-out
    price that differs by cents: another body, the same stock.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"storefront": storefront_id, "batch": batch_id, "limit": limit, "at": at})
        rows = cursor.fetchall()
    lanes: dict[int, dict[str, Any]] = {}
    for _, listing_id, lane, value, listed, version, repeats in rows:
        lanes.setdefault(listing_id, {})[lane] = (value, listed, version, repeats)
    refs = dict(Listing.objects.system().filter(id__in=lanes).values_list("id", "listing_ref"))
    return [_sent(i, refs[i], own) for i, own in sorted(lanes.items())]


def _sent(listing_id: int, ref: str, own: Mapping[str, Any]) -> Sent:
    repeats = max(v[3] for v in own.values())
    stock = own["stock"][0] if "stock" in own else None
    sale, listed = own["price"][:2] if "price" in own else (None, None)
    if listed is not None and repeats > 1:
        listed += Decimal("0.01") * (repeats - 1)
    return Sent(
        listing_id, ref, None if stock is None else int(stock), sale, listed,
        {lane: v[2] for lane, v in own.items()}, repeats,
    )  # fmt: skip


def settle_offers(
    *, batch_id: int, verdicts: Mapping[int, records.Verdict], unsure: Collection[int] = (), at: datetime
) -> None:
    """Close the levels of a batch by listing: accepted is acknowledged; refused waits and tries again, then rests
    until it changes or a person retries it. Stock to zero never rests.

    "The same again" proves nothing about what the remote holds unless it is what it acknowledged last: it goes out
    at once in another body. ``unsure``: listings that got no verdict. Where the remote does not show what was sent
    either, nobody knows what it will hold: nothing is acknowledged any more, so that what is desired travels again,
    whatever was acknowledged before.
    """
    with transaction.atomic():
        rows = list(
            ListingLevel.objects.system()
            .filter(batch_id=batch_id, listing_id__in=verdicts)
            .order_by("id")
            .select_for_update(no_key=True)
        )
        for row in rows:
            _settle_level(row, verdicts[row.listing_id], row.listing_id in unsure, at)
        ListingLevel.objects.system().bulk_update(
            rows,
            ["batch_id", "acknowledged_value", "acknowledged_list", "acknowledged_at", "is_due", "not_before",
             "attempts", "repeats", "refusal"],
            batch_size=1000,
        )  # fmt: skip


def _settle_level(row: ListingLevel, verdict: records.Verdict, is_unsure: bool, at: datetime) -> None:
    row.batch_id = None
    if verdict.is_ok:
        row.acknowledged_value, row.acknowledged_list = row.submitted_value, row.submitted_list
        row.acknowledged_at, row.attempts, row.repeats, row.refusal, row.not_before = at, 0, 0, "", at
    elif verdict.is_repeat:
        row.repeats, row.not_before = row.repeats + 1, at
    else:
        row.attempts += 1
        row.refusal = verdict.reason[:2000]
        row.not_before = at + timedelta(seconds=min(_MAX_WAIT_S, 0.5 * 2**row.attempts))
    if is_unsure and not verdict.is_ok:
        row.acknowledged_value = row.acknowledged_list = row.acknowledged_at = None
    # A zero never rests: as long as it is not taken, something is on sale that is not there.
    is_zero = row.lane == "stock" and row.desired_value == 0
    rests = row.attempts >= _MAX_TRIES and row.submitted_version == row.version and not is_zero
    row.is_due = not rests and (row.desired_value, row.desired_list) != (row.acknowledged_value, row.acknowledged_list)


def retry_levels(*, seller_id: int, level_ids: Sequence[int], at: datetime) -> int:
    """A person says: send these again that were refused until they rested; how many will be."""
    rows = ListingLevel.objects.for_seller(seller_id).filter(id__in=level_ids, batch_id__isnull=True)
    return rows.exclude(refusal="").update(is_due=True, attempts=0, not_before=at)


def release_offers(*, batch_id: int, wait_s: float, at: datetime) -> None:
    """Nothing of this batch was taken, or nobody knows: its levels may go out again after ``wait_s``."""
    ListingLevel.objects.system().filter(batch_id=batch_id).update(
        batch_id=None, not_before=at + timedelta(seconds=wait_s)
    )


def move_offers(*, old_batch_id: int, batch_id: int, listing_ids: Sequence[int]) -> None:
    """The levels of these listings ride in another batch now; nothing else about them changes."""
    ListingLevel.objects.system().filter(batch_id=old_batch_id, listing_id__in=listing_ids).update(batch_id=batch_id)
