"""Reads of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .models import Run


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. Rates are items per second; ``eta_s`` seconds; None: not known."""

    run: Run
    rate: float | None
    eta_s: float | None


def progress(*, run: Run, at: datetime) -> Progress:
    """Rate and time to go of a run."""
    if run.started_at is None or not run.done:
        return Progress(run, None, None)
    rate = run.done / max(0.001, ((run.finished_at or at) - run.started_at).total_seconds())
    left = None if run.total is None or run.finished_at else (run.total - run.done) / rate
    return Progress(run, rate, left)
