"""The job behind everything that a person asks of a channel."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app

from .services.work import TASK, carry_out


@app.task(name=TASK)
def work_on_channel(run_id: int, channel_id: int, options: dict[str, Any]) -> None:
    """Carry out a run; it may run twice, as what it calls can."""
    carry_out(run_id=run_id, channel_id=channel_id, options=options)
