"""Work on a channel that takes longer than a page may: a run that a person watches, and the job that does it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entrepot.channels.models import Channel
from entrepot.jobs.models import Run
from entrepot.jobs.services import start_run

from . import tasks


def check(*, channel: Channel, asked_by: str, at: datetime) -> Run:
    """Use each right of the channel once, harmlessly."""
    return _start("channel_check", f"Check {channel.name}", channel, asked_by, at)


def match(*, channel: Channel, asked_by: str, at: datetime) -> Run:
    """Pull what is there without changing anything, and say what fits."""
    return _start("channel_match", f"Match {channel.name}", channel, asked_by, at)


def go_live(*, channel: Channel, asked_by: str, at: datetime) -> Run:
    """Adopt what is on sale there already, then start the channel's pulls."""
    return _start("channel_go_live", f"Go live with {channel.name}", channel, asked_by, at)


def learn(*, channel: Channel, asked_by: str, at: datetime) -> Run:
    """Read the marketplace's categories, brands, attributes and values."""
    return _start("channel_learn", f"Learn the words of {channel.name}", channel, asked_by, at)


def _start(kind: str, title: str, channel: Channel, asked_by: str, at: datetime) -> Run:
    with transaction.atomic():
        run = start_run(kind=kind, title=title, seller_id=channel.seller_id, asked_by=asked_by, at=at)
        tasks.work_on_channel.defer(run_id=run.pk, channel_id=channel.pk)
    return run
