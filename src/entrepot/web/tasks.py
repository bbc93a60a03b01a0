"""Upkeep of kept answers."""

from __future__ import annotations

from procrastinate.contrib.django import app

from entrepot.core.clock import now

from .idempotency import forget_old_answers


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="forget_old_answers")
def forget_old_idempotent_answers(timestamp: int) -> None:
    """Forget idempotency keys older than a day."""
    forget_old_answers(at=now())
