"""Procrastinate inside our worker: runs that a person started, and periodic tasks."""

from __future__ import annotations

import asyncio
import threading

import structlog
from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

CONCURRENCY = 2  # jobs at once
_BESIDE = 1  # a job that pulls fetches one page ahead, in a thread beside it
_RETRY_S = 5.0
_GRACE_S = 20.0

log = structlog.get_logger(__name__)


def job_connections() -> int:
    """Connections of Django's pool that jobs may hold at once; Procrastinate's own are outside of it."""
    return CONCURRENCY * (1 + _BESIDE)


def run_jobs(stop: threading.Event, *, concurrency: int = CONCURRENCY) -> None:
    """Run jobs until ``stop``; a job at work then has 20 seconds to end, after which another worker retries it."""
    while not stop.is_set():
        try:
            asyncio.run(_work(stop, concurrency))
        except Exception:
            log.exception("jobs.failed")
        stop.wait(_RETRY_S)  # a worker that lost its database ends without a word


async def _work(stop: threading.Event, concurrency: int) -> None:
    """One worker on connections of its own.

    Its app is a second one over the same tasks: the tasks keep the first, whose defers go through Django's connection
    and so roll back with the transaction around them, also in the threads beside this one.
    """
    await sync_to_async(
        connections.close_all
    )()  # periodic tasks are deferred by this one thread; the server may have gone
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=concurrency + 2)
    async with app.with_connector(connector).open_async() as second:
        worker = asyncio.create_task(
            second.run_worker_async(
                concurrency=concurrency, install_signal_handlers=False, shutdown_graceful_timeout=_GRACE_S,
                listen_notify=True, delete_jobs="successful", fetch_job_polling_interval=2,
            )
        )  # fmt: skip
        while not stop.is_set() and not worker.done():  # noqa: ASYNC110 - ``stop`` belongs to threads
            await asyncio.sleep(0.2)
        worker.cancel()
        try:
            await worker
        except asyncio.CancelledError:
            if not stop.is_set():
                raise
