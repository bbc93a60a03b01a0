"""Writes of accounts."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from entrepot.core.actor import ROLES, Actor
from entrepot.core.errors import Invalid, Refused

from .models import ApiKey, Seller, User


def create_seller(*, code: str, name: str) -> Seller:
    """A new customer.

    Raises:
        Invalid: a code that is not letters, digits and hyphens, or no name.
        Refused: the code is taken.
    """
    if not code or not code.replace("-", "").isalnum() or not code.isascii():
        raise Invalid(f"seller {code!r}", "code", "must be ASCII letters, digits and hyphens")
    if not name.strip():
        raise Invalid(f"seller {code!r}", "name", "is empty")
    try:
        with transaction.atomic():
            return Seller.objects.create(code=code.lower(), name=name.strip())
    except IntegrityError:
        raise Refused(f"seller {code!r} exists already") from None


def create_user(*, username: str, password: str, role: str, seller_id: int | None = None, email: str = "") -> User:
    """A person who may sign in to the panel. Without a seller it is our staff: operator, or clerk who only reads.

    Raises:
        Invalid: an unknown role, a role that does not fit, or a password shorter than ten characters.
        Refused: the name is taken.
    """
    record = f"user {username!r}"
    if role not in ROLES:
        raise Invalid(record, "role", f"must be one of {', '.join(ROLES)}, not {role!r}")
    if (seller_id is None) != (role == "operator") and not (seller_id is None and role == "clerk"):
        raise Invalid(record, "role", "operator is for staff without a seller; owner and manager need a seller")
    if len(password) < 10:  # noqa: PLR2004
        raise Invalid(record, "password", "must have at least ten characters")
    try:
        with transaction.atomic():
            user: User = User.objects.create_user(username, email, password, role=role, seller_id=seller_id, is_staff=True)
    except IntegrityError:
        raise Refused(f"{record} exists already") from None
    return user


def create_api_key(
    *, seller_id: int, name: str, role: str = "manager", scopes: Sequence[str] = (), expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A key and its text, which is shown this once: ``ent_PREFIX_SECRET``."""
    if role not in ROLES[1:]:
        raise Invalid(f"key {name!r}", "role", f"must be one of {', '.join(ROLES[1:])}, not {role!r}")
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    text = f"ent_{prefix}_{secret}"
    row = ApiKey.objects.system().create(
        seller_id=seller_id, name=name, prefix=prefix, hashed=_hash(text), role=role, scopes=list(scopes),
        expires_at=expires_at,
    )  # fmt: skip
    return row, text


def authenticate_key(*, text: str, at: datetime) -> Actor | None:
    """Who a key acts for; None when it is unknown, revoked, expired, or its seller is not active."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != "ent":  # noqa: PLR2004
        return None
    row = ApiKey.objects.system().select_related("seller").filter(prefix=parts[1]).first()
    if row is None or not hmac.compare_digest(row.hashed, _hash(text)):
        return None
    if row.revoked_at or (row.expires_at and row.expires_at <= at) or not row.seller.is_active:
        return None
    if row.last_used_at is None or at - row.last_used_at > timedelta(minutes=1):
        ApiKey.objects.system().filter(id=row.id).update(last_used_at=at)
    return Actor(f"key:{row.prefix}", row.role, frozenset({row.seller_id}), frozenset(row.scopes))


def revoke_key(*, seller_id: int, key_id: int, at: datetime) -> ApiKey:
    """The key opens nothing from now on."""
    row: ApiKey = ApiKey.objects.for_seller(seller_id).get(id=key_id)
    row.revoked_at = row.revoked_at or at
    row.save(update_fields=["revoked_at"])
    return row


def actor_of(user: User) -> Actor:
    """Who a signed-in person acts for."""
    sellers = None if user.seller_id is None else frozenset({user.seller_id})
    return Actor(user.get_username(), user.role, sellers)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
