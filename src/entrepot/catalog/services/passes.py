"""Whether what a full pass missed has left the shop: believed at once, when missed twice, or when a person says so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from entrepot.catalog.models import FullPass
from entrepot.core.errors import Refused

# docs/rules/stock.md, "What left the shop".
_FEW = 2  # so many are always believed, where the answer is not empty
_TENTH, _HALF = 10, 2  # one in so many of the baseline
_BASELINE_AGE = timedelta(days=1)


def judge_pass(
    *, seller_id: int, channel_id: int, known: int, missed: Collection[int], is_empty: bool, at: datetime
) -> tuple[set[int], FullPass]:
    """Which of the ``missed`` variant ids are to be closed now, and what is kept of the pass. Its row is locked.

    Args:
        known: variants of this store on show before the pass.
        is_empty: the store showed nothing at all.
        at: when the pass began; one that began before the last one closes nothing and leaves no trace.
    """
    row = _locked(seller_id, channel_id, known, at)
    if row.began_at > at:
        return set(), row
    if known > row.baseline_count or row.baseline_at <= at - _BASELINE_AGE:
        row.baseline_count, row.baseline_at = known, at
    lost, before = set(missed), set(row.missed_ids)
    is_approved = row.approved_at is not None and lost <= set(row.approved_ids)
    row.needs_person = bool(lost) and not is_approved and _is_beyond_belief(row, known, len(lost), is_empty)
    if row.needs_person:
        gone: set[int] = set()
    elif is_approved or len(lost) <= _FEW or len(lost) * _TENTH <= row.baseline_count:
        gone = lost
    else:
        gone = lost & before
    row.known_count, row.missed_ids, row.began_at = known, sorted(lost - gone), at
    if is_approved and lost:
        row.baseline_count, row.baseline_at = known - len(gone), at
    row.approved_ids, row.approved_at = [], None
    row.save()
    return gone, row


def approve_missing(*, seller_id: int, channel_id: int, at: datetime) -> FullPass:
    """A person says that the goods which the last pass over a store missed have really left.

    The next pass that misses these, or fewer of them, closes them, and what went is measured anew from there. One
    that misses others as well asks again.

    Raises:
        FullPass.DoesNotExist: not this seller's, or never passed over.
        Refused: nothing waits for a person.
    """
    with transaction.atomic():
        row: FullPass = FullPass.objects.for_seller(seller_id).select_for_update(no_key=True).get(channel_id=channel_id)
        if not row.needs_person:
            raise Refused("no goods of this store wait for a person: the last full pass was believed")
        row.approved_ids, row.approved_at = row.missed_ids, at
        row.save(update_fields=["approved_ids", "approved_at"])
    return row


def _locked(seller_id: int, channel_id: int, known: int, at: datetime) -> FullPass:
    rows = FullPass.objects.for_seller(seller_id)
    first = FullPass(seller_id=seller_id, channel_id=channel_id, baseline_count=known, baseline_at=at, began_at=at)
    rows.bulk_create([first], ignore_conflicts=True)
    row: FullPass = rows.select_for_update(no_key=True).get(channel_id=channel_id)
    return row


def _is_beyond_belief(row: FullPass, known: int, lost: int, is_empty: bool) -> bool:
    """An empty answer; or more than half of the baseline is gone, with what went before."""
    went = row.baseline_count - known + lost
    return is_empty or (lost > _FEW and went * _HALF > row.baseline_count)
