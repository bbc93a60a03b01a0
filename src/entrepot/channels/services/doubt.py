"""After a restore nobody knows what was sent since the backup."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Value
from django.db.models.functions import Coalesce

from entrepot.channels.models import Intent


def doubt_open_intents(*, at: datetime) -> int:
    """Make every open intent unknown, so that the remote is asked before anything is sent; how many."""
    open_ones = Intent.objects.system().filter(state__in=["planned", "sent"])
    may_be_sent = Coalesce("sent_at", Value(at))  # after the backup
    return int(open_ones.update(state="unknown", sent_at=may_be_sent, leased_until=None, claimed_by="", not_before=at))
