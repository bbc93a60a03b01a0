"""Upkeep of storage."""

from __future__ import annotations

from procrastinate.contrib.django import app

from entrepot.core.clock import now

from .services import sweep


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="sweep_documents")
def sweep_documents(timestamp: int) -> None:
    """Delete files that no document is about any more."""
    sweep(at=now())
