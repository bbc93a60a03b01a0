"""Sellers and who is asking, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from entrepot.core.actor import Actor
from entrepot.core.errors import Invalid
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Cursor, Limit, Listed, QueryId, listed

from ..models import Seller

router = Router(auth=Area("accounts"), tags=["accounts"])
SellerId = Annotated[QueryId | None, Query(description="For which seller; only operators have to say.", examples=[7])]


def acting_seller(actor: Actor, seller_id: int | None) -> int:
    """The seller that an actor acts for: its only one, or the one it names.

    Raises:
        Seller.DoesNotExist: not one of this actor's.
        Invalid: an operator did not say which.
    """
    if seller_id is None:
        if actor.seller_ids is None or len(actor.seller_ids) != 1:
            raise Invalid("request", "seller_id", "must say for which seller")
        return next(iter(actor.seller_ids))
    if actor.seller_ids is not None and seller_id not in actor.seller_ids:
        raise Seller.DoesNotExist("seller does not exist")
    return Seller.objects.get(id=seller_id).id


class ActorOut(Schema):
    """Who is asking, and what it may do."""

    name: str = Field(examples=["key 0123456789"])
    role: str = Field(examples=["manager"])
    seller_ids: list[int] | None = Field(description="null: every seller", examples=[[7]])
    scopes: list[str] = Field(description="empty: all that the role allows", examples=[["orders:read"]])


class SellerOut(Schema):
    """Our customer."""

    id: int = Field(examples=[7])
    code: str = Field(examples=["aydin"])
    name: str = Field(examples=["Aydın Züccaciye"])
    is_active: bool = Field(examples=[True])
    created_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])


@router.get("/actor", response=ActorOut, operation_id="get_actor", summary="Who am I")
def get_actor(request: ActorRequest) -> Any:
    """The actor that this key or session stands for."""
    actor = request.auth
    sellers = None if actor.seller_ids is None else sorted(actor.seller_ids)
    return {"name": actor.name, "role": actor.role, "seller_ids": sellers, "scopes": sorted(actor.scopes)}


@router.get("/sellers", response=Listed[SellerOut], operation_id="list_sellers", summary="List sellers")
def list_sellers(request: ActorRequest, cursor: Cursor = None, limit: Limit = DEFAULT) -> Any:
    """The sellers that the actor may see."""
    actor = request.auth
    rows = Seller.objects.all() if actor.seller_ids is None else Seller.objects.filter(id__in=actor.seller_ids)
    return listed(page(rows, cursor=cursor, limit=limit))
