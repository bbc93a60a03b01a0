"""Content on its way to a marketplace: claimed, sent, and what the marketplace said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from entrepot.events.services import mark_dirty, move_many
from entrepot.kit import records

from ..models import Listing, ListingLevel
from ..states import LISTING
from .content import HALF
from .levels import refresh_due

CREATE, PENDING, CARD, OWN = "push_listings", "update_listings", "update_content", "update_variants"
CLOSE, REOPEN = "close_listings", "reopen_listings"
_MAX_CONTENT_TRIES = 3
_CLOSE_AGAIN_S = 30


def claim_content(*, storefront_id: int, state: str, limit: int, lease_s: float, at: datetime) -> list[Listing]:
    """Take up to ``limit`` listings in ``state`` that are due; leased, so that a dead worker's come back."""
    with transaction.atomic():
        rows = list(
            Listing.objects.system()
            .filter(storefront_id=storefront_id, state=state, not_before__lte=at)
            .order_by("not_before", "id")
            .select_for_update(no_key=True, skip_locked=True)[:limit]
        )
        Listing.objects.system().filter(id__in=[r.id for r in rows]).update(not_before=at + timedelta(seconds=lease_s))
    return rows


def zeroed(*, rows: Sequence[Listing]) -> set[int]:
    """Ids of those whose stock the marketplace has acknowledged as zero: only they may be closed."""
    levels = ListingLevel.objects.system().filter(listing__in=rows, lane="stock", batch_id__isnull=True)
    live = [r.id for r in rows if r.live_at is not None]
    return set(levels.filter(acknowledged_value=0, listing__in=live).values_list("listing_id", flat=True))


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


def next_capability(row: Listing, can: Mapping[str, Any]) -> str:
    """What a queued listing needs: a new one is created, also after its creation was refused; what waits for review
    there or was refused by it is changed; a live card or variant is updated by the half that differs; what was taken
    off sale is put back.
    """
    if row.content_ref and row.live_at is None and REOPEN in can:
        return REOPEN
    if row.content_ref and OWN in can and row.content_hash[HALF:] != row.acknowledged_hash[HALF:]:
        return OWN
    if row.content_ref and CARD in can:
        return CARD
    return PENDING if row.is_there and PENDING in can else CREATE


def settle_content(
    *, verdicts: Mapping[int, records.Verdict], capability: str, at: datetime, review_ref: str = ""
) -> None:
    """What a marketplace said of sent content, by listing: taken means "entered review", not "live".

    A live card or variant whose change was taken stays on sale, so it is live with what was sent. A closed one has
    finished, a reopened one is live again. A refused one has failed and keeps the marketplace's words.
    ``review_ref``: under what the marketplace will judge the change of a live card; empty where it does not.
    """
    good = [i for i, v in verdicts.items() if v.is_ok or v.is_repeat]
    bad = {i: v.reason for i, v in verdicts.items() if not (v.is_ok or v.is_repeat)}
    with transaction.atomic():
        if capability == CLOSE:
            _close(good, bad, at)
        else:
            rows = Listing.objects.system().filter(state="submitted")
            Listing.objects.system().filter(id__in=good).update(
                not_before=at + timedelta(seconds=0.3), attempts=0, is_there=True
            )
            if capability in (CARD, OWN, REOPEN):
                taken = list(rows.filter(id__in=good).order_by("id").select_for_update(no_key=True))
                _take(taken, capability, review_ref, at)
            again = _try_again(rows.filter(id__in=bad), bad, at)
            failed = move_many(rows.filter(id__in=set(bad) - again), LISTING, "fail", actor="remote", at=at)
            for listing_id in failed:
                Listing.objects.system().filter(id=listing_id).update(refusal=bad[listing_id][:2000], attempts=0)
            mark_dirty(kind="content", subject_ids=_variant_ids(failed))
        refresh_due(listing_ids=list(verdicts), at=at)


def _close(good: Sequence[int], bad: Mapping[int, str], at: datetime) -> None:
    """Taken off sale; without ``live_at`` and with its card's ref it can be put back later."""
    rows = Listing.objects.system().filter(state="closing")
    done = move_many(rows.filter(id__in=good), LISTING, "finish", actor="remote", at=at)
    Listing.objects.system().filter(id__in=done).update(live_at=None, closed_at=at)
    for listing_id, why in bad.items():
        Listing.objects.system().filter(id=listing_id).update(
            not_before=at + timedelta(seconds=_CLOSE_AGAIN_S), last_error=why[:2000]
        )
    # What came back into the shop while it was closing is queued again.
    mark_dirty(kind="content", subject_ids=_variant_ids(done))


def finish_unlisted(*, rows: Sequence[Listing], at: datetime) -> list[int]:
    """End those to be closed that the marketplace does not have on sale and will not have: nothing is to be said."""
    ids = [r.id for r in rows if r.live_at is None and (r.content_ref or r.refusal or r.submitted_at is None)]
    with transaction.atomic():
        closing = Listing.objects.system().filter(id__in=ids, state="closing")
        done = move_many(closing, LISTING, "finish", actor="hub", at=at)
        Listing.objects.system().filter(id__in=done).update(closed_at=at)
    return done


def _take(rows: Sequence[Listing], capability: str, review_ref: str, at: datetime) -> None:
    for row in rows:
        card, own = row.acknowledged_hash[:HALF], row.acknowledged_hash[HALF:]
        if capability == CARD:
            card, row.review_ref, row.checked_at = row.submitted_hash[:HALF], review_ref, at
        elif capability == OWN:
            own = row.submitted_hash[HALF:]
        row.acknowledged_hash, row.refusal, row.live_at, row.closed_at = card + own, "", row.live_at or at, None
    fields = ["acknowledged_hash", "refusal", "live_at", "closed_at", "review_ref", "checked_at"]
    Listing.objects.system().bulk_update(rows, fields, batch_size=500)
    wanted = Listing.objects.system().filter(id__in=[r.id for r in rows], state="submitted")
    move_many(wanted, LISTING, "go_live", actor="remote", at=at)
    for kind in ("content", "stock"):
        mark_dirty(kind=kind, subject_ids=[r.variant_id for r in rows])


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


def _variant_ids(listing_ids: Sequence[int]) -> list[int]:
    return list(Listing.objects.system().filter(id__in=listing_ids).values_list("variant_id", flat=True))
