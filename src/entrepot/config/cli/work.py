"""Work on a channel from the command line: a run that others can watch, carried out here or left to a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.core.clock import now

from . import show
from .session import OPERATOR

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

Background = Annotated[
    bool, typer.Option("--background", help="Leave it to a worker and print the run; `run watch` follows it.")
]


def work(
    row: Channel, name: str, *, doing: str, background: bool, json: bool, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Start a run, wait for it, and give its report. In the background: print it and end with 0.

    Raises:
        EntrepotError: the run failed; as the work itself says it.
    """
    from entrepot.channels.services import carry_out, start_work

    given = dict(options or {})
    run = start_work(
        seller_id=row.seller_id, channel_id=row.id, work=name, options=given, asked_by=OPERATOR.name,
        is_deferred=background, at=now(),
    )  # fmt: skip
    if background:
        show.record({"run": run.pk, "title": run.title, "state": run.state}, json_wanted=json)
        raise typer.Exit
    with show.progress(json_wanted=json) as bar:
        task = bar.add_task(doing, total=None)
        error = carry_out(
            run_id=run.pk, channel_id=row.id, options=given,
            watch=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    if error is not None:
        raise error
    run.refresh_from_db()
    report: dict[str, Any] = run.report
    return report
