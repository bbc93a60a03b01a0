"""Reads of sellers and keys."""

from __future__ import annotations

from django.db.models import Q

from .models import ApiKey, Seller


def seller_by_code(*, code: str) -> Seller:
    """One seller.

    Raises:
        Seller.DoesNotExist: no such code.
    """
    return Seller.objects.get(code=code)


def sellers(*, active_only: bool = True) -> list[Seller]:
    """Sellers by code. One SQL query."""
    rows = Seller.objects.filter(is_active=True) if active_only else Seller.objects.all()
    return list(rows.order_by("code"))


def api_keys(*, seller_id: int | None) -> list[ApiKey]:
    """A seller's keys (None: the operator's), newest first, with those revoked."""
    mine = Q(seller__isnull=True) if seller_id is None else Q(seller_id=seller_id)
    return list(ApiKey.objects.filter(mine).order_by("-id"))
