"""The marketplace's late word on changes of cards that are on sale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from entrepot.events.services import mark_dirty, move_many
from entrepot.kit import records

from ..models import Listing
from ..states import LISTING
from .content import HALF

_ASK_EVERY_S = 5
_GIVE_UP = timedelta(days=2)
_UNKNOWN = "-" * HALF  # nobody knows what the card says now: neither what we sent nor what we remember


def cards_to_ask(*, storefront_id: int, at: datetime, limit: int) -> list[str]:
    """Cards whose changes are judged and that were not asked for just now; they count as asked from then on."""
    rows = Listing.objects.system().filter(storefront_id=storefront_id).exclude(review_ref="")
    with transaction.atomic():
        rows.filter(submitted_at__lt=at - _GIVE_UP).update(review_ref="")
        due = rows.filter(checked_at__lt=at - timedelta(seconds=_ASK_EVERY_S)).order_by(F("checked_at").asc(), "id")
        cards = list(dict.fromkeys(due.values_list("content_ref", flat=True)[: limit * 10]))[:limit]
        rows.filter(content_ref__in=cards).update(checked_at=at)
    return cards


def note_verdicts(*, storefront_id: int, verdicts: Sequence[records.Verdict], at: datetime) -> int:
    """A refused change leaves the card on sale as it was, and its listings failed, with the marketplace's words; how
    many were decided. Verdicts on earlier requests decide nothing.
    """
    told = {(v.content_ref, v.batch_ref): v for v in verdicts if v.is_ok is not None and v.batch_ref}
    with transaction.atomic():
        rows = list(
            Listing.objects.system()
            .filter(storefront_id=storefront_id, content_ref__in=[card for card, _ in told])
            .exclude(review_ref="")
            .order_by("id")
            .select_for_update(no_key=True)
        )
        decided = [(r, told[r.content_ref, r.review_ref]) for r in rows if (r.content_ref, r.review_ref) in told]
        for row, verdict in decided:
            row.review_ref = ""
            if not verdict.is_ok:
                row.refusal = verdict.reason or "refused without a reason"
                row.acknowledged_hash = _UNKNOWN + row.acknowledged_hash[HALF:]
        changed = [r for r, _ in decided]
        Listing.objects.system().bulk_update(changed, ["review_ref", "refusal", "acknowledged_hash"], batch_size=500)
        refused = [r.id for r, verdict in decided if not verdict.is_ok]
        wanted = Listing.objects.system().filter(id__in=refused, state__in=["live", "update"])
        move_many(wanted, LISTING, "refuse", actor="remote", at=at)
        mark_dirty(kind="content", subject_ids=sorted({r.variant_id for r in changed}))
    return len(decided)
