"""Orders from the marketplace into the store through the whole pipe, beside as many bare POSTs to the store."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

from .figures import Figure, Stopwatch, rss_mib
from .hub import Remotes, hub

COUNT, LIMIT_S = 300, 30.0


def measure() -> Figure:
    """One run over 300 orders that wait on the marketplace: pulled, reserved, approved, made in the store.

    The simulators' limits are off; those that the connector declares stay on, as they would.
    """
    with hub(), Remotes() as remotes, redirect_stdout(StringIO()):
        remotes.act("trendyol", "limits", enabled=False)
        with _worker():
            cast = _listed(remotes)
        for _ in range(COUNT):
            remotes.act("trendyol", "random_order", storefront="TR")
        ours, floor = Stopwatch(), Stopwatch()
        with _worker(), ours.run():
            done = _until_synced(cast)
        with floor.run():
            _post(remotes)
        return Figure(
            id="orders", work=f"{COUNT} orders from Trendyol into WooCommerce ({done} in {LIMIT_S:.0f} s at most)",
            unit="orders/s", ours=ours.per_second(done), floor=floor.per_second(COUNT), rss_mib=rss_mib(),
            cpu_s=ours.cpu_s, runs=1,
        )  # fmt: skip


@contextmanager
def _worker() -> Iterator[None]:
    """Every drainer, in threads of this process."""
    from entrepot.jobs.worker import run_worker

    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(stop,), kwargs={"with_jobs": False}, name="bench-worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _listed(remotes: Remotes) -> Any:
    """The demo's seller with its goods on sale."""
    from entrepot.core.clock import now
    from entrepot.demo import steps
    from entrepot.demo.cast import gather

    cast = gather(remotes, now())  # type: ignore[arg-type]
    for step in (steps.connect, steps.pull, steps.translate, steps.listing):
        step(cast, remotes, lambda _: None)  # type: ignore[arg-type]
    return cast


def _until_synced(cast: Any) -> int:
    from entrepot.orders.models import Order

    until = time.monotonic() + LIMIT_S
    rows = Order.objects.for_seller(cast.seller.id).filter(state__in=["synced", "processed"])
    while (done := rows.count()) < COUNT and time.monotonic() < until:
        time.sleep(0.05)
    return done


def _post(remotes: Remotes) -> None:
    """As many orders of one line, one after the other, by a plain client that keeps its connection."""
    from entrepot.kit.auth import OAuth1, Signing

    told = remotes.credentials["woocommerce"]
    url, auth = f"{told['url']}/wp-json/wc/v3/orders", OAuth1("consumer_key", "consumer_secret")
    address = {"first_name": "Jale", "last_name": "Işık", "country": "TR", "city": "İzmir", "address_1": "Kordon 1"}
    line = {"product_id": 101, "quantity": 1, "total": "10.00"}
    body = {"status": "processing", "billing": address, "shipping": address, "line_items": [line]}
    for _ in range(COUNT):
        signed = auth.sign(Signing("POST", url, {}, int(time.time()), secrets.token_hex(16), told))
        remotes.http.post(url, params=dict(signed.query), json=body).raise_for_status()
