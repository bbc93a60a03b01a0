"""The queues that ingress empties."""

from __future__ import annotations

from datetime import datetime

from entrepot.jobs.services import Drainer

from . import services


def _pull(at: datetime) -> int:
    return services.pull_due(limit=1, at=at)


def _apply(at: datetime) -> int:
    return services.apply_receipts(limit=200, at=at)


FEEDS = Drainer("feeds", "bulk", _pull, idle_s=0.25, threads=4)
RECEIPTS = Drainer("receipts", "orders", _apply, idle_s=0.5, threads=2)
