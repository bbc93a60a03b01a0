"""How well a channel's webhooks come, over HTTP, as polls judge it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from entrepot.channels.api import channel_of
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Cursor, Limit, Listed, OneOf, listed

from .. import queries
from ..models import HookIncident

router = Router(auth=Area("channels"), tags=["channels"])
HookState = Annotated[str, OneOf(("off", "silent", "young", "healthy"))]
HookCause = Annotated[str, OneOf(("silence", "switched_off", "missing"))]


class HookHealthOut(Schema):
    """One kind of news. ``healthy``: its polls have slowed down. ``young``: too few webhooks to tell yet. ``silent``:
    an incident is open. ``off``: the remote does not send it.
    """

    kind: str = Field(examples=["package"])
    state: HookState = Field(examples=["healthy"])
    ok_since: datetime | None = Field(description="every topic of it active since; null: not", examples=[None])
    judged_until: datetime = Field(description="what polls found up to then counts", examples=["2026-03-01T09:30:00Z"])
    in_a_row: int = Field(description="brought since the last miss", examples=[140])
    brought: int = Field(description="found by polls, and brought by webhooks", examples=[1200])
    missed: int = Field(description="found by polls alone", examples=[2])


class HookHealthsOut(Schema):
    """Every kind of news that webhooks of a channel should bring."""

    items: list[HookHealthOut]


class HookIncidentOut(Schema):
    """Webhooks that did not come as they should; what happened meanwhile was read by polls."""

    id: int = Field(examples=[4])
    channel_id: int = Field(examples=[3])
    kind: str = Field(examples=["package"])
    cause: HookCause = Field(examples=["silence"])
    opened_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])
    gap_from: datetime = Field(description="read again from then on", examples=["2026-03-01T09:20:00Z"])
    missed: int = Field(description="found by polls alone so far", examples=[7])
    closed_at: datetime | None = Field(description="null: still open", examples=["2026-03-01T09:41:00Z"])


@router.get(
    "/channels/{channel_id}/webhook-health", response=HookHealthsOut, operation_id="get_webhook_health",
    summary="Get how well webhooks come",
)  # fmt: skip
def get_webhook_health(request: ActorRequest, channel_id: int) -> Any:
    """Each kind of news, judged by what polls found. Empty: webhooks were never on."""
    return {"items": queries.hook_health(channel=channel_of(request, channel_id))}


@router.get(
    "/channels/{channel_id}/webhook-incidents", response=Listed[HookIncidentOut],
    operation_id="list_webhook_incidents", summary="List gaps of webhooks",
)  # fmt: skip
def list_webhook_incidents(
    request: ActorRequest,
    channel_id: int,
    is_open: Annotated[bool | None, Query(description="True: those that last; null: all.", examples=[True])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Silences and switched-off subscriptions, the newest first."""
    rows = HookIncident.objects.for_actor(request.auth).filter(channel=channel_of(request, channel_id))
    if is_open is not None:
        rows = rows.filter(closed_at__isnull=is_open)
    return listed(page(rows, cursor=cursor, limit=limit, newest_first=True))
