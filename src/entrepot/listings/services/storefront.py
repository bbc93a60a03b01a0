"""Close a country's window with everything in it, and open it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from entrepot.channels import services as channels
from entrepot.events.services import mark_dirty

from ..models import Listing

_CHUNK = 5000


def close_storefront(*, seller_id: int, storefront_id: int, at: datetime) -> int:
    """Sell nothing there any more: stock 0 first, then each listing is closed; how many have to be.

    Orders that come in meanwhile are taken, and pulls go on.

    Raises:
        Storefront.DoesNotExist: not this seller's.
        Refused: it is closed already.
    """
    return _turn(seller_id, storefront_id, at, is_open=False)


def reopen_storefront(*, seller_id: int, storefront_id: int, at: datetime) -> int:
    """Sell there again: what was closed is put back on sale, and what is new is listed; how many listings it had.

    Raises:
        Storefront.DoesNotExist: not this seller's.
        Refused: it is open already.
    """
    return _turn(seller_id, storefront_id, at, is_open=True)


def _turn(seller_id: int, storefront_id: int, at: datetime, *, is_open: bool) -> int:
    with transaction.atomic():
        channels.set_storefront_open(seller_id=seller_id, storefront_id=storefront_id, is_open=is_open, at=at)
        rows = Listing.objects.for_seller(seller_id).filter(storefront_id=storefront_id)
        if not is_open:
            rows = rows.exclude(state__in=["closed", "denied", "draft"])
        ids = list(rows.order_by("variant_id").values_list("variant_id", flat=True))
        for i in range(0, len(ids), _CHUNK):
            for kind in ("stock", "content"):
                mark_dirty(kind=kind, subject_ids=ids[i : i + _CHUNK])
    return len(ids)
