"""What a marketplace shows of our listings: adopted at first sight, compared ever after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from entrepot.events.services import move_many
from entrepot.kit import records

from ..models import Listing, ListingLevel
from ..states import LISTING
from .levels import refresh_due

_SALE_ON_ITS_WAY_S = 10


def adopt(*, storefront_id: int, observed: Sequence[records.Observed], at: datetime) -> int:
    """At first connection: drafts that are live there already become live here, as acknowledged; the number adopted."""
    seen = {o.listing_ref: o for o in observed if o.state in ("live", "locked")}
    with transaction.atomic():
        drafts = Listing.objects.system().filter(storefront_id=storefront_id, state="draft", listing_ref__in=seen)
        ids = move_many(drafts, LISTING, "adopt", actor="hub", at=at)
        rows = list(Listing.objects.system().filter(id__in=ids).order_by("id"))
        for row in rows:
            row.content_ref = seen[row.listing_ref].content_ref or ""
            row.acknowledged_hash, row.live_at = row.content_hash, at
        Listing.objects.system().bulk_update(rows, ["content_ref", "acknowledged_hash", "live_at"], batch_size=500)
        _acknowledge(rows, seen, at)
        refresh_due(listing_ids=ids, at=at)
    return len(ids)


def note_observed(*, storefront_id: int, observed: Sequence[records.Observed], at: datetime) -> int:
    """Keep what a marketplace shows now; the number of listings that went live or failed by it.

    A difference between observed and acknowledged, with nothing in flight since the reading began, is drift: the
    acknowledged value becomes what was seen, so that the desired one travels again.
    """
    seen = {o.listing_ref: o for o in observed}
    with transaction.atomic():
        rows = list(
            Listing.objects.system()
            .filter(storefront_id=storefront_id, listing_ref__in=seen)
            .order_by("id")
            .select_for_update()
        )
        # While its batch is on its way the marketplace still shows what it thought of the last try.
        asked = [r for r in rows if r.state == "submitted" and r.not_before <= at]
        live = [r for r in asked if seen[r.listing_ref].state in ("live", "locked")]
        lost = [r for r in asked if seen[r.listing_ref].state == "refused"]
        waiting = [r for r in asked if seen[r.listing_ref].state == "pending"]
        _go_live(live, seen, at)
        _fail(lost, seen, at)
        Listing.objects.system().filter(id__in=[r.id for r in waiting]).update(
            checked_at=at, not_before=at + timedelta(seconds=1)
        )
        _compare([r for r in rows if r.live_at is not None], seen, at)
    return len(live) + len(lost)


def _go_live(rows: Sequence[Listing], seen: dict[str, records.Observed], at: datetime) -> None:
    if not rows:
        return
    for row in rows:
        row.content_ref = seen[row.listing_ref].content_ref or row.content_ref
        row.acknowledged_hash, row.live_at, row.refusal = row.submitted_hash, row.live_at or at, ""
    fields = ["content_ref", "acknowledged_hash", "live_at", "refusal"]
    Listing.objects.system().bulk_update(rows, fields, batch_size=500)
    ids = [r.id for r in rows]
    move_many(Listing.objects.system().filter(id__in=ids, state="submitted"), LISTING, "go_live", actor="remote", at=at)
    _acknowledge(rows, seen, at)
    refresh_due(listing_ids=ids, at=at)


def _acknowledge(rows: Sequence[Listing], seen: dict[str, records.Observed], at: datetime) -> None:
    """What went with the creation, as the marketplace shows it, is what it holds."""
    levels = list(ListingLevel.objects.system().filter(listing__in=rows, batch_id__isnull=True).select_related("listing"))
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


def _compare(rows: Sequence[Listing], seen: dict[str, records.Observed], at: datetime) -> None:
    levels = list(
        ListingLevel.objects.system()
        .filter(listing__in=rows)
        .select_related("listing")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    for level in levels:
        o = seen[level.listing.listing_ref]
        value, listed = (o.quantity, None) if level.lane == "stock" else (o.sale_price, o.list_price)
        if value is None:
            continue
        level.observed_value, level.observed_list, level.observed_at = value, listed, at
        is_settled = level.batch_id is None and level.acknowledged_at is not None and level.acknowledged_at < at
        if is_settled and (level.acknowledged_value, level.acknowledged_list) != (value, listed):
            level.acknowledged_value, level.acknowledged_list = value, listed
            level.is_due = (level.desired_value, level.desired_list) != (value, listed)
            # Less than we published may be a sale that is on its way to us: give the order time to arrive first.
            level.not_before = at + timedelta(seconds=_SALE_ON_ITS_WAY_S if level.lane == "stock" else 0)
    ListingLevel.objects.system().bulk_update(
        levels,
        ["observed_value", "observed_list", "observed_at", "acknowledged_value", "acknowledged_list", "is_due", "not_before"],
        batch_size=1000,
    )
