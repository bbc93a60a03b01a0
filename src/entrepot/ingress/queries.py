"""Reads of what comes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .models import HookIncident, HookWatch

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

TRUST = 20  # hub.webhook_trust where nobody chose


def trusts(channel: Channel) -> int:
    """Webhooks without a miss after which polls slow down: the setting ``hub.webhook_trust``."""
    return int(channel.settings.get("hub.webhook_trust", TRUST))


@dataclass(frozen=True, slots=True)
class HookHealth:
    """How well webhooks bring one kind of news. ``state``: off, silent, young or healthy."""

    kind: str
    state: str
    ok_since: datetime | None
    judged_until: datetime
    in_a_row: int
    brought: int
    missed: int


def hook_health(*, channel: Channel) -> list[HookHealth]:
    """Every kind that webhooks of this channel were ever to bring, by name. Two SQL queries."""
    gaps = HookIncident.objects.for_seller(channel.seller_id).filter(channel=channel, closed_at=None)
    silent = set(gaps.values_list("kind", flat=True))
    rows = HookWatch.objects.for_seller(channel.seller_id).filter(channel=channel).order_by("kind")
    return [
        HookHealth(
            row.kind, hook_state(row, channel, has_gap=row.kind in silent), row.ok_since, row.judged_until,
            row.in_a_row, row.brought, row.missed,
        )
        for row in rows
    ]  # fmt: skip


def hook_state(row: HookWatch, channel: Channel, *, has_gap: bool) -> str:
    """One word for how well they come. An open gap is told also while they are off. No SQL."""
    if has_gap:
        return "silent"
    if row.ok_since is None:
        return "off"
    return "healthy" if row.in_a_row >= trusts(channel) else "young"
