"""What people take off sale: in the marketplace's own panel, put back there or from here; or never to be offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from entrepot.events.services import mark_dirty, move_many
from entrepot.kit import records

from ..models import Listing
from ..states import LISTING

_FOLLOWS_S = 60  # a marketplace's list follows its own changes late: what is younger is not judged by it
_WHY = "taken off sale in the marketplace's own panel; put it back there, or here"


def note_turned(rows: Sequence[Listing], seen: Mapping[str, records.Observed], at: datetime) -> int:
    """Notice what was taken off sale or put back over there, in rows that the caller has locked; how many.

    What was taken off by hand stays off until somebody puts it back: the hub does not argue with a person.
    """
    settled = at - timedelta(seconds=_FOLLOWS_S)
    off = [
        r.id for r in rows
        if r.state in ("live", "update", "failed") and seen[r.listing_ref].state == "closed"
        and r.live_at is not None and r.live_at < settled
    ]  # fmt: skip
    on = [
        r.id for r in rows
        if r.state == "closed" and seen[r.listing_ref].state in ("live", "locked")
        and r.closed_at is not None and r.closed_at < settled
    ]  # fmt: skip
    wanted = Listing.objects.system()
    gone = move_many(wanted.filter(id__in=off), LISTING, "withdraw", actor="remote", at=at)
    wanted.filter(id__in=gone).update(live_at=None, closed_at=at, is_withdrawn=True, review_ref="", refusal=_WHY)
    back = move_many(wanted.filter(id__in=on), LISTING, "resume", actor="remote", at=at)
    wanted.filter(id__in=back).update(live_at=at, closed_at=None, is_withdrawn=False, refusal="")
    touched = sorted({r.variant_id for r in rows if r.id in {*gone, *back}})
    for kind in ("stock", "content"):
        mark_dirty(kind=kind, subject_ids=touched)
    return len(touched)


def put_back(*, seller_id: int, listing_ids: Sequence[int], at: datetime) -> list[int]:
    """Sell again what was taken off sale by hand over there; ids of those that will be, if nothing else is missing."""
    with transaction.atomic():
        rows = Listing.objects.for_seller(seller_id).filter(id__in=listing_ids, state="closed", is_withdrawn=True)
        found = list(rows.order_by("id").select_for_update(no_key=True))
        ids = [r.id for r in found]
        Listing.objects.for_seller(seller_id).filter(id__in=ids).update(is_withdrawn=False, refusal="", not_before=at)
        mark_dirty(kind="content", subject_ids=[r.variant_id for r in found])
    return ids


def deny_listings(*, seller_id: int, listing_ids: Sequence[int], reason: str, at: datetime) -> list[int]:
    """Never offer these there, and why; ids of those that moved. What is on sale is not among them."""
    rows = Listing.objects.for_seller(seller_id).filter(id__in=listing_ids)
    return move_many(rows, LISTING, "deny", actor="seller", at=at, note=reason)


def allow_listings(*, seller_id: int, listing_ids: Sequence[int], at: datetime) -> list[int]:
    """Offer there after all what was denied, once it is complete and approved; ids of those that moved."""
    with transaction.atomic():
        rows = Listing.objects.for_seller(seller_id).filter(id__in=listing_ids)
        moved = move_many(rows, LISTING, "allow", actor="seller", at=at)
        of_moved = Listing.objects.for_seller(seller_id).filter(id__in=moved).order_by("variant_id")
        mark_dirty(kind="content", subject_ids=list(of_moved.values_list("variant_id", flat=True)))
    return moved
