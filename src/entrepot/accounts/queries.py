"""Reads of sellers and keys."""

from __future__ import annotations

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
    return list(ApiKey.objects.filter(seller_id=seller_id).order_by("-id"))
