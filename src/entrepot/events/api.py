"""Parked events over HTTP: what a subscriber could not take. Only the operator replays or drops them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from entrepot.core.clock import now
from entrepot.web.areas import ActorRequest, Area, operator_only
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Body, Cursor, Limit, Listed, Word, listed

from . import services
from .models import ParkedEvent

router = Router(auth=Area("events"), tags=["events"])


class ParkedOut(Schema):
    """An event that a subscriber could not take, or that waits behind one of the same key."""

    id: int = Field(examples=[8])
    seller_id: int | None = Field(description="null: the operator's", examples=[7])
    subscriber: str = Field(examples=["entrepot.orders.handlers.on_paid"])
    seq: int = Field(examples=[120345])
    type: str = Field(examples=["order.approved"])
    key: str = Field(description="the subject's id", examples=["42"])
    is_guilty: bool = Field(description="false: it only waits for its turn", examples=[True])
    error: str = Field(examples=["ValueError: no such store"])
    tries: int = Field(examples=[1])
    parked_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])


class ReplayedOut(Schema):
    """How many went through; the key stays parked at the first that failed again."""

    passed: int = Field(examples=[3])


class DropIn(Body):
    """Why an event's effect may be given up."""

    reason: Annotated[Word, Field(min_length=1, max_length=1000)] = Field(examples=["the order was mended by hand"])


class DroppedOut(Schema):
    """What was given up."""

    dropped: int = Field(examples=[8])


def _parked(request: ActorRequest, parked_id: int) -> ParkedEvent:
    """A parked event that the actor may see; only the operator does anything to it."""
    row = _mine(request).get(id=parked_id)
    operator_only(request.auth)
    return row


def _mine(request: ActorRequest) -> Any:
    ids = request.auth.seller_ids
    return ParkedEvent.objects.all() if ids is None else ParkedEvent.objects.filter(seller_id__in=sorted(ids))


@router.get("/parked-events", response=Listed[ParkedOut], operation_id="list_parked", summary="List parked events")
def list_parked(
    request: ActorRequest,
    is_guilty: Annotated[bool | None, Query(description="Only those that failed, or those that wait.")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Events that were parked, the newest first."""
    rows = _mine(request)
    rows = rows if is_guilty is None else rows.filter(is_guilty=is_guilty)
    return listed(page(rows, cursor=cursor, limit=limit, newest_first=True))


@router.post(
    "/parked-events/{parked_id}/replay", response=ReplayedOut, operation_id="replay_parked", summary="Replay an event"
)
def replay_parked(request: ActorRequest, parked_id: int) -> Any:
    """Deliver it and what waits behind it, in order. 409: its handler is gone, or the dispatcher is at it."""
    return {"passed": services.replay_parked(_parked(request, parked_id).id)}


@router.post(
    "/parked-events/{parked_id}/drop", response=DroppedOut, operation_id="drop_parked", summary="Drop an event"
)
def drop_parked(request: ActorRequest, parked_id: int, body: DropIn) -> Any:
    """Give its effect up for good; who and why is kept in the events."""
    row = _parked(request, parked_id)
    services.drop_parked(parked_id=row.id, reason=body.reason, who=request.auth, at=now())
    return {"dropped": parked_id}
