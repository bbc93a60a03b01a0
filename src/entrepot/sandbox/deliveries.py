"""Webhooks on their way: at least once, sometimes twice, late, forged or lost, as the dials say."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from .faults import Faults
    from .ledger import Ledger

Outcome = Callable[[bool], None]  # told whether the receiver took it


@dataclass(slots=True)
class Delivery:
    """One message for one receiver. ``forge`` gives the headers and body of a forgery of it."""

    url: str
    body: bytes
    headers: dict[str, str]
    done: Outcome
    forge: Callable[[], tuple[dict[str, str], bytes]] | None = None
    label: str = ""
    facts: dict[str, object] = field(default_factory=dict)


class Deliveries:
    """Sends in the background of the server's loop; every attempt is in the ledger as ``webhook.sent``."""

    def __init__(self, faults: Faults, ledger: Ledger, *, timeout_s: float = 10.0) -> None:
        self.faults, self.ledger, self.timeout_s = faults, ledger, timeout_s
        self._client: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, delivery: Delivery) -> None:
        """Put on its way; returns at once. Must be called from the server's event loop."""
        if self.faults.strikes("lost_webhook"):
            self.ledger.write("webhook.lost", label=delivery.label, **delivery.facts)
            return
        times = 2 if self.faults.strikes("duplicate_webhook") else 1
        delay = self.faults.dials.late_webhook_s if self.faults.strikes("late_webhook") else 0.0
        for _ in range(times):
            self._start(self._post(delivery, delivery.headers, delivery.body, delay))
        if delivery.forge and self.faults.strikes("forged_webhook"):
            headers, body = delivery.forge()
            self._start(self._post(delivery, headers, body, 0.0, forged=True))

    async def close(self) -> None:
        """Let go of what is on its way and of the connections; the server is stopping."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(
        self, delivery: Delivery, headers: dict[str, str], body: bytes, delay: float, *, forged: bool = False
    ) -> None:
        if delay:
            await asyncio.sleep(delay)
        if self._client is None:
            timeout = httpx.Timeout(self.timeout_s, pool=None)  # waiting for a turn is no failure of the receiver
            self._client = httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False)
        try:
            answer = await self._client.post(delivery.url, content=body, headers=headers)
            status: int | None = answer.status_code
        except httpx.HTTPError:
            status = None
        kind, digest = "webhook.forged" if forged else "webhook.sent", hashlib.sha256(body).hexdigest()
        self.ledger.write(kind, label=delivery.label, status=status, url=delivery.url, digest=digest, **delivery.facts)
        if not forged:
            delivery.done(status is not None and 200 <= status < 303)
