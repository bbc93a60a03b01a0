"""Listings of approved products on every open storefront of their seller."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from entrepot.catalog.models import Variant
from entrepot.channels.models import Storefront
from entrepot.events.services import mark_dirty
from entrepot.kit.registry import connector

from ..models import Listing, ListingLevel
from ..states import LANES


def make_listings(*, variant_ids: Sequence[int]) -> int:
    """Make what is missing of (approved variant × open storefront), as drafts with their two levels; the number made.

    The listing's ref is the variant's GTIN or SKU, as the channel's setting ``listing_key`` and the connector say.
    """
    variants = (
        Variant.objects.system()
        .filter(id__in=variant_ids, product__state__in=["approved"], product__refusal="", is_published=True)
        .order_by("id")
    )
    fronts: dict[int, list[Storefront]] = {}
    for s in (
        Storefront.objects.system()
        .filter(is_open=True, channel__role="marketplace", channel__state__in=["matched", "live", "locked_out"])
        .select_related("channel")
    ):
        fronts.setdefault(s.seller_id, []).append(s)
    wanted = [(v, s) for v in variants for s in fronts.get(v.seller_id, [])]
    rows = [Listing(seller_id=v.seller_id, variant=v, storefront=s, listing_ref=ref_of(v, s)) for v, s in wanted]
    with transaction.atomic():
        before = set(Listing.objects.system().filter(variant_id__in=variant_ids).values_list("id", flat=True))
        Listing.objects.system().bulk_create(rows, batch_size=1000, ignore_conflicts=True)
        made = Listing.objects.system().filter(variant_id__in=variant_ids).exclude(id__in=before)
        fresh = list(made.order_by("id"))
        ListingLevel.objects.system().bulk_create(
            [
                ListingLevel(seller_id=x.seller_id, listing=x, storefront_id=x.storefront_id, lane=lane)
                for x in fresh
                for lane in LANES
            ],
            batch_size=1000,
        )
        for kind in ("stock", "price"):
            mark_dirty(kind=kind, subject_ids=sorted({x.variant_id for x in fresh}))
    return len(fresh)


def ref_of(variant: Variant, storefront: Storefront) -> str:
    """The channel's key of a variant: its GTIN where the channel wants one and there is one, else its SKU."""
    channel = storefront.channel
    key = channel.settings.get("listing_key") or connector(channel.connector).listing_key
    return variant.gtin if key == "gtin" and variant.gtin else variant.sku
