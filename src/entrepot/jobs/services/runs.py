"""Runs: a long job a person watches, with progress that survives the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce

from entrepot.core.errors import Refused
from entrepot.jobs.models import Run, RunLine

OUTCOMES = ("ok", "partial", "refused")


def start_run(
    *, kind: str, title: str, at: datetime, seller_id: int | None = None, total: int | None = None, asked_by: str = ""
) -> Run:
    """A new run, queued; defer its job in the same transaction."""
    return Run.objects.create(
        kind=kind, title=title[:200], seller_id=seller_id, total=total, asked_by=asked_by, asked_at=at
    )


def begin_run(*, run_id: int, at: datetime, total: int | None = None) -> bool:
    """Say that work has begun. False: it was cancelled or is over, so do nothing. Begun twice is fine (a retry)."""
    rows = Run.objects.filter(id=run_id, state__in=["queued", "running"])
    updates: dict[str, Any] = {"state": "running", "started_at": Coalesce(F("started_at"), at), "advanced_at": at}
    return bool(rows.update(**updates, **({} if total is None else {"total": total})))


def advance_run(*, run_id: int, at: datetime, done: int = 0, failed: int = 0, lines: Iterable[str] = ()) -> bool:
    """Add to what is done (``failed`` is a part of ``done``) and to the log. False: cancelled meanwhile, so stop."""
    moved = Run.objects.filter(id=run_id, state="running").update(
        done=F("done") + done, failed=F("failed") + failed, advanced_at=at
    )
    RunLine.objects.bulk_create(RunLine(run_id=run_id, at=at, text=text[:2000]) for text in lines)
    return bool(moved)


def finish_run(
    *, run_id: int, at: datetime, outcome: str = "ok", error: str = "", report: Mapping[str, Any] | None = None
) -> bool:
    """End a run: ``done`` with an outcome (ok, partial, refused), or ``failed`` with an error. False: over already."""
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome {outcome!r} is not one of {', '.join(OUTCOMES)}")
    state = "failed" if error else "done"
    ended = Run.objects.filter(id=run_id, state__in=["queued", "running"]).update(
        state=state, outcome="" if error else outcome, finished_at=at, report=dict(report or {})
    )
    if error:
        RunLine.objects.create(run_id=run_id, at=at, level="fault", text=error[:2000])
    return bool(ended)


def cancel_run(*, run_id: int, at: datetime, seller_id: int | None = None) -> Run:
    """Ask a run to stop: it does at its next advance.

    Raises:
        Run.DoesNotExist: not this seller's.
        Refused: it is over.
    """
    rows = Run.objects.all() if seller_id is None else Run.objects.filter(seller_id=seller_id)
    run = rows.get(id=run_id)
    if not Run.objects.filter(id=run.id, state__in=["queued", "running"]).update(state="cancelled", finished_at=at):
        raise Refused(f"run {run.title!r} is over: it cannot be cancelled")
    run.refresh_from_db()
    return run
