"""Runs over HTTP: long jobs that a person watches."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from entrepot.core.clock import now
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Cursor, Limit, Listed, OneOf

from .models import Run
from .queries import progress
from .services import cancel_run

router = Router(auth=Area("runs"), tags=["runs"])
_LINES = 1000
RunState = Annotated[str, OneOf(Run.STATES)]


class RunOut(Schema):
    """Where a long job is."""

    id: int = Field(examples=[17])
    seller_id: int | None = Field(description="null: the operator's", examples=[7])
    kind: str = Field(examples=["import"])
    title: str = Field(examples=["Products of March"])
    state: RunState = Field(examples=["running"])
    outcome: str = Field(description="ok, partial or refused; empty while it runs", examples=[""])
    total: int | None = Field(description="null: not known yet", examples=[1000])
    done: int = Field(examples=[250])
    failed: int = Field(description="among those done", examples=[3])
    per_second: float | None = Field(examples=[480.5])
    left_seconds: float | None = Field(examples=[1.6])
    asked_by: str = Field(examples=["ayse"])
    asked_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])
    finished_at: datetime | None = Field(examples=["2026-03-01T09:31:00Z"])


class RunLineOut(Schema):
    """One line of a run's log."""

    at: datetime = Field(examples=["2026-03-01T09:30:01Z"])
    level: str = Field(examples=["note"])
    text: str = Field(examples=["250 of 1000 read"])


class RunWhole(RunOut):
    """A run with its report and log."""

    report: dict[str, Any] = Field(examples=[{"rows": 1000}])
    lines: list[RunLineOut]


def _rows(request: ActorRequest) -> Any:
    actor = request.auth
    return Run.objects.all() if actor.seller_ids is None else Run.objects.filter(seller_id__in=actor.seller_ids)


@router.get("/runs", response=Listed[RunOut], operation_id="list_runs", summary="List runs")
def list_runs(
    request: ActorRequest,
    state: Annotated[RunState | None, Query(examples=["running"])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Runs, newest first."""
    rows = _rows(request)
    found = page(rows.filter(state=state) if state else rows, cursor=cursor, limit=limit, newest_first=True)
    return {"items": [with_rate(r) for r in found.items], "next": found.next_cursor}


@router.get("/runs/{run_id}", response=RunWhole, operation_id="get_run", summary="Get a run")
def get_run(request: ActorRequest, run_id: int) -> Any:
    """One run with its log."""
    row = _rows(request).get(id=run_id)
    row = with_rate(row)
    return {
        **{f: getattr(row, f) for f in RunOut.model_fields},
        "report": row.report,
        "lines": row.lines.order_by("id")[:_LINES],
    }


@router.post("/runs/{run_id}/cancel", response=RunOut, operation_id="cancel_run", summary="Cancel a run")
def cancel(request: ActorRequest, run_id: int) -> Any:
    """Ask a run to stop; it does at its next step. 409: it is over."""
    row = _rows(request).get(id=run_id)
    return with_rate(cancel_run(run_id=row.id, at=now(), seller_id=row.seller_id))


def with_rate(row: Any) -> Any:
    """A run with the figures that :class:`RunOut` shows."""
    where = progress(run=row, at=now())
    row.per_second, row.left_seconds = where.per_s, where.left_s
    return row
