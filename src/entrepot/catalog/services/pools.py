"""Stock that several variants share: each is a kit of one piece of it, so no ledger promises it twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction

from entrepot.catalog.models import Component, Product, Variant
from entrepot.events.services import mark_dirty

from .edit import lock_products


def share_stock(*, seller_id: int, channel_id: int, seen: Sequence[int], shared: Mapping[int, str]) -> dict[int, int]:
    """Variant id → id of the shared stock it draws from, for those of ``shared``: variant id → the store's product.

    Others of ``seen`` that shared before have their own stock again. A kit that a person made is made of its parts, and
    draws from nothing else; what the store counts for it is the shared stock's all the same. One read where nothing is
    shared.
    """
    parts = Component.objects.for_seller(seller_id).filter(kit_id__in=seen, part__is_pool=True)
    known = {(kit, part): row for row, kit, part in parts.values_list("id", "kit_id", "part_id")}
    if not known and not shared:
        return {}
    with transaction.atomic():
        pools = _pools(seller_id, channel_id, sorted(set(shared.values())))
        wanted = {(kit, pools[ref]) for kit, ref in shared.items() if ref in pools}
        gone = [row for pair, row in known.items() if pair not in wanted]
        Component.objects.for_seller(seller_id).filter(id__in=gone).delete()
        fresh = sorted(wanted - set(known) - _made_by_hand(seller_id, wanted - set(known)))
        Component.objects.for_seller(seller_id).bulk_create(
            [Component(seller_id=seller_id, kit_id=kit, part_id=part, quantity=1) for kit, part in fresh],
            batch_size=1000,
            ignore_conflicts=True,
        )
        changed = {kit for kit, _ in fresh} | {kit for (kit, _), row in known.items() if row in set(gone)}
        mark_dirty(kind="stock", subject_ids=sorted(changed))
    return dict(wanted)


def _made_by_hand(seller_id: int, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of these (variant, shared stock), the variants that are kits to a person; who makes one meanwhile waits."""
    if not pairs:
        return set()
    ids = {kit for kit, _ in pairs}
    lock_products(seller_id, ids)
    list(Variant.objects.for_seller(seller_id).filter(id__in=ids).order_by("id").select_for_update(no_key=True))
    rows = Component.objects.for_seller(seller_id).filter(kit_id__in=ids, part__is_pool=False)
    kits = set(rows.values_list("kit_id", flat=True))
    return {(kit, pool) for kit, pool in pairs if kit in kits}


def _pools(seller_id: int, channel_id: int, refs: Sequence[str]) -> dict[str, int]:
    """The store's product → our row for its shared stock, made where there is none; products not known are left out."""
    products = Product.objects.for_seller(seller_id).filter(source_id=channel_id, product_ref__in=refs)
    names = {_name(channel_id, ref): ref for ref in refs}
    ours = Variant.with_pools.for_seller(seller_id).filter(sku__in=names, is_pool=True)
    found = {names[sku]: i for sku, i in ours.values_list("sku", "id")}
    fresh = [
        Variant(
            seller_id=seller_id, product_id=i, sku=_name(channel_id, ref), is_pool=True, is_published=False
        )
        for i, ref in products.order_by("id").values_list("id", "product_ref")
        if ref not in found
    ]  # fmt: skip
    if fresh:
        Variant.with_pools.for_seller(seller_id).bulk_create(fresh, batch_size=1000, ignore_conflicts=True)
        found = {names[sku]: i for sku, i in ours.all().values_list("sku", "id")}
    return found


def _name(channel_id: int, ref: str) -> str:
    return f"shared stock of product {ref[:40]} in channel {channel_id}"
