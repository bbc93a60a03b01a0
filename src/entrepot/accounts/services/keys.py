"""API keys: made once, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from entrepot.accounts.models import ApiKey
from entrepot.core.actor import ROLES, Actor
from entrepot.core.clock import now
from entrepot.core.errors import Invalid
from entrepot.web.areas import AREAS

from . import tries
from .actors import actor_of_key

_SHAPE = re.compile(r"en_([0-9a-f]{10})_([A-Za-z0-9_-]{43})")
_SCOPE = re.compile(r"(\*|[a-z_]+):(read|write)")


def create_api_key(
    *, name: str, seller_id: int | None, role: str, scopes: Iterable[str] = (), expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key and its plain text ``en_<prefix>_<secret>``, which is never to be had again.

    Raises:
        Invalid: an unknown role or scope, or a role that does not fit (operators have no seller, the others one).
    """
    kept = sorted(set(scopes))
    if role not in ROLES:
        raise Invalid(f"API key {name!r}", "role", f"is not one of {', '.join(ROLES)}")
    if (role == "operator") != (seller_id is None):
        raise Invalid(f"API key {name!r}", "seller", "must be set for every role but operator")
    if bad := [s for s in kept if not _SCOPE.fullmatch(s) or s.partition(":")[0] not in ("*", *AREAS)]:
        told = f"{bad[0]!r} is not like orders:read or *:write; areas: {', '.join(AREAS)}"
        raise Invalid(f"API key {name!r}", "scopes", told)
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        prefix=prefix, hash=_hash(secret), name=name, seller_id=seller_id, role=role, scopes=kept, expires_at=expires_at
    )
    return row, f"en_{prefix}_{secret}"


def make_key(
    *, who: Actor, seller_id: int, name: str, role: str, scopes: Iterable[str] = (), expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """As :func:`create_api_key`, for a seller and by somebody: a key never makes one that opens more than itself.

    Raises:
        PermissionDenied: ``who`` is neither operator nor owner, or lacks a scope that the new key would have.
        Invalid: as there.
    """
    wanted = sorted(set(scopes))
    if who.role not in ("operator", "owner"):
        raise PermissionDenied("only an owner or the operator makes keys")
    for scope in wanted or ["*:write"]:
        area, _, verb = scope.partition(":")
        if not who.may(area, verb):
            raise PermissionDenied(f"{who.name} lacks {scope}, and makes no key that has it")
    return create_api_key(name=name, seller_id=seller_id, role=role, scopes=wanted, expires_at=expires_at)


def authenticate_key(text: str, *, address: str | None = None, at: datetime | None = None) -> Actor | None:
    """The actor of a key in its plain text; None: unknown, wrong, expired, revoked, or of an inactive seller.

    Wrong ones are counted by the ``address`` that they come from, where there is one. One SQL query for a good key.

    Raises:
        TooManyTries: too many wrong keys came from there; a good one is not looked at either.
    """
    at = at or now()
    key = _key_of(text, address, at)
    if key is None:
        if address is not None:
            tries.count_wrong_key(address=address, at=at)
        return None
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= at):
        return None
    if key.seller is not None and not key.seller.is_active:
        return None
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - timedelta(minutes=1))
    ApiKey.objects.filter(stale, id=key.id).update(last_used_at=at)
    return actor_of_key(key)


def _key_of(text: str, address: str | None, at: datetime) -> ApiKey | None:
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    rows = ApiKey.objects.select_related("seller").filter(prefix=shape[1])
    if address is not None:
        rows = rows.annotate(shut_since=tries.shut_for_keys(address=address, at=at))
    key = rows.first()
    if key is not None and (shut_since := getattr(key, "shut_since", None)) is not None:
        raise tries.key_wait(last_at=shut_since, at=at)
    return key if key is not None and hmac.compare_digest(key.hash, _hash(shape[2])) else None


def revoke_api_key(*, key_id: int, at: datetime) -> bool:
    """Take a key back for good; False when it was already."""
    return bool(ApiKey.objects.filter(id=key_id, revoked_at__isnull=True).update(revoked_at=at))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
