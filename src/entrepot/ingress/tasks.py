"""The queues that ingress empties, and what it forgets."""

from __future__ import annotations

from datetime import datetime

from procrastinate.contrib.django import app

from entrepot.core.clock import now
from entrepot.jobs.services import Drainer

from . import services
from .models import Feed, Receipt


def _news(at: datetime) -> int:
    return services.pull_due(limit=1, names=services.NEWS_FEEDS, at=at)


def _pass(at: datetime) -> int:
    return services.pull_due(limit=1, names=services.WHOLE_FEEDS, at=at)


def _apply(at: datetime) -> int:
    return services.apply_receipts(limit=200, at=at)


# Orders do not wait behind a pass over all of a channel's goods. A pull fetches one page ahead, in a thread beside it.
FEEDS = Drainer("feeds", "orders", _news, idle_s=0.25, threads=3, beside=1, lets_go=(Feed,))
PASSES = Drainer("passes", "bulk", _pass, idle_s=0.5, threads=2, beside=1, lets_go=(Feed,))
RECEIPTS = Drainer("receipts", "orders", _apply, idle_s=0.5, threads=2, lets_go=(Receipt,))


@app.periodic(cron="47 * * * *")
@app.task(queueing_lock="forget_old_receipts")
def forget_old_receipts(timestamp: int) -> None:
    """Delete raw messages that are past their age and done with."""
    services.forget_old_receipts(at=now())
    services.forget_old_asides(at=now())
