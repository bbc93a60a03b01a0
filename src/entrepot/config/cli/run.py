"""``entrepot run``: long jobs that a person watches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.core.clock import now
from entrepot.core.errors import Refused

from . import find, show
from .session import ready

if TYPE_CHECKING:
    from entrepot.jobs.models import Run

app = typer.Typer(no_args_is_help=True, help="Long jobs.")
Number = Annotated[int, typer.Argument(help="Number of the run.", metavar="RUN")]
_PATIENCE_S = 3.0
_OVER = ("done", "failed", "cancelled")


@app.command("list")
def list_(
    seller: find.MaybeSeller = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    json: show.AsJson = False,
) -> None:
    """List runs, newest first."""
    with ready():
        from entrepot.jobs.queries import runs

        rows = runs(seller_id=find.seller(seller).id if seller else None, limit=limit)
        found = [_row(r) if json else _brief(r) for r in rows]
        show.rows(found, json_wanted=json, empty="no runs yet; what a person starts on a channel shows here")


@app.command("show")
def show_(number: Number, json: show.AsJson = False) -> None:
    """Show one run with its log."""
    with ready():
        run = _run(number)
        lines = [{"at": x.at, "level": x.level, "text": x.text} for x in sorted(run.lines.all(), key=lambda x: x.id)]
        if json:
            show.as_json({**_row(run), "report": run.report, "lines": lines})
            return
        show.record(_row(run), json_wanted=False)
        show.rows(lines, json_wanted=False, empty="")


@app.command("watch")
def watch(number: Number) -> None:
    """Follow a run to its end; ends with 1 when it failed or was cancelled."""
    with ready(), show.progress() as bar:
        run = _run(number)
        task = bar.add_task(run.title, total=run.total, completed=run.done)
        began, is_warned = time.monotonic(), False
        while run.state not in _OVER:
            time.sleep(0.5)
            run = _run(number)
            if not is_warned and time.monotonic() - began > _PATIENCE_S:
                is_warned = _warn(run)
            bar.update(task, total=run.total, completed=run.done)
        bar.stop()
        typer.echo(f"{run.title}: {run.state} {run.outcome}, {run.done} done, {run.failed} failed".replace("  ", " "))
        raise typer.Exit(0 if run.state == "done" else 1)


def _warn(run: Run) -> bool:
    """Say that nobody is there to carry it out; whether it was said."""
    from entrepot.jobs.queries import is_worker_heard

    if run.state != "queued" or is_worker_heard(at=now()):
        return False
    typer.echo("entrepot: no worker is running, so this run waits: start `entrepot worker` or `entrepot up`", err=True)
    return True


def _run(number: int) -> Run:
    from entrepot.jobs.models import Run
    from entrepot.jobs.queries import run_of

    try:
        return run_of(run_id=number)
    except Run.DoesNotExist:
        raise Refused(f"there is no run {number}; `entrepot run list` shows them") from None


def _brief(run: Run) -> dict[str, Any]:
    """What fits on a line of a terminal; `run show` tells all."""
    done = str(run.done) if run.total is None else f"{run.done}/{run.total}"
    return {
        "id": run.id, "title": run.title, "state": f"{run.state} {run.outcome}".strip(), "done": done,
        "failed": run.failed, "asked_at": run.asked_at,
    }  # fmt: skip


def _row(run: Run) -> dict[str, Any]:
    from entrepot.jobs.queries import progress

    where = progress(run=run, at=now())
    return {
        "id": run.id, "kind": run.kind, "title": run.title, "state": run.state, "outcome": run.outcome,
        "done": run.done, "total": run.total, "failed": run.failed,
        "per_s": None if where.per_s is None else round(where.per_s, 1),
        "left_s": None if where.left_s is None else round(where.left_s), "asked_at": run.asked_at,
    }  # fmt: skip
