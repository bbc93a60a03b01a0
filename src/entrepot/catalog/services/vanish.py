"""What a full pass over a store no longer found: deleted, drafted or made private there."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from entrepot.catalog.models import Product, Variant
from entrepot.channels.models import Binding
from entrepot.core.errors import Refused
from entrepot.events.services import mark_dirty

# A pass that misses more than this share of a catalogue is a broken answer until a person says otherwise.
_MAX_SHARE, _MIN_COUNT = 0.5, 10


def unpublish_missing(
    *, seller_id: int, channel_id: int, seen_variant_refs: Iterable[str], unreadable: Iterable[str] = ()
) -> list[int]:
    """Mark variants of this store unpublished whose ref a complete pass did not see; their ids.

    Their stock goes to 0 first and their listings close after that. ``unreadable`` are refs of variants and products
    that the pass brought but that could not be read: nothing is known of them, so they stay as they are.

    Raises:
        Refused: the pass saw nothing, or misses more than half of a catalogue of ten or more.
    """
    seen = set(seen_variant_refs)
    bound = Binding.objects.for_seller(seller_id).filter(channel_id=channel_id, kind="variant")
    spared = set(unreadable)
    rows = [(ref, our, parent) for ref, our, parent in bound.values_list("their_ref", "our_id", "parent_ref")]
    seen |= {ref for ref, _, parent in rows if ref in spared or parent in spared}
    known = {ref: our for ref, our, _ in rows}
    still = set(Variant.objects.for_seller(seller_id).filter(is_published=True).values_list("id", flat=True))
    lost = sorted({our for ref, our in known.items() if ref not in seen} & still)
    found = {our for ref, our in known.items() if ref in seen}
    lost = [i for i in lost if i not in found]
    total = len(set(known.values()) & still)
    if lost and (not seen or (total >= _MIN_COUNT and len(lost) > total * _MAX_SHARE)):
        raise Refused(f"the store showed {len(found)} of {total} known variants; an answer this thin closes nothing")
    with transaction.atomic():
        # Products before their variants, as every writer locks them.
        held = Product.objects.for_seller(seller_id).filter(
            id__in=Variant.objects.for_seller(seller_id).filter(id__in=lost).values("product_id")
        )
        list(held.order_by("id").select_for_update(no_key=True))
        Variant.objects.for_seller(seller_id).filter(id__in=lost).update(is_published=False)
        of_lost = Product.objects.for_seller(seller_id).filter(
            id__in=list(Variant.objects.for_seller(seller_id).filter(id__in=lost).values_list("product_id", flat=True))
        )
        # Without its hash the next reading of it is compared in full, so that it comes back as it left.
        of_lost.update(store_hash="")
        on_show = Variant.objects.for_seller(seller_id).filter(is_published=True).values("product_id")
        of_lost.exclude(id__in=on_show).update(is_published=False)
        for kind in ("stock", "content"):
            mark_dirty(kind=kind, subject_ids=lost)
    return lost


def unpublish_unbound(*, seller_id: int, channel_id: int, variant_ids: Iterable[int]) -> list[int]:
    """Take variants out of sale that no ref of this store stands for any more; their ids, which the caller marks."""
    wanted = set(variant_ids)
    if not wanted:
        return []
    bound = Binding.objects.for_seller(seller_id).filter(channel_id=channel_id, kind="variant", our_id__in=wanted)
    gone = sorted(wanted - set(bound.values_list("our_id", flat=True)))
    Variant.objects.for_seller(seller_id).filter(id__in=gone).update(is_published=False)
    return gone
