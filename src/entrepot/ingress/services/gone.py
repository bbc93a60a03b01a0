"""Goods that a full pass missed, and that a person says have left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from entrepot.catalog import services as catalog

from ..models import Feed

WHOLE_STOCK = "stock"  # the feed that reads all goods of a store


def approve_missing(*, seller_id: int, channel_id: int, at: datetime) -> Any:
    """Believe the last full pass over a store: the next one, which begins at once, closes what it missed.

    Raises:
        FullPass.DoesNotExist: not this seller's channel, or never passed over.
        Refused: nothing waits for a person.
    """
    row = catalog.approve_missing(seller_id=seller_id, channel_id=channel_id, at=at)
    Feed.objects.for_seller(seller_id).filter(channel_id=channel_id, name=WHOLE_STOCK).update(not_before=at)
    return row
