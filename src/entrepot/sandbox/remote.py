"""What every simulated remote consists of; the server mounts it and the control API works on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from .clock import Clock
    from .deliveries import Deliveries
    from .desk import Form, Table
    from .faults import Faults
    from .ledger import Ledger

Action = Callable[..., dict[str, Any]]  # keyword arguments are the JSON body; ValueError becomes a 422 with its text


@dataclass(slots=True)
class Remote:
    """One simulated remote.

    ``app`` serves the remote's own paths and authentication below ``/<slug>``. ``actions`` are what a person or a
    buyer can do there without the API (place an order by hand, change stock in the shop): the control API exposes
    them as ``POST /control/<slug>/actions/<name>``. ``summary`` is what the remote now holds, for its page.
    ``snapshot`` and ``restore`` carry its whole state as JSON over a restart. ``tick`` is called every 50 ms in the
    event loop: batches finish, reviews end, buyers arrive, webhooks are retried. ``tables`` and ``forms`` are what a
    person sees and fills on its page; an action without a form gets one from its signature.
    """

    slug: str
    clock: Clock
    faults: Faults
    ledger: Ledger
    deliveries: Deliveries
    app: ASGIApp
    credentials: dict[str, str]
    summary: Callable[[], dict[str, Any]]
    snapshot: Callable[[], dict[str, Any]]
    restore: Callable[[dict[str, Any]], None]
    tick: Callable[[], None]
    actions: dict[str, Action] = field(default_factory=dict)
    tables: Callable[[], list[Table]] = list
    forms: Callable[[], list[Form]] = list
