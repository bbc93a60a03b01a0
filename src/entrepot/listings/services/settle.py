"""What is in flight to a marketplace, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from entrepot.events.services import mark_dirty, move_many
from entrepot.kit import records

from ..models import Listing, ListingLevel
from ..states import LISTING
from .levels import refresh_due

_MAX_TRIES = 8
_MAX_CONTENT_TRIES = 3
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


_CLAIM = """
WITH due AS (
    SELECT l.id FROM listings_listinglevel l
     WHERE l.storefront_id = %(storefront)s AND l.is_due AND l.batch_id IS NULL AND l.not_before <= %(at)s
     ORDER BY l.is_urgent DESC, l.not_before, l.id LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
)
UPDATE listings_listinglevel l
   SET batch_id = %(batch)s, submitted_value = l.desired_value, submitted_list = l.desired_list,
       submitted_version = l.version
  FROM due WHERE l.id = due.id
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
    again = [i for i, own in lanes.items() if any(v[3] for v in own.values())]
    known = _acknowledged(again)
    refs = dict(Listing.objects.system().filter(id__in=lanes).values_list("id", "listing_ref"))
    return [_sent(i, refs[i], own, known.get(i, {})) for i, own in sorted(lanes.items())]


def _acknowledged(listing_ids: Sequence[int]) -> dict[int, dict[str, tuple[Decimal | None, Decimal | None]]]:
    found: dict[int, dict[str, tuple[Decimal | None, Decimal | None]]] = {}
    rows = ListingLevel.objects.system().filter(listing_id__in=listing_ids)
    for row in rows:
        found.setdefault(row.listing_id, {})[row.lane] = (row.acknowledged_value, row.acknowledged_list)
    return found


def _sent(listing_id: int, ref: str, own: Mapping[str, Any], known: Mapping[str, Any]) -> Sent:
    repeats = max(v[3] for v in own.values())
    stock = own["stock"][0] if "stock" in own else (known.get("stock", (None, None))[0] if repeats else None)
    sale, listed = own["price"][:2] if "price" in own else (known.get("price", (None, None)) if repeats else (None, None))
    if listed is not None and repeats > 1:
        listed += Decimal("0.01") * (repeats - 1)
    return Sent(
        listing_id, ref, None if stock is None else int(stock), sale, listed,
        {lane: v[2] for lane, v in own.items()}, repeats,
    )  # fmt: skip


def settle_offers(*, batch_id: int, verdicts: Mapping[int, records.Verdict], at: datetime) -> None:
    """Close the levels of a batch by listing: accepted is acknowledged; refused waits and tries again, then rests.

    "The same again" proves nothing about what the remote holds unless it is what it acknowledged last: it goes out
    at once in another body.
    """
    with transaction.atomic():
        rows = list(
            ListingLevel.objects.system().filter(batch_id=batch_id, listing_id__in=verdicts).order_by("id").select_for_update()
        )
        for row in rows:
            _settle_level(row, verdicts[row.listing_id], at)
        ListingLevel.objects.system().bulk_update(
            rows,
            ["batch_id", "acknowledged_value", "acknowledged_list", "acknowledged_at", "is_due", "not_before", "attempts",
             "repeats", "refusal"],
            batch_size=1000,
        )  # fmt: skip


def _settle_level(row: ListingLevel, verdict: records.Verdict, at: datetime) -> None:
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
    rests = row.attempts >= _MAX_TRIES and row.submitted_version == row.version
    row.is_due = not rests and (row.desired_value, row.desired_list) != (row.acknowledged_value, row.acknowledged_list)


def release_offers(*, batch_id: int, wait_s: float, at: datetime) -> None:
    """Nothing of this batch was taken, or nobody knows: its levels may go out again after ``wait_s``."""
    ListingLevel.objects.system().filter(batch_id=batch_id).update(
        batch_id=None, not_before=at + timedelta(seconds=wait_s)
    )


def move_offers(*, old_batch_id: int, batch_id: int, listing_ids: Sequence[int]) -> None:
    """The levels of these listings ride in another batch now; nothing else about them changes."""
    ListingLevel.objects.system().filter(batch_id=old_batch_id, listing_id__in=listing_ids).update(batch_id=batch_id)


def claim_content(*, storefront_id: int, state: str, limit: int, lease_s: float, at: datetime) -> list[Listing]:
    """Take up to ``limit`` listings in ``state`` that are due; leased, so that a dead worker's come back."""
    with transaction.atomic():
        rows = list(
            Listing.objects.system()
            .filter(storefront_id=storefront_id, state=state, not_before__lte=at)
            .order_by("not_before", "id")
            .select_for_update(skip_locked=True)[:limit]
        )
        Listing.objects.system().filter(id__in=[r.id for r in rows]).update(not_before=at + timedelta(seconds=lease_s))
    return rows


def zeroed(*, rows: Sequence[Listing]) -> set[int]:
    """Ids of those whose stock the marketplace has acknowledged as zero: only they may be closed."""
    levels = ListingLevel.objects.system().filter(listing__in=rows, lane="stock")
    never_live = {r.id for r in rows if r.live_at is None}
    return never_live | set(levels.filter(acknowledged_value=0).values_list("listing_id", flat=True))


def sent_content(*, rows: Sequence[Listing], event: str, at: datetime) -> list[Listing]:
    """Say that the content of these listings is about to be sent; those that really moved.

    ``event`` is ``submit``, or empty for a closing, which moves when the marketplace has finished it.
    """
    if not event:
        return list(rows)
    with transaction.atomic():
        wanted = Listing.objects.system().filter(id__in=[r.id for r in rows], state="queued")
        moved = set(move_many(wanted, LISTING, event, actor="hub", at=at))
        going = [r for r in rows if r.id in moved]
        for row in going:
            row.submitted_hash, row.submitted_at = row.content_hash, at
        Listing.objects.system().bulk_update(going, ["submitted_hash", "submitted_at"], batch_size=500)
    return going


def unsend_content(*, listing_ids: Sequence[int], wait_s: float, at: datetime) -> None:
    """Nothing was taken: queued again, not before ``wait_s``."""
    with transaction.atomic():
        rows = Listing.objects.system().filter(id__in=listing_ids, state="submitted")
        ids = move_many(rows, LISTING, "requeue", actor="hub", at=at)
        Listing.objects.system().filter(id__in=ids).update(not_before=at + timedelta(seconds=wait_s))


def release_content(*, listing_ids: Sequence[int], wait_s: float, at: datetime) -> None:
    """These were not sent after all: again after ``wait_s``."""
    Listing.objects.system().filter(id__in=listing_ids).update(not_before=at + timedelta(seconds=wait_s))


def settle_content(
    *, verdicts: Mapping[int, records.Verdict], hashes: Mapping[int, str], is_update: bool, is_closing: bool, at: datetime
) -> None:
    """What a marketplace said of sent content, by listing: taken means "entered review", not "live".

    A closed one has finished. A refused one has failed and keeps the marketplace's words.
    """
    good = [i for i, v in verdicts.items() if v.is_ok or v.is_repeat]
    bad = {i: v.reason for i, v in verdicts.items() if not (v.is_ok or v.is_repeat)}
    rows = Listing.objects.system().filter(state="closing" if is_closing else "submitted")
    with transaction.atomic():
        if is_closing:
            move_many(rows.filter(id__in=good), LISTING, "finish", actor="remote", at=at)
            Listing.objects.system().filter(id__in=bad).update(not_before=at + timedelta(seconds=30))
        else:
            Listing.objects.system().filter(id__in=good).update(not_before=at + timedelta(seconds=0.3), attempts=0)
            if is_update:
                _updated(rows.filter(id__in=good), at)
            again = _try_again(rows.filter(id__in=bad), bad, at)
            failed = move_many(rows.filter(id__in=set(bad) - again), LISTING, "fail", actor="remote", at=at)
            for listing_id in failed:
                Listing.objects.system().filter(id=listing_id).update(refusal=bad[listing_id][:2000], attempts=0)
            mark_dirty(kind="content", subject_ids=_variant_ids(failed))
        refresh_due(listing_ids=list(verdicts), at=at)


def _try_again(rows: Any, why: Mapping[int, str], at: datetime) -> set[int]:
    """A batch may refuse an item for a moment's reason, in words we must not read: queued again, a few times."""
    waiting = [r for r in rows if r.attempts < _MAX_CONTENT_TRIES]
    for row in waiting:
        row.attempts += 1
        row.last_error = why[row.id][:2000]
        row.not_before = at + timedelta(seconds=2**row.attempts)
    Listing.objects.system().bulk_update(waiting, ["attempts", "last_error", "not_before"], batch_size=500)
    return set(move_many(rows.filter(id__in=[r.id for r in waiting]), LISTING, "requeue", actor="hub", at=at))


def retry_listings(*, seller_id: int, listing_ids: Sequence[int], at: datetime) -> list[int]:
    """A person says: send these failed listings again as they are; the ids that moved."""
    rows = Listing.objects.for_seller(seller_id).filter(id__in=listing_ids, state="failed")
    with transaction.atomic():
        moved = move_many(rows, LISTING, "queue", actor="seller", at=at)
        Listing.objects.system().filter(id__in=moved).update(not_before=at, attempts=0)
    return moved


def _updated(rows: Any, at: datetime) -> None:
    """A live card whose change was taken: it stays on sale meanwhile, so it is live with what was sent."""
    ids = move_many(rows, LISTING, "go_live", actor="remote", at=at)
    Listing.objects.system().filter(id__in=ids).update(acknowledged_hash=F("submitted_hash"), refusal="")


def _variant_ids(listing_ids: Sequence[int]) -> list[int]:
    return list(Listing.objects.system().filter(id__in=listing_ids).values_list("variant_id", flat=True))
