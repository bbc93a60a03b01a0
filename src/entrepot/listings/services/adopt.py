"""First sight of a marketplace: what is on sale there already becomes ours, as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.catalog import queries as catalog_queries
from entrepot.catalog import services as catalog
from entrepot.channels import queries as channels
from entrepot.events.services import mark_dirty, move_many
from entrepot.kit import records

from ..models import Listing
from ..states import LISTING
from .levels import refresh_due
from .make import add_listings
from .observe import acknowledge

if TYPE_CHECKING:
    from entrepot.catalog.models import Variant
    from entrepot.channels.models import Storefront

Seen = Mapping[str, records.Observed]


def adopt(*, storefront_id: int, observed: Sequence[records.Observed], at: datetime) -> int:
    """Listings that are live there and are variants of ours become live here, as acknowledged; the number adopted.

    A variant is known by the listing's ref (its GTIN or SKU), else by the SKU that the marketplace shows; one that
    fits several is left to a person. The ref is theirs from then on. What they file it under teaches our words.
    """
    front = channels.storefront(storefront_id=storefront_id)
    seen = {o.listing_ref: o for o in observed if o.state in ("live", "locked")}
    with transaction.atomic():
        fitting = _fitting(front, seen)
        rows = _rows(front, fitting)
        ids = move_many(
            Listing.objects.system().filter(id__in=[r.id for r in rows], state="draft"),
            LISTING, "adopt", actor="hub", at=at,
        )  # fmt: skip
        adopted = [row for row in rows if row.id in set(ids)]
        for row in adopted:
            row.content_ref, row.live_at = seen[row.listing_ref].content_ref or "", at
        Listing.objects.system().bulk_update(adopted, ["content_ref", "live_at"], batch_size=500)
        acknowledge(adopted, seen, at)
        refresh_due(listing_ids=ids, at=at)
        for kind in ("stock", "price", "content"):
            mark_dirty(kind=kind, subject_ids=[row.variant_id for row in adopted])
        _learn(front, seen, fitting)
    return len(ids)


def _fitting(front: Storefront, seen: Seen) -> dict[str, Variant]:
    """Listing ref → the one variant of ours that it is."""
    skus = {o.sku for o in seen.values() if o.sku}
    rows = catalog_queries.variants_known_as(seller_id=front.seller_id, gtins=list(seen), skus=[*seen, *skus])
    by_gtin: dict[str, list[Variant]] = {}
    by_sku: dict[str, Variant] = {}
    for v in rows:
        by_gtin.setdefault(v.gtin, []).append(v)
        by_sku[v.sku] = v
    found, used = {}, set()
    for ref, o in sorted(seen.items(), key=lambda pair: pair[0] not in by_gtin):
        same = by_gtin.get(ref, [])
        variant = same[0] if len(same) == 1 else by_sku.get(o.sku or "") or by_sku.get(ref)
        if variant is not None and variant.id not in used and (not same or variant in same):
            found[ref] = variant
            used.add(variant.id)
    return found


def _rows(front: Storefront, fitting: Mapping[str, Variant]) -> list[Listing]:
    """Our drafts of these variants, under the marketplace's refs; made where there is none."""
    mine = Listing.objects.system().filter(storefront=front, variant_id__in=[v.id for v in fitting.values()])
    known = {row.variant_id: row for row in mine.select_for_update(no_key=True)}
    theirs = set(
        Listing.objects.system()
        .filter(storefront=front, listing_ref__in=fitting)
        .values_list("listing_ref", "variant_id")
    )
    taken = {ref for ref, variant_id in theirs if fitting[ref].id != variant_id}
    fresh, moved = [], []
    for ref, variant in fitting.items():
        row = known.get(variant.id)
        if ref in taken:
            continue
        if row is None:
            fresh.append(Listing(seller_id=front.seller_id, variant=variant, storefront=front, listing_ref=ref))
        elif row.state == "draft" and row.listing_ref != ref:
            row.listing_ref = ref
            moved.append(row)
    Listing.objects.system().bulk_update(moved, ["listing_ref"], batch_size=500)
    made = add_listings(fresh)
    if len(made) < len(fresh):  # another worker made their drafts while we looked: now they are known
        return _rows(front, fitting)
    return [*(row for row in known.values() if row.state == "draft" and row.listing_ref in fitting), *made]


def _learn(front: Storefront, seen: Seen, fitting: Mapping[str, Variant]) -> None:
    """A live listing with a variant's own GTIN shows which of their categories and brands our words are."""
    same = [(v.product, seen[ref]) for ref, v in fitting.items() if v.gtin == ref]
    for kind, pairs in (
        ("category", [(p.category, o.category_ref or "") for p, o in same]),
        ("brand", [(p.brand, o.brand_ref or "") for p, o in same]),
    ):
        catalog.learn_words(
            seller_id=front.seller_id,
            connector=front.channel.connector,
            kind=kind,
            pairs=[(w, r) for w, r in pairs if w],
        )
