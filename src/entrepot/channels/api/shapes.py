"""What a channel looks like over HTTP, and whose it may be."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Schema

from entrepot.kit.spec import CAPABILITIES
from entrepot.web.areas import ActorRequest
from entrepot.web.shapes import OneOf

from ..models import Channel
from ..states import CHANNEL

ChannelState = Annotated[str, OneOf(CHANNEL.states)]


class ChannelOut(Schema):
    """A seller's account on a remote. Credentials never leave."""

    id: int = Field(examples=[3])
    seller_id: int = Field(examples=[7])
    name: str = Field(examples=["Trendyol export"])
    connector: str = Field(examples=["trendyol"])
    role: Annotated[str, OneOf(CAPABILITIES)] = Field(examples=["marketplace"])
    state: ChannelState = Field(examples=["live"])
    base_url: str = Field(examples=["https://apigw.trendyol.com"])
    account_ref: str = Field(examples=["107703"])
    is_push_paused: bool = Field(description="kill switch: nothing travels out", examples=[False])
    is_zeroed: bool = Field(description="kill switch: stock 0 is published", examples=[False])
    is_auto_approving: bool = Field(description="orders that add up need no person", examples=[False])
    orders_from: datetime | None = Field(description="older orders are never pushed", examples=["2026-03-01T09:30:00Z"])
    first_push_approved_at: datetime | None = Field(examples=["2026-03-01T09:40:00Z"])
    last_ok_at: datetime | None = Field(examples=["2026-03-02T08:00:00Z"])
    last_error: str = Field(examples=[""])
    checks: dict[str, str] = Field(description="what the last check found", examples=[{"pull_orders": "ok"}])
    settings: dict[str, Any] = Field(examples=[{"hub.order_currency": "keep"}])


def channel_of(request: ActorRequest, channel_id: int) -> Channel:
    """A channel that the actor may see.

    Raises:
        Channel.DoesNotExist: there is none, or it is another seller's.
    """
    return Channel.objects.for_actor(request.auth).get(id=channel_id)
