"""Storefronts over HTTP: a country's window on a marketplace channel."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Field, Router, Schema, Status

from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Body, Cursor, Limit, Listed, Word, listed

from .. import services
from ..models import Storefront
from .shapes import channel_of

router = Router(auth=Area("channels"), tags=["channels"])


class StorefrontOut(Schema):
    """One country's window on a marketplace channel."""

    id: int = Field(examples=[5])
    channel_id: int = Field(examples=[3])
    code: str = Field(examples=["TR"])
    country: str = Field(examples=["TR"])
    currency: str = Field(examples=["TRY"])
    language: str = Field(examples=["tr"])
    is_open: bool = Field(examples=[True])


class StorefrontIn(Body):
    """Which window to open."""

    code: Annotated[Word, Field(max_length=12)] = Field(examples=["DE"])


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
