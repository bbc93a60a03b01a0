"""Channels and storefronts over HTTP. What calls the remote (check, match, webhooks) is ingress's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status

from entrepot.accounts.api import SellerId, acting_seller
from entrepot.core.clock import now
from entrepot.kit.spec import CAPABILITIES
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import AnyJson, Body, Cursor, Limit, Listed, OneOf, Word, listed

from . import services
from .models import Channel, Storefront
from .states import CHANNEL

router = Router(auth=Area("channels"), tags=["channels"])
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
    orders_from: datetime | None = Field(description="older orders are never pushed", examples=["2026-03-01T09:30:00Z"])
    first_push_approved_at: datetime | None = Field(examples=["2026-03-01T09:40:00Z"])
    last_ok_at: datetime | None = Field(examples=["2026-03-02T08:00:00Z"])
    last_error: str = Field(examples=[""])
    checks: dict[str, str] = Field(description="what the last check found", examples=[{"pull_orders": "ok"}])
    settings: dict[str, Any] = Field(examples=[{"hub.order_currency": "keep"}])


class StorefrontOut(Schema):
    """One country's window on a marketplace channel."""

    id: int = Field(examples=[5])
    channel_id: int = Field(examples=[3])
    code: str = Field(examples=["TR"])
    country: str = Field(examples=["TR"])
    currency: str = Field(examples=["TRY"])
    language: str = Field(examples=["tr"])
    is_open: bool = Field(examples=[True])


class ChannelIn(Body):
    """What a connector needs to connect an account; ``entrepot connector list --json`` names its credentials."""

    connector: Word = Field(examples=["trendyol"])
    name: Word = Field(examples=["Trendyol export"])
    base_url: Annotated[Word, Field(max_length=300)] = Field("", examples=[""])
    account_ref: Annotated[Word, Field(max_length=80)] = Field("", examples=["107703"])
    secrets: dict[Word, Word] = Field(examples=[{"api_key": "a-key", "api_secret": "a-secret"}])
    settings: dict[Word, AnyJson] = Field(default_factory=dict, examples=[{}])


class SecretsIn(Body):
    """New credentials, all of them."""

    secrets: dict[Word, Word] = Field(examples=[{"api_key": "a-key", "api_secret": "a-secret"}])


class SettingsIn(Body):
    """Settings to change; the others stay."""

    settings: dict[Word, AnyJson] = Field(examples=[{"hub.order_currency": "keep"}])


class PauseIn(Body):
    """Whether nothing may travel to the channel."""

    is_paused: bool = Field(examples=[True])


class ZeroIn(Body):
    """Whether stock 0 is published on every listing."""

    is_zeroed: bool = Field(examples=[True])


class StorefrontIn(Body):
    """Which window to open."""

    code: Annotated[Word, Field(max_length=12)] = Field(examples=["DE"])


def channel_of(request: ActorRequest, channel_id: int) -> Channel:
    """A channel that the actor may see.

    Raises:
        Channel.DoesNotExist: there is none, or it is another seller's.
    """
    return Channel.objects.for_actor(request.auth).get(id=channel_id)


@router.get("/channels", response=Listed[ChannelOut], operation_id="list_channels", summary="List channels")
def list_channels(
    request: ActorRequest,
    state: Annotated[ChannelState | None, Query(examples=["live"])] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Channels, oldest first."""
    rows = Channel.objects.for_actor(request.auth)
    rows = rows.filter(state=state) if state is not None else rows
    return listed(page(rows, cursor=cursor, limit=limit))


@router.post("/channels", response={201: ChannelOut}, operation_id="add_channel", summary="Connect an account")
def add_channel(request: ActorRequest, body: ChannelIn, seller_id: SellerId = None) -> Any:
    """A draft that can do nothing until it was checked. 422: a credential or setting is missing or not known."""
    return Status(201, services.add_channel(
        seller_id=acting_seller(request.auth, seller_id), slug=body.connector, name=body.name, base_url=body.base_url,
        account_ref=body.account_ref, secrets=body.secrets, settings=body.settings, at=now(),
    ))  # fmt: skip


@router.get("/channels/{channel_id}", response=ChannelOut, operation_id="get_channel", summary="Get a channel")
def get_channel(request: ActorRequest, channel_id: int) -> Any:
    """One channel with its health."""
    return channel_of(request, channel_id)


@router.put(
    "/channels/{channel_id}/secrets", response=ChannelOut, operation_id="replace_channel_secrets",
    summary="Give new credentials",
)  # fmt: skip
def replace_channel_secrets(request: ActorRequest, channel_id: int, body: SecretsIn) -> Any:
    """New credentials; check the channel next, it regains access by that."""
    row = channel_of(request, channel_id)
    return services.replace_secrets(seller_id=row.seller_id, channel_id=row.id, secrets=body.secrets, at=now())


@router.patch(
    "/channels/{channel_id}/settings", response=ChannelOut, operation_id="change_channel_settings",
    summary="Change settings",
)  # fmt: skip
def change_channel_settings(request: ActorRequest, channel_id: int, body: SettingsIn) -> Any:
    """Merge settings into the channel's. 422: the connector has no such setting, or does not take the value."""
    row = channel_of(request, channel_id)
    return services.change_settings(seller_id=row.seller_id, channel_id=row.id, settings=body.settings)


@router.post(
    "/channels/{channel_id}/pause", response=ChannelOut, operation_id="pause_channel", summary="Pause or resume pushes"
)
def pause_channel(request: ActorRequest, channel_id: int, body: PauseIn) -> Any:
    """The kill switch: while paused nothing travels to this channel. Pulls go on."""
    row = channel_of(request, channel_id)
    return services.pause_pushes(seller_id=row.seller_id, channel_id=row.id, is_paused=body.is_paused, at=now())


@router.post("/channels/{channel_id}/zero", response=ChannelOut, operation_id="zero_channel", summary="Publish stock 0")
def zero_channel(request: ActorRequest, channel_id: int, body: ZeroIn) -> Any:
    """The other kill switch: stock 0 on every listing of the channel, or back to what there is."""
    row = channel_of(request, channel_id)
    return services.zero_stock(seller_id=row.seller_id, channel_id=row.id, is_zeroed=body.is_zeroed, at=now())


@router.post(
    "/channels/{channel_id}/approve-push", response=ChannelOut, operation_id="approve_first_push",
    summary="Approve the first push",
)  # fmt: skip
def approve_first_push(request: ActorRequest, channel_id: int) -> Any:
    """Say that a person has seen the first difference and that it may travel."""
    row = channel_of(request, channel_id)
    return services.approve_first_push(seller_id=row.seller_id, channel_id=row.id, at=now())


@router.get(
    "/channels/{channel_id}/storefronts", response=Listed[StorefrontOut], operation_id="list_storefronts",
    summary="List storefronts",
)  # fmt: skip
def list_storefronts(request: ActorRequest, channel_id: int, cursor: Cursor = None, limit: Limit = DEFAULT) -> Any:
    """Windows of a channel that were opened, closed ones too."""
    row = channel_of(request, channel_id)
    return listed(page(Storefront.objects.for_actor(request.auth).filter(channel=row), cursor=cursor, limit=limit))


@router.post(
    "/channels/{channel_id}/storefronts", response={201: StorefrontOut}, operation_id="open_storefront",
    summary="Open a storefront",
)  # fmt: skip
def open_storefront(request: ActorRequest, channel_id: int, body: StorefrontIn) -> Any:
    """Open a country's window; opened twice it is the same. 422: the connector has none of this code."""
    row = channel_of(request, channel_id)
    return Status(201, services.open_storefront(seller_id=row.seller_id, channel_id=row.id, code=body.code))
