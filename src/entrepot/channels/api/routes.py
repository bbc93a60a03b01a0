"""Channels over HTTP: connect, set, switch. Nothing here calls a remote."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Field, Query, Router, Status

from entrepot.accounts.api import SellerId, acting_seller
from entrepot.core.clock import now
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import AnyJson, Body, Cursor, Limit, Listed, Word, listed

from .. import services
from ..models import Channel
from .shapes import ChannelOut, ChannelState, channel_of

router = Router(auth=Area("channels"), tags=["channels"])


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


class AutoIn(Body):
    """Whether orders that add up are approved without a person."""

    is_automatic: bool = Field(examples=[True])


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


@router.put(
    "/channels/{channel_id}/auto-approve", response=ChannelOut, operation_id="approve_by_rule",
    summary="Approve orders by rule",
)  # fmt: skip
def approve_by_rule(request: ActorRequest, channel_id: int, body: AutoIn) -> Any:
    """Let orders that add up be approved without a person, or let every one wait. 409: no marketplace."""
    row = channel_of(request, channel_id)
    return services.approve_by_rule(
        seller_id=row.seller_id, channel_id=row.id, is_automatic=body.is_automatic, at=now()
    )


@router.post("/channels/{channel_id}/retire", response=ChannelOut, operation_id="retire_channel", summary="Retire")
def retire_channel(request: ActorRequest, channel_id: int) -> Any:
    """End a channel for good: nothing is pulled or pushed any more. 409: it is retired already."""
    row = channel_of(request, channel_id)
    services.move_channel(channel=row, event="retire", actor="seller", at=now())
    return channel_of(request, row.id)
