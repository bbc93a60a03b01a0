"""Upkeep of what accounts counts."""

from __future__ import annotations

from procrastinate.contrib.django import app

from entrepot.core.clock import now

from .services import forget_old_tries


@app.periodic(cron="52 * * * *")
@app.task(queueing_lock="forget_old_tries")
def drop_old_tries(timestamp: int) -> None:
    """Drop the counts of wrong passwords and keys that time has lifted."""
    forget_old_tries(at=now())
