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


def unpublish_missing(*, seller_id: int, channel_id: int, seen_variant_refs: Iterable[str]) -> list[int]:
    """Mark variants of this store unpublished whose ref a complete pass did not see; their ids.

    Their stock goes to 0 first and their listings close after that.

    Raises:
        Refused: the pass saw nothing, or misses more than half of a catalogue of ten or more.
    """
    seen = set(seen_variant_refs)
    bound = Binding.objects.for_seller(seller_id).filter(channel_id=channel_id, kind="variant")
    known = dict(bound.values_list("their_ref", "our_id"))
    still = set(Variant.objects.for_seller(seller_id).filter(is_published=True).values_list("id", flat=True))
    lost = sorted({our for ref, our in known.items() if ref not in seen} & still)
    found = {our for ref, our in known.items() if ref in seen}
    lost = [i for i in lost if i not in found]
    total = len(set(known.values()) & still)
    if lost and (not seen or (total >= _MIN_COUNT and len(lost) > total * _MAX_SHARE)):
        raise Refused(f"the store showed {len(found)} of {total} known variants; an answer this thin closes nothing")
    with transaction.atomic():
        Variant.objects.for_seller(seller_id).filter(id__in=lost).update(is_published=False)
        Product.objects.for_seller(seller_id).filter(variants__in=lost).exclude(
            variants__is_published=True
        ).update(is_published=False)
        for kind in ("stock", "content"):
            mark_dirty(kind=kind, subject_ids=lost)
    return lost
