"""What the client needs from whoever runs it. ``channels`` implements these on PostgreSQL; ``Memory…`` in a process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Allowance:
    """A budget to take one call from: at most ``count`` in ``per_s`` seconds under ``key``."""

    key: str
    count: int
    per_s: float


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One remote call, for the log; bodies are redacted. ``outcome``: ok, refused, busy, unknown, unreadable."""

    method: str
    path: str
    endpoint: str
    status: int | None
    ms: int
    sent_bytes: int
    received_bytes: int
    outcome: str
    attempt: int
    error: str = ""
    request_body: Any = field(default=None, repr=False)
    response_body: Any = field(default=None, repr=False)


class Budget(Protocol):
    """Shared by all workers."""

    def take(self, allowances: Sequence[Allowance], at_s: float) -> float | None:
        """Take one call from each, all or none. None: go. Else the seconds to wait before asking again."""
        ...

    def answered(self, allowances: Sequence[Allowance], at_s: float, until_s: float) -> None:
        """A call taken ``at_s`` is over: the remote counted it at some time until then, so it counts from there."""
        ...


class CallSink(Protocol):
    """Keeps what was called."""

    def record(self, call: CallRecord) -> None:
        """Keep one call."""
        ...


class Breaker(Protocol):
    """Stops calling a remote that is down."""

    def wait_s(self, at_s: float) -> float | None:
        """None: closed, go. Else the seconds until the next try is allowed."""
        ...

    def succeeded(self) -> None:
        """The remote answered."""
        ...

    def failed(self, at_s: float) -> None:
        """The remote did not answer, or answered 5xx."""
        ...


class TokenStore(Protocol):
    """Secrets of one account, decrypted for the length of a call."""

    def secrets(self) -> dict[str, str]:
        """Credential name → value."""
        ...


class MemoryBudget:
    """Sliding window in one process: for tests, checks and the command line."""

    def __init__(self) -> None:
        self._taken: dict[str, list[float]] = {}

    def take(self, allowances: Sequence[Allowance], at_s: float) -> float | None:
        waits = []
        for a in allowances:
            taken = self._taken[a.key] = [t for t in self._taken.get(a.key, []) if t > at_s - a.per_s]
            if len(taken) >= a.count:
                waits.append(taken[-a.count] + a.per_s - at_s)
        if waits:
            return max(waits)
        for a in allowances:
            self._taken[a.key].append(at_s)
        return None

    def answered(self, allowances: Sequence[Allowance], at_s: float, until_s: float) -> None:
        for a in allowances:
            taken = self._taken.get(a.key, [])
            if at_s in taken:
                taken.remove(at_s)
                taken.append(until_s)
                taken.sort()


class MemoryCalls:
    """Keeps calls in a list."""

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []

    def record(self, call: CallRecord) -> None:
        self.calls.append(call)


class MemoryBreaker:
    """Opens for ``open_s`` after ``after`` failures in a row."""

    def __init__(self, after: int = 8, open_s: float = 15.0) -> None:
        self._after, self._open_s, self._failures, self._until = after, open_s, 0, 0.0

    def wait_s(self, at_s: float) -> float | None:
        return self._until - at_s if at_s < self._until else None

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, at_s: float) -> None:
        self._failures += 1
        if self._failures >= self._after:
            self._until, self._failures = at_s + self._open_s, self._after - 1


@dataclass(frozen=True, slots=True)
class MemoryTokens:
    """Secrets given by hand."""

    values: dict[str, str] = field(repr=False)

    def secrets(self) -> dict[str, str]:
        return self.values
