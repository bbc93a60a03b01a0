"""Jobs behind the buttons of a channel. Each may run twice: what it calls can."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from procrastinate.contrib.django import app

from entrepot.channels.models import Channel
from entrepot.core.clock import now
from entrepot.core.errors import EntrepotError
from entrepot.ingress import services as ingress
from entrepot.jobs.models import Run
from entrepot.jobs.services import advance_run, begin_run, finish_run

log = structlog.get_logger(__name__)


@app.task(name="panel.work_on_channel")
def work_on_channel(run_id: int, channel_id: int) -> None:
    """Do what the run's kind says to its channel, and end the run with what came of it."""
    if not begin_run(run_id=run_id, at=now()):
        return
    run = Run.objects.get(id=run_id)
    channel = Channel.objects.for_seller(run.seller_id).get(id=channel_id)  # type: ignore[arg-type]
    try:
        outcome, report = _WORK[run.kind](run, channel, now())
    except EntrepotError as error:
        finish_run(run_id=run_id, at=now(), error=str(error))
    except Exception as error:  # the edge of a worker: a person watches this run
        log.exception("channel_work.failed", run_id=run_id, kind=run.kind)
        finish_run(run_id=run_id, at=now(), error=f"{type(error).__name__}: {error}")
    else:
        finish_run(run_id=run_id, at=now(), outcome=outcome, report=report)


def _note(run: Run, *lines: str) -> None:
    advance_run(run_id=run.pk, at=now(), done=len(lines), lines=lines)


def _check(run: Run, channel: Channel, at: datetime) -> tuple[str, dict[str, Any]]:
    found = ingress.check_channel(channel=channel, at=at)
    begin_run(run_id=run.pk, at=now(), total=len(found))
    _note(run, *(f"{name}: {result}" for name, result in sorted(found.items())))
    return ("ok" if all(r == "ok" for r in found.values()) else "refused"), found


def _match(run: Run, channel: Channel, at: datetime) -> tuple[str, dict[str, Any]]:
    report = ingress.match_channel(channel=channel, at=at)
    unclear = len(report["ambiguous"]) + len(report["none"])
    counts = {name: len(value) if isinstance(value, list) else value for name, value in report.items()}
    _note(run, *(f"{name}: {count}" for name, count in counts.items()))
    return ("partial" if unclear or report["set_aside"] else "ok"), counts


def _go_live(run: Run, channel: Channel, at: datetime) -> tuple[str, dict[str, Any]]:
    adopted = ingress.adopt_live(channel=channel, at=at) if channel.role == "marketplace" else 0
    _note(run, f"adopted: {adopted}")
    feeds = ingress.go_live(channel=channel, at=now())
    _note(run, f"feeds: {feeds}")
    return "ok", {"adopted": adopted, "feeds": feeds}


def _learn(run: Run, channel: Channel, at: datetime) -> tuple[str, dict[str, Any]]:
    counts = ingress.learn_vocabulary(channel=channel, at=at)
    _note(run, *(f"{kind}: {count}" for kind, count in counts.items() if count))
    wanted = ingress.needed_categories(channel=channel)
    if wanted:
        found = ingress.learn_vocabulary(
            channel=channel, categories=wanted, at=now(),
            progress=lambda done, total: _note(run, f"category {done} of {total}"),
        )  # fmt: skip
        counts = {kind: counts[kind] + found[kind] for kind in counts}
    return "ok", dict(counts)


_WORK: dict[str, Callable[[Run, Channel, datetime], tuple[str, dict[str, Any]]]] = {
    "channel_check": _check, "channel_match": _match, "channel_go_live": _go_live, "channel_learn": _learn,
}  # fmt: skip
