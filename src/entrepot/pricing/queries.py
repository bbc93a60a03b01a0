"""Reads of prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from .models import BasePrice, Price, PriceChange, PriceRule


def prices(*, storefront_id: int, variant_ids: Sequence[int]) -> dict[int, Price]:
    """Variant id → its computed price on a storefront."""
    found = Price.objects.system().filter(storefront_id=storefront_id, variant_id__in=variant_ids)
    return {p.variant_id: p for p in found}


def regular_prices(*, variant_ids: Sequence[int]) -> dict[int, Decimal]:
    """Variant id → what it costs at home, in the currency of its store; absent where that is unknown."""
    rows = BasePrice.objects.system().filter(variant_id__in=variant_ids, regular__isnull=False)
    return dict(rows.values_list("variant_id", "regular"))


def vat_rates(*, storefront_ids: Sequence[int]) -> dict[int, Decimal]:
    """Storefront id → the VAT rate its rule fixes; absent where each variant keeps its own."""
    rules = PriceRule.objects.system().filter(storefront_id__in=storefront_ids, vat_rate__isnull=False)
    return dict(rules.values_list("storefront_id", "vat_rate"))


def ruled_storefronts(*, storefront_ids: Sequence[int]) -> set[int]:
    """Of these, the storefronts that have a rule."""
    rules = PriceRule.objects.system().filter(storefront_id__in=storefront_ids)
    return set(rules.values_list("storefront_id", flat=True))


def price_history(*, seller_id: int, variant_id: int, limit: int = 50) -> list[PriceChange]:
    """What a variant was asked at, on all its storefronts, change by change, newest first. One SQL query."""
    rows = PriceChange.objects.for_seller(seller_id).filter(variant_id=variant_id)
    return list(rows.order_by("-id")[:limit])
