"""What a marketplace shows of our listings, compared with what we hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from entrepot.events.services import mark_dirty, move_many
from entrepot.kit import records

from ..models import Listing, ListingLevel
from ..states import LISTING
from .levels import refresh_due
from .reconcile import Seen, add_page
from .withdrawn import note_turned

_SALE_ON_ITS_WAY_S = 10


def note_observed(
    *, storefront_id: int, observed: Sequence[records.Observed], at: datetime, is_pass: bool = False
) -> int:  # fmt: skip
    """Keep what a marketplace shows now; the number of listings that went live, failed or ended by it.

    ``is_pass``: it is a page of a reading of all there is, which began ``at``; what is otherwise is counted then.

    What is live there and a draft or failed here (it was on sale before we came, or its creation was never answered)
    is taken as it is. A difference between observed and acknowledged, with nothing in flight since the reading began,
    is drift: the acknowledged value becomes what was seen, so that the desired one travels again.
    """
    seen = {o.listing_ref: o for o in observed}
    with transaction.atomic():
        rows = list(
            Listing.objects.system()
            .filter(storefront_id=storefront_id, listing_ref__in=seen)
            .order_by("id")
            .select_for_update(no_key=True)
        )
        shown = [r.id for r in rows if not r.is_there]
        Listing.objects.system().filter(id__in=shown).update(is_there=True)
        # While its batch is on its way the marketplace still shows what it thought of the last try.
        asked = [r for r in rows if r.state == "submitted" and r.not_before <= at]
        live = [r for r in asked if _is_on_sale(seen[r.listing_ref])]
        lost = [r for r in asked if seen[r.listing_ref].state == "refused"]
        waiting = [r for r in asked if seen[r.listing_ref].state == "pending"]
        found = [
            r for r in rows if r.live_at is None and r.state in ("draft", "failed") and _is_on_sale(seen[r.listing_ref])
        ]
        ending = [r for r in rows if r.live_at is None and r.state == "closing"]
        turned = note_turned(rows, seen, at)
        _go_live(live, seen, at)
        _go_live(found, seen, at)
        _fail(lost, seen, at)
        ended = _end(ending, seen, at)
        Listing.objects.system().filter(id__in=[r.id for r in waiting]).update(
            checked_at=at, not_before=at + timedelta(seconds=1)
        )
        found_otherwise = _compare([r for r in rows if r.live_at is not None], seen, at)
        if is_pass and rows:
            add_page(seller_id=rows[0].seller_id, storefront_id=storefront_id, began_at=at, seen=found_otherwise)
    return len(live) + len(found) + len(lost) + ended + turned


def _is_on_sale(shown: records.Observed) -> bool:
    return shown.state in ("live", "locked")


def _end(rows: Sequence[Listing], seen: dict[str, records.Observed], at: datetime) -> int:
    """A listing that was in review when it was to be closed: refused, it has ended; approved, it goes to 0 first."""
    refused = [r.id for r in rows if seen[r.listing_ref].state == "refused"]
    closing = Listing.objects.system().filter(id__in=refused, state="closing")
    done = move_many(closing, LISTING, "finish", actor="remote", at=at)
    Listing.objects.system().filter(id__in=done).update(closed_at=at)
    approved = [r for r in rows if _is_on_sale(seen[r.listing_ref])]
    for row in approved:
        row.content_ref, row.live_at = seen[row.listing_ref].content_ref or row.content_ref, at
    Listing.objects.system().bulk_update(approved, ["content_ref", "live_at"], batch_size=500)
    acknowledge(approved, seen, at)
    refresh_due(listing_ids=[r.id for r in approved], at=at)
    return len(refused) + len(approved)


def _go_live(rows: Sequence[Listing], seen: dict[str, records.Observed], at: datetime) -> None:
    if not rows:
        return
    for row in rows:
        row.content_ref = seen[row.listing_ref].content_ref or row.content_ref
        row.acknowledged_hash, row.live_at, row.refusal = row.submitted_hash, row.live_at or at, ""
    fields = ["content_ref", "acknowledged_hash", "live_at", "refusal"]
    Listing.objects.system().bulk_update(rows, fields, batch_size=500)
    ids = [r.id for r in rows]
    wanted = Listing.objects.system().filter(id__in=ids)
    move_many(wanted.filter(state="draft"), LISTING, "adopt", actor="hub", at=at)
    move_many(wanted.filter(state__in=["submitted", "failed"]), LISTING, "go_live", actor="remote", at=at)
    # What changed while it was in review, or was never compared, is looked at again.
    mark_dirty(kind="content", subject_ids=[r.variant_id for r in rows])
    acknowledge(rows, seen, at)
    refresh_due(listing_ids=ids, at=at)


def acknowledge(rows: Sequence[Listing], seen: Mapping[str, records.Observed], at: datetime) -> None:
    """What went with the creation, as the marketplace shows it, is what it holds."""
    levels = list(
        ListingLevel.objects.system().filter(listing__in=rows, batch_id__isnull=True).select_related("listing")
    )
    for level in levels:
        o = seen[level.listing.listing_ref]
        if level.lane == "stock" and o.quantity is not None:
            level.acknowledged_value, level.acknowledged_at = o.quantity, at
        elif level.lane == "price" and o.sale_price is not None:
            level.acknowledged_value, level.acknowledged_list, level.acknowledged_at = o.sale_price, o.list_price, at
    ListingLevel.objects.system().bulk_update(
        levels, ["acknowledged_value", "acknowledged_list", "acknowledged_at"], batch_size=1000
    )


def _fail(rows: Sequence[Listing], seen: dict[str, records.Observed], at: datetime) -> None:
    for row in rows:
        row.refusal = seen[row.listing_ref].reason or "refused without a reason"
    Listing.objects.system().bulk_update(rows, ["refusal"], batch_size=500)
    wanted = Listing.objects.system().filter(id__in=[r.id for r in rows], state="submitted")
    move_many(wanted, LISTING, "fail", actor="remote", at=at)
    # What was mended while the marketplace still looked at the last try goes out again by itself.
    mark_dirty(kind="content", subject_ids=sorted({r.variant_id for r in rows}))


def _compare(rows: Sequence[Listing], seen: dict[str, records.Observed], at: datetime) -> Seen:
    count = Seen()
    levels = list(
        ListingLevel.objects.system()
        .filter(listing__in=rows)
        .select_related("listing")
        .order_by("id")
        .select_for_update(no_key=True, of=("self",))
    )
    for level in levels:
        o = seen[level.listing.listing_ref]
        value, listed = (o.quantity, None) if level.lane == "stock" else (o.sale_price, o.list_price)
        if value is None:
            continue
        level.observed_value, level.observed_list, level.observed_at = value, listed, at
        is_settled = level.batch_id is None and level.acknowledged_at is not None and level.acknowledged_at < at
        if not is_settled:
            continue
        # Less than we published may be a sale that is on its way to us: give the order time to arrive first.
        is_sale = level.lane == "stock" and level.acknowledged_value is not None and value < level.acknowledged_value
        is_other = (level.acknowledged_value, level.acknowledged_list) != (value, listed)
        count.add(lane=level.lane, is_other=is_other, is_lower=is_sale)
        if is_other:
            level.not_before = at + timedelta(seconds=_SALE_ON_ITS_WAY_S if is_sale else 0)
            level.acknowledged_value, level.acknowledged_list = value, listed
            level.is_due = (level.desired_value, level.desired_list) != (value, listed)
    ListingLevel.objects.system().bulk_update(
        levels,
        [
            "observed_value",
            "observed_list",
            "observed_at",
            "acknowledged_value",
            "acknowledged_list",
            "is_due",
            "not_before",
        ],
        batch_size=1000,
    )
    return count
