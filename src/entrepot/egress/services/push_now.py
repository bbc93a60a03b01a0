# ruff: noqa: ARG001 - all work shares one signature
"""Send what differs to one channel now, and wait for the verdicts: what a person asks for, as a run."""

from __future__ import annotations

import time
from typing import Any

from entrepot.channels.services.work import Channel, Options, Outcome, Told, Work
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.listings import queries as listings

from .content import push_content
from .levels import compute_dirty
from .offers import push_offers
from .polls import poll_batches

WAIT_S, _MOST_WAIT_S, _STEP_S = 30.0, 300.0, 0.5


def _push(channel: Channel, options: Options, told: Told) -> Outcome:
    """What a worker does, here and now; both may be at it, claims keep them apart."""
    until = time.monotonic() + min(_MOST_WAIT_S, float(options.get("wait_s", WAIT_S)))
    first = listings.waiting(channel_id=channel.id)
    told.total(first["due"])
    passed = 0
    while True:
        work = sum(compute_dirty(kind=kind, at=now()) for kind in ("channel", "stock", "price", "content"))
        work += push_content(at=now()) + push_offers(at=now()) + poll_batches(limit=10, at=now())
        found = listings.waiting(channel_id=channel.id)
        passed = _tell(told, first["due"], found["due"], passed)
        if not found["due"] or time.monotonic() >= until:
            return _outcome(found), found
        if not work:
            time.sleep(_STEP_S)


def _tell(told: Told, first: int, left: int, passed: int) -> int:
    """A line where something has gone out; how much has so far."""
    if first - left <= passed:
        return passed
    told.note(f"{left} left", steps=first - left - passed)
    return first - left


def _outcome(found: dict[str, Any]) -> str:
    if found["refused"]:
        return "partial"
    return "partial" if found["due"] else "ok"


def _may_push(channel: Channel, options: Options) -> None:
    if channel.role != "marketplace":
        raise Refused(f"channel {channel.name} is a {channel.role}: offers are pushed to marketplaces")
    if channel.state != "live":
        raise Refused(f"channel {channel.name} is {channel.state}: it pushes when it is live")
    if channel.is_push_paused:
        raise Refused(f"pushes to {channel.name} are paused: resume them first")
    if channel.first_push_approved_at is None:
        waits = listings.waiting(channel_id=channel.id)
        what = f"{waits['offers']} offers and {waits['content']} listings wait"
        raise Refused(f"nobody approved the first push to {channel.name}: {what}; look at them, then approve it")


PUSH = Work("push", "Push to {channel}", _push, _may_push)
