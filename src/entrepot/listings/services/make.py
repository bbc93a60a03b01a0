"""Listings of approved products on every open storefront of their seller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from entrepot.catalog import queries as catalog
from entrepot.channels import queries as channels
from entrepot.events.services import mark_dirty
from entrepot.kit.registry import connector

from ..models import Listing, ListingLevel
from ..states import LANES

if TYPE_CHECKING:
    from entrepot.catalog.models import Variant
    from entrepot.channels.models import Storefront

Refs = dict[tuple[int, str], int]  # (storefront, listing ref) → variant
_UNSENT = Q(state="draft", submitted_at__isnull=True)


def make_listings(*, variant_ids: Sequence[int]) -> int:
    """Make what is missing of (approved variant × open storefront), as drafts with their two levels; the number made.

    The listing's ref is the variant's GTIN or SKU, as the channel's setting ``listing_key`` and the connector say. A
    draft that was never sent follows when its GTIN is corrected; where a GTIN is taken the SKU stands in for it.
    """
    rows = Listing.objects.system().filter(variant_id__in=variant_ids).select_related("storefront__channel", "variant")
    known = {(row.variant_id, row.storefront_id): row for row in rows.order_by("id")}
    fronts = _fronts()
    approved = catalog.listable_variants(variant_ids=variant_ids)
    wanted = [(v, s) for v in approved for s in fronts.get(v.seller_id, []) if (v.id, s.id) not in known]
    with transaction.atomic():
        # Read anew under a lock: one that was adopted meanwhile has the marketplace's ref for good.
        drafts = list(rows.filter(_UNSENT).order_by("id").select_for_update(no_key=True, of=("self",)))
        taken = _taken([(v, s) for v, s in wanted] + [(row.variant, row.storefront) for row in drafts])
        _follow(drafts, taken)
        fresh = [
            Listing(seller_id=v.seller_id, variant=v, storefront=s, listing_ref=_free(v, s, taken)) for v, s in wanted
        ]
        return len(add_listings(fresh))


def add_listings(rows: Sequence[Listing]) -> list[Listing]:
    """Keep new listings with their levels, and have both computed; those that were really new."""
    if not rows:
        return []
    Listing.objects.system().bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    pairs = {(row.variant_id, row.storefront_id) for row in rows}
    made = Listing.objects.system().filter(variant_id__in={v for v, _ in pairs}, levels__isnull=True).order_by("id")
    fresh = [row for row in made if (row.variant_id, row.storefront_id) in pairs]
    ListingLevel.objects.system().bulk_create(
        [
            ListingLevel(seller_id=x.seller_id, listing=x, storefront_id=x.storefront_id, lane=lane)
            for x in fresh
            for lane in LANES
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )
    for kind in ("stock", "price"):
        mark_dirty(kind=kind, subject_ids=sorted({x.variant_id for x in fresh}))
    return fresh


def _fronts() -> dict[int, list[Storefront]]:
    fronts: dict[int, list[Storefront]] = {}
    for s in channels.listing_storefronts():
        fronts.setdefault(s.seller_id, []).append(s)
    return fronts


def _taken(pairs: Sequence[tuple[Variant, Storefront]]) -> Refs:
    refs = {ref for v, s in pairs for ref in (ref_of(v, s), v.sku)}
    rows = Listing.objects.system().filter(storefront__in={s.id for _, s in pairs}, listing_ref__in=refs)
    return {(row.storefront_id, row.listing_ref): row.variant_id for row in rows}


def _free(variant: Variant, storefront: Storefront, taken: Refs) -> str:
    ref = next(
        (
            r
            for r in (ref_of(variant, storefront), variant.sku)
            if taken.get((storefront.id, r), variant.id) == variant.id
        ),
        f"{variant.sku[:40]}-{variant.id}",
    )
    taken[storefront.id, ref] = variant.id
    return ref


def _follow(drafts: Sequence[Listing], taken: Refs) -> None:
    moved = []
    for row in drafts:
        ref = _free(row.variant, row.storefront, taken)
        if ref != row.listing_ref:
            row.listing_ref = ref
            moved.append(row)
    Listing.objects.system().bulk_update(moved, ["listing_ref"], batch_size=500)


def ref_of(variant: Variant, storefront: Storefront) -> str:
    """The channel's key of a variant: its GTIN where the channel wants one and there is one, else its SKU."""
    channel = storefront.channel
    key = channel.settings.get("listing_key") or connector(channel.connector).listing_key
    return variant.gtin if key == "gtin" and variant.gtin else variant.sku
