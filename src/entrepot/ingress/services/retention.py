"""Raw messages expire: they hold buyers' data, and what they said is in the rows by then."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from entrepot.accounts.queries import sellers

from ..models import Receipt, SetAside

_CHUNK = 5000


def forget_old_receipts(*, at: datetime) -> int:
    """Delete receipts older than ``ENTREPOT_KEEP_RECEIPTS_DAYS`` that are done with; how many.

    What still waits, or was given up and waits for a person, stays. Each chunk is a transaction of its own.
    """
    before = _before(at)
    return sum(_forget(seller.id, before) for seller in sellers(active_only=False))


def _forget(seller_id: int, before: datetime) -> int:
    gone = 0
    while True:
        old = Receipt.objects.for_seller(seller_id).filter(received_at__lt=before, status="done")
        ids = list(old.order_by("received_at", "id").values_list("id", flat=True)[:_CHUNK])
        gone += Receipt.objects.for_seller(seller_id).filter(id__in=ids).delete()[0]
        if len(ids) < _CHUNK:
            return gone


def forget_old_asides(*, at: datetime) -> int:
    """Empty the raw record of what was set aside, replayed or ignored, and is older than that; how many."""
    before, emptied = _before(at), 0
    for seller in sellers(active_only=False):
        old = SetAside.objects.for_seller(seller.id).filter(last_at__lt=before).exclude(state="open").exclude(raw=None)
        emptied += old.update(raw=None)
    return emptied


def _before(at: datetime) -> datetime:
    return at - timedelta(days=settings.ENTREPOT_KEEP_RECEIPTS_DAYS)
