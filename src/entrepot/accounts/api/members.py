"""People and API keys over HTTP. Only an owner or the operator changes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from ninja import Field, Router, Schema, Status

from entrepot.core.actor import ROLES, Actor
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.paging import DEFAULT, page
from entrepot.web.shapes import Body, Cursor, Instant, Limit, Listed, OneOf, Word, listed

from .. import services
from ..models import ApiKey, User
from .sellers import SellerId, acting_seller

router = Router(auth=Area("accounts"), tags=["accounts"])
Role = Annotated[str, OneOf(ROLES)]
SellersRole = Annotated[str, OneOf(r for r in ROLES if r != "operator")]
Password = Annotated[Word, Field(min_length=8)]


class UserOut(Schema):
    """A person who may log in to the panel."""

    id: int = Field(examples=[12])
    username: str = Field(examples=["ayse"])
    email: str = Field(examples=["ayse@aydin.example"])
    seller_id: int | None = Field(description="null: the operator's", examples=[7])
    role: Role = Field(examples=["manager"])
    is_active: bool = Field(examples=[True])
    last_login: datetime | None = Field(examples=["2026-03-01T09:30:00Z"])


class KeyOut(Schema):
    """A program's key; its text is shown once, when it is made."""

    id: int = Field(examples=[4])
    prefix: str = Field(examples=["0123456789"])
    name: str = Field(examples=["ERP"])
    seller_id: int | None = Field(description="null: the operator's", examples=[7])
    role: Role = Field(examples=["manager"])
    scopes: list[str] = Field(examples=[["orders:read"]])
    expires_at: datetime | None = Field(examples=["2027-03-01T00:00:00Z"])
    revoked_at: datetime | None = Field(examples=[None])
    last_used_at: datetime | None = Field(examples=["2026-03-01T09:30:00Z"])


class KeyMade(KeyOut):
    """A new key with its text, which is never to be had again."""

    key: str = Field(examples=["en_0123456789_the-secret-part-of-43-letters-and-digits"])


class KeyIn(Body):
    """What a program's key is for, and what it opens."""

    name: Annotated[Word, Field(min_length=1, max_length=100)] = Field(examples=["ERP"])
    role: SellersRole = Field(examples=["manager"])
    scopes: list[Word] = Field(
        default_factory=list,
        max_length=50,
        description="such as `orders:read`, `*:write`; none: all of the role",
        examples=[["orders:read"]],
    )
    expires_at: Instant | None = Field(None, description="null: never", examples=["2027-03-01T00:00:00Z"])


class UserIn(Body):
    """A person who may log in to the panel."""

    username: Annotated[str, Field(pattern=r"^[\w.@+-]+$", max_length=150)] = Field(examples=["mehmet"])
    email: Annotated[str, Field(pattern=r"^([^@\s\x00]+@[^@\s\x00]+)?$", max_length=254)] = Field(
        "", examples=["mehmet@aydin.example"]
    )
    role: SellersRole = Field(examples=["clerk"])
    password: Password = Field(
        description="the first one; people change their own", examples=["a glass of tea at five"]
    )


class RoleIn(Body):
    """Which role."""

    role: Role = Field(examples=["clerk"])


class PasswordIn(Body):
    """A new password."""

    password: Password = Field(examples=["a glass of tea at five"])


def _mine(rows: Any, actor: Actor) -> Any:
    return rows if actor.seller_ids is None else rows.filter(seller_id__in=sorted(actor.seller_ids))


def _only_heads(actor: Actor, verb: str) -> None:
    """Refuse who is no owner, and a key that opens less than the people that it would make.

    Raises:
        PermissionDenied: says what is lacking.
    """
    if actor.role not in ("operator", "owner"):
        raise PermissionDenied(f"only an owner or the operator {verb}")
    if not actor.may("*", "write"):
        raise PermissionDenied(f"{actor.name} lacks *:write: who {verb} could log in as them, and do all that they may")


def _user(request: ActorRequest, user_id: int) -> User:
    found: User = _mine(User.objects.all(), request.auth).get(id=user_id)
    return found


@router.get("/users", response=Listed[UserOut], operation_id="list_users", summary="List people")
def list_users(request: ActorRequest, cursor: Cursor = None, limit: Limit = DEFAULT) -> Any:
    """Who may log in to the panel."""
    return listed(page(_mine(User.objects.all(), request.auth), cursor=cursor, limit=limit))


@router.post("/users", response={201: UserOut}, operation_id="add_user", summary="Add a person")
def add_user(request: ActorRequest, body: UserIn, seller_id: SellerId = None) -> Any:
    """Let somebody in to the panel. 403: only an owner may. 422: the name is taken, or the password is weak."""
    whose = acting_seller(request.auth, seller_id)
    _only_heads(request.auth, "adds people")
    return Status(201, services.create_user(**body.dict(), seller_id=whose))


@router.put("/users/{user_id}/role", response=UserOut, operation_id="change_role", summary="Change a role")
def change_role(request: ActorRequest, user_id: int, body: RoleIn) -> Any:
    """Give a person another role. 403: only an owner may. 409: the last owner."""
    row = _user(request, user_id)
    _only_heads(request.auth, "changes roles")
    return services.change_role(who=request.auth, user_id=row.id, role=body.role)


@router.put("/users/{user_id}/password", response=UserOut, operation_id="reset_password", summary="Reset a password")
def reset_password(request: ActorRequest, user_id: int, body: PasswordIn) -> Any:
    """Give a person a new password; their sessions end. 403: only an owner may. 422: it is weak."""
    row = _user(request, user_id)
    _only_heads(request.auth, "gives passwords")
    return services.reset_password(who=request.auth, user_id=row.id, password=body.password)


@router.post("/users/{user_id}/deactivate", response=UserOut, operation_id="deactivate_user", summary="Shut out")
def deactivate_user(request: ActorRequest, user_id: int) -> Any:
    """Refuse a person at once. 403: only an owner may. 409: the last active owner."""
    return services.set_user_active(who=request.auth, user_id=_user(request, user_id).id, is_active=False)


@router.post("/users/{user_id}/reactivate", response=UserOut, operation_id="reactivate_user", summary="Let in again")
def reactivate_user(request: ActorRequest, user_id: int) -> Any:
    """Let a person in again. 403: only an owner may."""
    return services.set_user_active(who=request.auth, user_id=_user(request, user_id).id, is_active=True)


@router.get("/keys", response=Listed[KeyOut], operation_id="list_keys", summary="List API keys")
def list_keys(request: ActorRequest, cursor: Cursor = None, limit: Limit = DEFAULT) -> Any:
    """Keys of programs, those revoked too."""
    return listed(page(_mine(ApiKey.objects.all(), request.auth), cursor=cursor, limit=limit))


@router.post("/keys", response={201: KeyMade}, operation_id="make_key", summary="Make an API key")
def make_key(request: ActorRequest, response: HttpResponse, body: KeyIn, seller_id: SellerId = None) -> Any:
    """A key whose text is in this answer and nowhere else, also when it is asked for again with an `Idempotency-Key`.

    403: only an owner may, and no key makes one that opens more than itself. 422: a scope is not known.
    """
    whose = acting_seller(request.auth, seller_id)
    row, text = services.make_key(who=request.auth, seller_id=whose, **body.dict())
    response["Cache-Control"] = "no-store"
    made: Any = row
    made.key = text
    return Status(201, made)


@router.post("/keys/{key_id}/revoke", response=KeyOut, operation_id="revoke_key", summary="Revoke an API key")
def revoke_key(request: ActorRequest, key_id: int) -> Any:
    """Take a key back for good. 403: only an owner may. 409: it was revoked already."""
    row = _mine(ApiKey.objects.all(), request.auth).get(id=key_id)
    if request.auth.role not in ("operator", "owner"):
        raise PermissionDenied("only an owner or the operator revokes keys")
    if not services.revoke_api_key(key_id=row.id, at=now()):
        raise Refused(f"key {row.prefix} was revoked already")
    row.refresh_from_db()
    return row
