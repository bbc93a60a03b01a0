"""Upkeep of prices: a new day has other rates, and rates grow too old."""

from __future__ import annotations

from procrastinate.contrib.django import app

from entrepot.core.clock import now

from .services import begin_day


@app.periodic(cron="3 * * * *")
@app.task(queueing_lock="begin_price_day")
def begin_price_day(timestamp: int) -> None:
    """Compute the prices that cross a currency at the rates of today, once a day; a worker that slept does it later."""
    begin_day(at=now())
