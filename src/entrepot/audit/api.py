"""What people did, over HTTP: for owners and the operator, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from ninja import Field, Query, Router, Schema

from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Cursor, Limit, Listed, listed

from .models import AuditEntry

router = Router(auth=Area("accounts"), tags=["accounts"])


class AuditOut(Schema):
    """One thing that a person or a key did."""

    id: int = Field(examples=[8])
    recorded_at: datetime = Field(examples=["2026-03-01T09:30:00Z"])
    seller_id: int | None = Field(description="null: the operator's, or nobody said whose", examples=[7])
    actor: str = Field(examples=["ayse"])
    role: str = Field(examples=["owner"])
    door: str = Field(description="panel, api or command", examples=["panel"])
    what: str = Field(examples=["POST /panel/orders/order/17/do/approve/"])
    came_from: str = Field(description="the caller's address, or user and machine", examples=["203.0.113.7"])
    fields: list[str] = Field(description="what was given, by name; never its value", examples=[["reason"]])
    subject_ids: list[int] = Field(description="rows that the body named", examples=[[17, 18]])


@router.get("/audit", response=Listed[AuditOut], operation_id="list_audit", summary="List what people did")
def list_audit(
    request: ActorRequest,
    actor: Annotated[str | None, Query(max_length=160, description="Only what this person or key did.")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT,
) -> Any:
    """Everything that people and keys changed, the newest first. 403: not an owner, nor the operator."""
    who = request.auth
    if who.role not in ("operator", "owner"):
        raise PermissionDenied("only an owner or the operator reads what people did")
    rows = AuditEntry.objects.for_actor(who)
    return listed(page(rows.filter(actor=actor) if actor else rows, cursor=cursor, limit=limit, newest_first=True))
