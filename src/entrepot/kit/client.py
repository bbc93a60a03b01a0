"""The only place that talks to a remote: auth, limits, retries, time-outs, breaker, redaction, call log."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from entrepot.core.errors import (
    EntrepotError,
    OutcomeUnknown,
    RemoteBusy,
    RemoteChanged,
    RemoteError,
    RemoteRefused,
    RemoteUnauthorised,
)

from .addresses import AddressRefused, GuardedTransport
from .auth import NoAuth, Signing
from .limits import allowances
from .ports import Allowance, Breaker, Budget, CallRecord, CallSink, TokenStore
from .redact import redact
from .requests import Account, Reply, Request, dumps, loads
from .spec import Spec

_RANDOM = secrets.SystemRandom()


@dataclass(slots=True)
class Client:
    """Sends requests of one connector for one account, through ports.

    A spent budget or an open breaker raises RemoteBusy with the seconds to wait: a worker parks its row, nobody
    sleeps. A safe request is tried ``tries`` times with full jitter; an unsafe one is sent once, and when no answer
    comes the outcome is unknown.
    """

    spec: Spec
    account: Account
    tokens: TokenStore
    budget: Budget
    calls: CallSink
    breaker: Breaker
    http: httpx.Client
    tries: int = 4
    base_wait_s: float = 0.2
    max_wait_s: float = 5.0
    most_bytes: int = 50_000_000  # of one answer
    sleep: Callable[[float], None] = time.sleep
    guard: Callable[[], None] = field(default=lambda: None)  # refuses to be called inside an open transaction

    def send(self, request: Request) -> Reply:
        """The answer to ``request``.

        Raises:
            RemoteBusy: budget spent, breaker open, 429, 5xx or no answer; ``retry_after_s`` says when to come back.
            OutcomeUnknown: an unsafe request was sent and no answer came.
            RemoteUnauthorised: 401 or 403.
            RemoteRefused: another 4xx, with the remote's own words; or its address is none that a remote may have.
            RemoteChanged: an answer that no reading of the spec explains.
        """
        self.guard()
        for attempt in range(1, self.tries + 1):
            wanted, taken_at = self._wait_for_leave(request)
            try:
                return self._counted(request, attempt, wanted, taken_at)
            except OutcomeUnknown:
                raise
            except RemoteBusy as busy:
                if attempt == self.tries or busy.retry_after_s > self.max_wait_s or busy.status == 429:  # noqa: PLR2004
                    raise
                ceiling = min(self.max_wait_s, self.base_wait_s * 2**attempt)
                self.sleep(max(busy.retry_after_s, _RANDOM.uniform(0, ceiling)))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _counted(self, request: Request, attempt: int, wanted: Sequence[Allowance], taken_at: float) -> Reply:
        try:
            return self._once(request, attempt)
        finally:
            if wanted:
                self.budget.answered(wanted, taken_at, time.time())

    def _wait_for_leave(self, request: Request) -> tuple[list[Allowance], float]:
        """What the call was taken from, and when."""
        at = time.time()
        if (wait := self.breaker.wait_s(at)) is not None:
            raise RemoteBusy(f"{self.spec.label} does not answer; next try in {wait:.0f} s", retry_after_s=wait)
        wanted = allowances(self.spec, self.account, request)
        if wanted and (wait := self.budget.take(wanted, at)) is not None:
            raise RemoteBusy(f"the budget of {request.endpoint or request.path} is spent", retry_after_s=wait)
        return wanted, at

    def _once(self, request: Request, attempt: int) -> Reply:
        secrets_ = self.tokens.secrets()
        body = None if request.body is None else dumps(request.body)
        began = time.monotonic()
        answer: Answer | None = None
        told: Any = None
        error: EntrepotError | None = None
        try:
            answer = self._exchange(request, body, secrets_)
            told = _body(answer)
            return self._judge(request, answer, told)
        except TooLarge as large:
            kind = RemoteChanged if request.is_safe else OutcomeUnknown
            error = kind(f"{self.spec.label}: the answer to {request.path} is larger than {large} bytes")
            raise error from None
        except AddressRefused as inside:
            error = RemoteRefused(f"{self.spec.label}: base_url {self.account.base_url} {inside}")
            raise error from None
        except httpx.HTTPError as broken:
            error = self._no_answer(request, broken)
            raise error from broken
        except RemoteError as refused:
            error = refused
            raise
        finally:
            self._log(request, answer, told, error, attempt, body, began, secrets_)

    def _exchange(self, request: Request, body: bytes | None, secrets_: Mapping[str, str]) -> Answer:
        url = self.account.base_url.rstrip("/") + request.path
        signed = (self.spec.auth if request.is_signed else NoAuth()).sign(
            Signing(request.method, url, request.query, int(time.time()), secrets.token_hex(16), secrets_)
        )
        headers = {"Accept": "application/json", **self.spec.headers(self.account), **request.headers, **signed.headers}
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        params = {**request.query, **signed.query}
        with self.http.stream(request.method, url, params=params or None, content=body, headers=headers) as answer:
            return self._read(answer)

    def _read(self, answer: httpx.Response) -> Answer:
        """The whole answer. httpx limits the wait for each piece; all of it may take no longer than one wait, so that
        a remote that trickles holds nobody.
        """
        limit_s = answer.request.extensions.get("timeout", {}).get("read")
        began, size, pieces = time.monotonic(), 0, []
        for piece in answer.iter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > self.most_bytes:
                raise TooLarge(self.most_bytes)
            if limit_s is not None and time.monotonic() - began > limit_s:
                raise httpx.ReadTimeout("the answer trickles", request=answer.request)
        return Answer(answer.status_code, answer.headers, b"".join(pieces))

    def _no_answer(self, request: Request, broken: httpx.HTTPError) -> RemoteBusy:
        self.breaker.failed(time.time())
        what = f"{self.spec.label}: no answer to {request.method} {request.path}: {type(broken).__name__}"
        never_sent = isinstance(broken, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
        return RemoteBusy(what) if request.is_safe or never_sent else OutcomeUnknown(what)

    def _judge(self, request: Request, answer: Answer, body: Any) -> Reply:
        status = answer.status_code
        if 500 <= status < 600:  # noqa: PLR2004
            self.breaker.failed(time.time())
            if (known := self.spec.classify(request, status, body)) is not None:
                raise known
            kind = RemoteBusy if request.is_safe else OutcomeUnknown
            raise kind(f"{self.spec.label} answered {status}", status=status, retry_after_s=_retry_after(answer, 1.0))
        self.breaker.succeeded()
        if status == 429:  # noqa: PLR2004
            wait = _retry_after(answer, 2.0)
            raise RemoteBusy(f"{self.spec.label}: too many requests", status=status, retry_after_s=wait)
        if 200 <= status < 300:  # noqa: PLR2004
            return self._good(request, answer, body)
        raise self._refusal(request, status, body)

    def _good(self, request: Request, answer: Answer, body: Any) -> Reply:
        if isinstance(body, str) and "<html" in body[:2000].lower():
            # A maintenance page, or a firewall, answers in the remote's place: nothing was read or done.
            kind = RemoteBusy if request.is_safe else OutcomeUnknown
            raise kind(f"{self.spec.label} answered {request.path} with an HTML page", status=answer.status_code)
        return Reply(answer.status_code, body, {k.lower(): v for k, v in answer.headers.items()})

    def _refusal(self, request: Request, status: int, body: Any) -> RemoteError:
        if (known := self.spec.classify(request, status, body)) is not None:
            return known
        words = self.spec.words(body)
        text = f"{self.spec.label} refused {request.method} {request.path} ({status}): {words}"
        if status in (401, 403):
            return RemoteUnauthorised(text, status=status, body=body)
        if 300 <= status < 400:  # noqa: PLR2004
            return RemoteChanged(f"{self.spec.label} redirects {request.path}; is the address right?", status=status)
        return RemoteRefused(text, status=status, body=body)

    def _log(
        self, request: Request, answer: Answer | None, told: Any, error: EntrepotError | None, attempt: int,
        body: bytes | None, began: float, secrets_: Mapping[str, str],
    ) -> None:  # fmt: skip
        words: Mapping[type, str] = {
            OutcomeUnknown: "unknown", RemoteBusy: "busy", RemoteRefused: "refused", RemoteUnauthorised: "refused",
        }  # fmt: skip
        outcome = words.get(type(error), "ok" if error is None else "unreadable")
        hidden = list(secrets_.values())
        self.calls.record(
            CallRecord(
                method=request.method,
                path=request.path + ("?" + str(httpx.QueryParams(dict(request.query))) if request.query else ""),
                endpoint=request.endpoint,
                status=answer.status_code if answer else None,
                ms=round((time.monotonic() - began) * 1000),
                sent_bytes=len(body or b""),
                received_bytes=len(answer.content) if answer else 0,
                outcome=outcome,
                attempt=attempt,
                error=str(redact(str(error), hidden)) if error else "",
                request_body=redact(request.body, hidden),
                response_body=_kept(told, hidden) if answer is not None and request.is_kept else None,
            )
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status_code: int
    headers: httpx.Headers
    content: bytes = field(repr=False)


class TooLarge(Exception):
    """An answer goes on beyond the size that we take."""


def _body(answer: Answer) -> Any:
    if not answer.content:
        return None
    try:
        return loads(answer.content)
    except ValueError:
        return answer.content.decode("utf-8", "replace")


def _kept(told: Any, hidden: Sequence[str]) -> Any:
    """What the call log keeps of an answer. A text without fields cannot be searched for buyers' data: its size."""
    return f"no JSON, {len(told)} characters" if isinstance(told, str) else redact(told, hidden)


def _retry_after(answer: Answer, otherwise: float) -> float:
    """Seconds of a Retry-After header (RFC 9110 §10.2.3, the number form); ``otherwise`` when absent or unreadable."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdigit() else otherwise


def http_client(*, timeout_s: float = 30.0, connections: int = 20, private_allowed: bool = True) -> httpx.Client:
    """A pooled client that follows no redirect (it would carry credentials elsewhere) and reads no proxy variables.

    It connects to public addresses, and to this machine and its network only where that is allowed.
    """
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.Client(
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0)),
        transport=GuardedTransport(limits=limits, private_allowed=private_allowed),
        follow_redirects=False,
        trust_env=False,
    )
