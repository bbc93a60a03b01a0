"""Dials of misbehaviour, and the middleware that turns them into bad days.

Every dial is a probability from 0 to 1 unless its name ends in a unit. The random source is seeded, and each dial
has a stream of its own, so turning one does not change what the others do.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Dials:
    """How a remote misbehaves. All zero: it only enforces its own rules."""

    too_many_requests: float = 0.0  # an extra 429, beside the documented limits
    server_error: float = 0.0  # 500, 502 or 503 before anything is done
    latency_ms: int = 0  # uniform between zero and this, on every call
    lost_answer: float = 0.0  # a write is done, then the connection is cut without an answer
    hang_s: float = 0.0  # with lost_answer: keep the caller waiting this long before the cut
    late_commit: float = 0.0  # a write's connection is cut at once, and the work is done afterwards all the same
    late_commit_s: float = 2.0
    html_answer: float = 0.0  # a read answers 200 with a maintenance page in HTML
    refuse_batch_items: float = 0.0  # an item of a batch is refused without reason of its own, once
    forget_batch: float = 0.0  # a batch result is forgotten long before its time
    duplicate_webhook: float = 0.0
    late_webhook: float = 0.0  # delivered after news that is younger
    late_webhook_s: float = 2.0
    forged_webhook: float = 0.0  # an extra delivery with a wrong secret
    lost_webhook: float = 0.0
    shifting_pages: float = 0.0  # something is inserted while a reader pages
    passivate_subscription: float = 0.0  # after a delivery the subscription is switched off


PRESETS: dict[str, Dials] = {
    "none": Dials(),
    "some": Dials(
        too_many_requests=0.02, server_error=0.02, latency_ms=40, lost_answer=0.02, refuse_batch_items=0.02,
        duplicate_webhook=0.3, late_webhook=0.1, late_webhook_s=1.0, forged_webhook=0.1, shifting_pages=0.2,
    ),
    "hard": Dials(
        too_many_requests=0.08, server_error=0.08, latency_ms=120, lost_answer=0.10, html_answer=0.02,
        refuse_batch_items=0.10, forget_batch=0.10, duplicate_webhook=0.6, late_webhook=0.3, late_webhook_s=2.0,
        forged_webhook=0.3, lost_webhook=0.15, shifting_pages=0.5, passivate_subscription=0.01, late_commit=0.03,
        late_commit_s=1.5,
    ),
}  # fmt: skip


class Faults:
    """The dials of one remote, its random source, and a count of what was done to callers."""

    def __init__(self, dials: Dials, seed: int) -> None:
        self.dials, self.seed = dials, seed
        self._streams: dict[str, random.Random] = {}
        self.done: Counter[str] = Counter()

    def stream(self, name: str) -> random.Random:
        """The random source of one purpose, the same for the same seed."""
        return self._streams.setdefault(name, random.Random(f"{self.seed}:{name}"))

    def strikes(self, dial: str) -> bool:
        """Whether this fault happens now; counted when it does."""
        chance: float = getattr(self.dials, dial)
        hit = chance > 0 and self.stream(dial).random() < chance
        if hit:
            self.done[dial] += 1
        return hit

    def set(self, **changes: float) -> dict[str, Any]:
        """Turn dials.

        Raises:
            ValueError: an unknown dial, or a value outside its range; says which are allowed.
        """
        known = {f.name for f in fields(Dials)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown dial {name!r}; allowed: {', '.join(sorted(known))}")
            top = 1.0 if not name.endswith(("_s", "_ms")) else 3_600_000.0
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= top:
                raise ValueError(f"dial {name} must be a number from 0 to {top:g}, not {value!r}")
        self.dials = replace(self.dials, **changes)  # type: ignore[arg-type]
        return asdict(self.dials)


READS = {"GET", "HEAD", "OPTIONS"}


class FaultMiddleware:
    """Pure ASGI: 429 and 5xx before the work, latency around it, a lost answer after it, or work after the cut."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app, self.faults = app, faults
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        faults = self.faults
        if faults.dials.latency_ms:
            await asyncio.sleep(faults.stream("latency").uniform(0, faults.dials.latency_ms) / 1000)
        if faults.strikes("too_many_requests"):
            await JSONResponse({"message": "Too Many Requests"}, 429)(scope, receive, send)
        elif faults.strikes("server_error"):
            status = faults.stream("status").choice([500, 502, 503])
            await JSONResponse({"message": "the server had a bad moment"}, status)(scope, receive, send)
        elif scope["method"] in READS:
            await self._read(scope, receive, send)
        elif faults.strikes("lost_answer"):
            await self._work_then_cut(scope, receive, send)
        elif faults.strikes("late_commit"):
            await self._cut_then_work(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.faults.strikes("html_answer"):
            page = b"<!DOCTYPE html><html><body><h1>Briefly unavailable for scheduled maintenance.</h1></body></html>"
            headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(page)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": page})
        else:
            await self.app(scope, receive, send)

    async def _work_then_cut(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def swallow(_: Message) -> None:
            return

        await self.app(scope, receive, swallow)
        if self.faults.dials.hang_s:
            await asyncio.sleep(self.faults.dials.hang_s)
        await self._cut(send)

    async def _cut_then_work(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As a slow host does whose caller has gone: the whole request was read, and it is worked off later."""
        body, is_more = b"", True
        while is_more:
            message = await receive()
            body, is_more = body + message.get("body", b""), message.get("more_body", False)

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def swallow(_: Message) -> None:
            return

        async def work() -> None:
            await asyncio.sleep(self.faults.dials.late_commit_s)
            await self.app(scope, again, swallow)

        task = asyncio.create_task(work())  # the cut ends the server's own interest in this request
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        await self._cut(send)

    @staticmethod
    async def _cut(send: Send) -> None:
        # A body that never comes: the server closes the connection and the caller sees no answer.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})
        await send({"type": "http.response.body", "body": b""})
