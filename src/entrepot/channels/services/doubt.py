"""After a restore nobody knows what was sent since the backup."""

from __future__ import annotations

from datetime import datetime

from entrepot.channels.models import Intent


def doubt_open_intents(*, at: datetime) -> int:
    """Make every open intent unknown, so that the remote is asked before anything is sent; how many."""
    open_ones = Intent.objects.system().filter(state__in=["planned", "sent"])
    return int(open_ones.update(state="unknown", leased_until=None, claimed_by="", not_before=at))
