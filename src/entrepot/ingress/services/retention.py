"""Raw messages expire: they hold buyers' data, and what they said is in the rows by then."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from ..models import Receipt, SetAside

_CHUNK = 5000


def forget_old_receipts(*, at: datetime) -> int:
    """Delete receipts older than ``ENTREPOT_KEEP_RECEIPTS_DAYS`` that are done with; how many, 0: none are left.

    What still waits, or was given up and waits for a person, stays. Each chunk is a transaction of its own.
    """
    before, gone = at - timedelta(days=settings.ENTREPOT_KEEP_RECEIPTS_DAYS), 0
    while True:
        old = Receipt.objects.system().filter(received_at__lt=before, status="done").order_by("received_at")
        ids = list(old.values_list("id", flat=True)[:_CHUNK])
        gone += Receipt.objects.system().filter(id__in=ids).delete()[0]
        if len(ids) < _CHUNK:
            return gone


def forget_old_asides(*, at: datetime) -> int:
    """Empty the raw record of what was set aside, replayed or ignored, and is older than that; how many."""
    before = at - timedelta(days=settings.ENTREPOT_KEEP_RECEIPTS_DAYS)
    old = SetAside.objects.system().filter(last_at__lt=before).exclude(state="open").exclude(raw=None)
    return int(old.update(raw=None))
