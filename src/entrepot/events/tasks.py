"""Upkeep of the partitioned tables."""

from __future__ import annotations

from procrastinate.contrib.django import app

from entrepot.core.clock import now

from .services import drop_old_partitions, ensure_partitions
from .services.transport import forget_seen


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="keep_partitions")
def keep_partitions(timestamp: int) -> None:
    """Make the coming days' partitions and drop those past their age: events, history, remote calls.

    What subscribers had out of topics long ago is forgotten.
    """
    ensure_partitions()
    drop_old_partitions()
    forget_seen(at=now())
