"""Writes of jobs: runs with progress, and wake-ups."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from . import wakeup
from .models import Run

_KEPT_LINES = 200


def wake(lane: str) -> None:
    """Shorten the sleep of a lane's drainers, after the present transaction commits. A lost wake-up loses nothing."""
    transaction.on_commit(lambda: wakeup.ring(lane))


def start_run(*, kind: str, title: str, seller_id: int | None = None, total: int | None = None, at: datetime) -> Run:
    """A run that is running from now on."""
    return Run.objects.create(kind=kind, title=title, seller_id=seller_id, total=total, status="running", started_at=at)


def advance_run(*, run_id: int, done: int, failed: int = 0, total: int | None = None, line: str = "", at: datetime) -> Run:
    """Say how far a run has come, in all; ``line`` goes to its log."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run_id)
        run.done, run.failed = done, failed
        run.total = run.total if total is None else total
        if line:
            run.log = [*run.log, {"at": at.isoformat(), "text": line}][-_KEPT_LINES:]
        run.save(update_fields=["done", "failed", "total", "log"])
    return run


def finish_run(*, run_id: int, outcome: str, line: str = "", at: datetime) -> Run:
    """The run has ended: ok, partial or refused."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run_id)
        run.status, run.outcome, run.finished_at = "done", outcome, at
        if line:
            run.log = [*run.log, {"at": at.isoformat(), "text": line}][-_KEPT_LINES:]
        run.save(update_fields=["status", "outcome", "finished_at", "log"])
    return run
