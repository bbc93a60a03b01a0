"""What a full pass over a store no longer found: deleted, drafted or made private there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from entrepot.catalog.models import Product, Variant
from entrepot.channels.queries import bindings, bound
from entrepot.events.services import mark_dirty

from .passes import judge_pass


@dataclass(frozen=True, slots=True)
class Missed:
    """What a full pass did not find: ids of what was closed, how many wait of how many that were on show."""

    closed: list[int] = field(default_factory=list)
    waiting: int = 0
    known: int = 0
    needs_person: bool = False  # what waits is closed only when a person approves; else when the next pass misses it


def unpublish_missing(
    *, seller_id: int, channel_id: int, seen_variant_refs: Iterable[str], unreadable: Iterable[str] = (), at: datetime
) -> Missed:
    """Mark variants of this store unpublished whose ref a complete pass, begun at ``at``, did not see.

    Their stock goes to 0 first and their listings close after that. Many at once are not believed at once: see
    docs/rules/stock.md. ``unreadable`` are refs of variants and products that the pass brought but that could not be
    read: nothing is known of them, so they stay as they are.
    """
    seen = set(seen_variant_refs)
    with transaction.atomic():
        known, found = _found(seller_id, channel_id, seen, set(unreadable))
        gone, row = judge_pass(
            seller_id=seller_id, channel_id=channel_id, known=len(known), missed=known - found,
            is_empty=not (seen or found), at=at,
        )  # fmt: skip
        if gone:
            _close(seller_id, sorted(gone))
    return Missed(sorted(gone), len(row.missed_ids), len(known), row.needs_person)


def _found(seller_id: int, channel_id: int, seen: set[str], unreadable: set[str]) -> tuple[set[int], set[int]]:
    """Variants of this store that are on show; and those a ref stands for that was seen, or could not be read."""
    rows = bindings(seller_id=seller_id, channel_id=channel_id, kind="variant")
    on_show = Variant.objects.for_seller(seller_id).filter(is_published=True)
    known = {our for _, our, _ in rows} & set(on_show.values_list("id", flat=True))
    # A product that could not be read spares all of its variants.
    return known, {our for ref, our, parent in rows if ref in seen or ref in unreadable or parent in unreadable}


def _close(seller_id: int, lost: Sequence[int]) -> None:
    variants = Variant.objects.for_seller(seller_id)
    # Products before their variants, as every writer locks them.
    of_lost = Product.objects.for_seller(seller_id).filter(
        id__in=list(variants.filter(id__in=lost).values_list("product_id", flat=True))
    )
    list(of_lost.order_by("id").select_for_update(no_key=True))
    variants.filter(id__in=lost).update(is_published=False)
    # Without its hash the next reading of it is compared in full, so that it comes back as it left.
    of_lost.update(store_hash="")
    of_lost.exclude(id__in=variants.filter(is_published=True).values("product_id")).update(is_published=False)
    for kind in ("stock", "content"):
        mark_dirty(kind=kind, subject_ids=lost)


def unpublish_unbound(*, seller_id: int, channel_id: int, variant_ids: Iterable[int]) -> list[int]:
    """Take variants out of sale that no ref of this store stands for any more; their ids, which the caller marks."""
    wanted = set(variant_ids)
    if not wanted:
        return []
    gone = sorted(wanted - bound(seller_id=seller_id, channel_id=channel_id, kind="variant", our_ids=wanted))
    Variant.objects.for_seller(seller_id).filter(id__in=gone).update(is_published=False)
    return gone
