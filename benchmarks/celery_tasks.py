"""What one would write first: a Celery job an order. Runs in a venv of its own, and knows nothing of Entrepot."""

from __future__ import annotations

import os
from typing import Any

import httpx
from celery import Celery  # type: ignore[import-not-found,unused-ignore]

app = Celery("orders", broker=os.environ["PEER_REDIS"], backend=os.environ["PEER_REDIS"])
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=4, broker_connection_retry_on_startup=True)
_http = httpx.Client(timeout=30, trust_env=False)


@app.task(name="push_order", autoretry_for=(httpx.HTTPError,), retry_backoff=True)
def push_order(url: str, query: dict[str, str], body: dict[str, Any]) -> int:
    """Make one order in the shop; its id there."""
    answer = _http.post(url, params=query, json=body)
    answer.raise_for_status()
    return int(answer.json()["id"])


def enqueue(jobs: list[tuple[str, dict[str, str], dict[str, Any]]]) -> list[int]:
    """One job an order; returns when all are done."""
    from celery import group

    made: list[int] = group(push_order.s(*job) for job in jobs).apply_async().get(timeout=300)
    return made
