"""Reads of runs and of the drainers' health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from .models import DrainerHealth, Run

FAILS = 3  # failures in a row that are no accident


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is. ``per_s`` None: too early to tell; ``left_s`` None: total or rate unknown, or it is over."""

    run: Run
    share: float | None
    per_s: float | None
    left_s: float | None


def progress(*, run: Run, at: datetime) -> Progress:
    """Rate and remaining seconds of a run, from its start to its last advance. No SQL."""
    share = None if not run.total else min(1.0, run.done / run.total)
    if run.started_at is None:
        return Progress(run, share, None, None)
    elapsed_s = ((run.finished_at or run.advanced_at or at) - run.started_at).total_seconds()
    per_s = run.done / elapsed_s if elapsed_s > 0 and run.done else None
    left_s = None
    if per_s and run.total is not None and run.state == "running":
        left_s = max(0, run.total - run.done) / per_s
    return Progress(run, share, per_s, left_s)


def run_of(*, run_id: int, seller_id: int | None = None) -> Run:
    """One run, with its log as ``run.lines``.

    Raises:
        Run.DoesNotExist: not this seller's (``seller_id`` None sees all).
    """
    rows = Run.objects.all() if seller_id is None else Run.objects.filter(seller_id=seller_id)
    return rows.prefetch_related("lines").get(id=run_id)


def runs(*, seller_id: int | None = None, limit: int = 50) -> list[Run]:
    """Runs, newest first. One SQL query."""
    rows = Run.objects.all() if seller_id is None else Run.objects.filter(seller_id=seller_id)
    return list(rows.order_by("-id")[:limit])


def is_worker_heard(*, at: datetime, within_s: float = 30.0) -> bool:
    """Whether any worker has given a sign of life."""
    return DrainerHealth.objects.filter(beat_at__gte=at - timedelta(seconds=within_s)).exists()


def failing_drainers(*, at: datetime, within_s: float = 30.0) -> dict[str, int]:
    """Drainer that was heard of → in how many threads it fails again and again. One SQL query."""
    rows = DrainerHealth.objects.filter(beat_at__gte=at - timedelta(seconds=within_s)).order_by("drainer")
    fails = Count("id", filter=Q(failures__gte=FAILS))
    return dict(rows.values_list("drainer").annotate(n=fails))
