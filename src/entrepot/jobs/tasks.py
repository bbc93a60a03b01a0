"""Periodic upkeep of the jobs themselves."""

from __future__ import annotations

from datetime import timedelta

import structlog
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from entrepot.core.clock import now

from .models import DrainerHealth

log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """A killed worker's job stays ``doing``: give it to another. One whose twin already waits is over instead."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        log.warning("job.stalled", task=job.task_name, job_id=job.id)
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="forget_dead_workers")
def forget_dead_workers(timestamp: int) -> None:
    """Drop the pulse of workers that ended a day ago."""
    DrainerHealth.objects.filter(beat_at__lt=now() - timedelta(days=1)).delete()
