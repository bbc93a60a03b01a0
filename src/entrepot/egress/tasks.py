"""The queues that egress empties."""

from __future__ import annotations

from datetime import datetime

from procrastinate.contrib.django import app

from entrepot.core.clock import now
from entrepot.inventory import services as inventory
from entrepot.jobs.services import Drainer

from . import services
from .models import Outlet, PushBatch
from .services.side_by_side import LANES


def _stock(at: datetime) -> int:
    return services.compute_dirty(kind="stock", at=at) + services.compute_dirty(kind="channel", at=at)


def _price(at: datetime) -> int:
    return services.compute_dirty(kind="price", at=at)


def _content(at: datetime) -> int:
    return services.compute_dirty(kind="content", at=at)


def _offers(at: datetime) -> int:
    return services.push_offers(at=at)


def _listings(at: datetime) -> int:
    return services.push_content(at=at)


def _polls(at: datetime) -> int:
    return services.poll_batches(limit=4, at=at)


def _intents(at: datetime) -> int:
    return services.pursue_intents(limit=100, at=at)


STOCK = Drainer("stock", "offers", _stock, idle_s=0.5)
PRICE = Drainer("price", "offers", _price, idle_s=0.5)
CONTENT = Drainer("content", "content", _content, idle_s=0.5)
OFFERS = Drainer("offers", "offers", _offers, idle_s=0.3, threads=3, lets_go=(Outlet,))
LISTINGS = Drainer("listings", "content", _listings, idle_s=0.5, threads=2, lets_go=(Outlet,))
POLLS = Drainer("polls", "offers", _polls, idle_s=0.3, threads=2, lets_go=(PushBatch,))
INTENTS = Drainer("intents", "orders", _intents, idle_s=0.3, threads=5, beside=LANES)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="measure_paces")
def measure_paces(timestamp: int) -> None:
    """Measure how fast goods sell and how late channels learn of it: buffers by pace follow."""
    inventory.measure_paces(at=now())
    services.measure_delays(at=now())
