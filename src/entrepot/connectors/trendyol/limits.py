"""How often Trendyol may be called (page "Service limits", in force since 14 September 2026)."""

from __future__ import annotations

from entrepot.kit.spec import Limit

TIERS = ("50K", "75K", "150K", "500K", "unlimited")
_PAGE = 'page "Service limits", read 2026-11-21'


def _minute(group: str, *counts: int | None, each_endpoint: bool = False) -> Limit:
    """A limit per minute: one count for all tiers, or one for each of TIERS."""
    by_tier = dict(zip(TIERS, counts, strict=True)) if len(counts) > 1 else {}
    return Limit(
        count=counts[0] or 0, per_s=60, group=group, each_endpoint=each_endpoint, by_tier=by_tier, source=_PAGE
    )


LIMITS = (
    Limit(count=50, per_s=10, each_endpoint=True, source='page "Authorisation": 50 requests in 10 s per endpoint'),
    _minute("product_read", 1000, 1250, 1500, 1750, 2000),
    _minute("product_write", 200, 300, 400, 500, 600),
    _minute("offers", 350, 500, 1000, 1500, 2000),
    Limit(count=30, per_s=60, scope="item", group="offers", source="price changes of one barcode; the excess fails"),
    _minute("orders_page", 30, 40, 50, 100, 100),
    _minute("orders_stream", 1000),
    _minute("package_moves", 300, 300, 500, None, None, each_endpoint=True),
    _minute("package_rare", 100, 100, 200, None, None, each_endpoint=True),
    _minute("labels", 100, each_endpoint=True),
)
