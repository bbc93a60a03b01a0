"""Upkeep of the partitioned tables."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .services import drop_old_partitions, ensure_partitions


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="keep_partitions")
def keep_partitions(timestamp: int) -> None:
    """Make the coming days' partitions and drop those past their age: events, history, remote calls."""
    ensure_partitions()
    drop_old_partitions()
