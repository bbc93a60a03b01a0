"""What people decide about products: which may travel, which must not, and which are put away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.catalog.models import Product, Variant
from entrepot.events.services import mark_dirty, move_many

from ..states import PRODUCT

_OFF = {"reject": True, "archive": True, "approve": False}  # what they say of being on sale; other events say nothing


def approve_products(*, seller_id: int, product_ids: Sequence[int], at: datetime, actor: str = "seller") -> list[int]:
    """Let products travel, rejected ones again; the ids that moved. A refused one (virtual, grouped …) stays."""
    return _decide(seller_id, product_ids, "approve", at, actor=actor)


def submit_products(*, seller_id: int, product_ids: Sequence[int], at: datetime) -> list[int]:
    """Ask somebody else to look and approve; the ids that moved. A refused product stays where it is."""
    return _decide(seller_id, product_ids, "submit", at)


def reject_products(*, seller_id: int, product_ids: Sequence[int], reason: str, at: datetime) -> list[int]:
    """Say that products must not travel, and why; the ids that moved. What is on sale anywhere is taken off.

    Its stock goes to 0 first, then each listing is closed. Only ``approve_products`` puts them back, whatever is
    edited or asked for meanwhile.
    """
    return _decide(seller_id, product_ids, "reject", at, note=reason)


def archive_products(*, seller_id: int, product_ids: Sequence[int], reason: str, at: datetime) -> list[int]:
    """Put products away that are not sold any more, off sale as by ``reject_products``; the ids that moved."""
    return _decide(seller_id, product_ids, "archive", at, note=reason)


def restore_products(*, seller_id: int, product_ids: Sequence[int], at: datetime) -> list[int]:
    """Take archived products back; the ids that moved. They are on sale again once they are approved."""
    return _decide(seller_id, product_ids, "restore", at)


def _decide(
    seller_id: int, product_ids: Sequence[int], event: str, at: datetime, *, actor: str = "seller", note: str = ""
) -> list[int]:
    sources = sorted(s for m in PRODUCT.moves if m.event == event for s in m.sources)
    wanted = Product.objects.for_seller(seller_id).filter(id__in=product_ids, state__in=sources)
    if event in ("approve", "submit"):
        wanted = wanted.filter(refusal="")
    with transaction.atomic():
        moved = move_many(wanted, PRODUCT, event, actor=actor, at=at, note=note)
        if event in _OFF:
            Product.objects.for_seller(seller_id).filter(id__in=moved).update(is_off=_OFF[event])
        variants = Variant.objects.for_seller(seller_id).filter(product_id__in=moved)
        subjects = list(variants.order_by("id").values_list("id", flat=True))
        for kind in ("stock", "content"):
            mark_dirty(kind=kind, subject_ids=subjects)
    return moved
