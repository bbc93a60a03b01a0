"""From a person or a key to the actor that everything below reads."""

from __future__ import annotations

from typing import Any

from entrepot.accounts.models import ApiKey, User
from entrepot.core.actor import Actor


def actor_of(user: Any) -> Actor | None:
    """The actor of a logged-in, active user of an active seller; None for anybody else."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.seller_id is not None and not (user.seller and user.seller.is_active):
        return None
    return Actor(user.get_username(), user.role, _sellers(user.seller_id))


def actor_of_key(key: ApiKey) -> Actor:
    """The actor of a key that was found valid."""
    return Actor(f"key {key.prefix}", key.role, _sellers(key.seller_id), frozenset(key.scopes))


def _sellers(seller_id: int | None) -> frozenset[int] | None:
    return None if seller_id is None else frozenset({seller_id})
