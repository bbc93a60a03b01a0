"""Who owns a field of a channel's products."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from entrepot.catalog.models import FieldOwner, Product, Variant
from entrepot.core.errors import Invalid
from entrepot.events.services import record

from .columns import PRODUCT_FIELDS, VARIANT_FIELDS

OWNERS = ("store", "hub", "file")


def own_field(
    *, seller_id: int, channel_id: int, field: str, owner: str, product_id: int | None = None,
    variant_id: int | None = None,
) -> FieldOwner:  # fmt: skip
    """Say that ``owner`` decides ``field``: for one variant, for one product and its variants, or for all of a channel.

    The nearest word counts, and the next pull follows it; what the store may say again is read at once.

    Raises:
        Product.DoesNotExist: not this seller's, or not of this channel. Variant.DoesNotExist: nor that.
        Invalid: a field that no pull brings, or an owner that is none.
    """
    known = sorted(VARIANT_FIELDS if variant_id is not None else {*PRODUCT_FIELDS, *VARIANT_FIELDS})
    if field not in known:
        raise Invalid("field owner", "field", f"{field!r} is not one of {', '.join(known)}")
    if owner not in OWNERS:
        raise Invalid("field owner", "owner", f"{owner!r} is not one of {', '.join(OWNERS)}")
    with transaction.atomic():
        if variant_id is not None:
            product_id = Variant.objects.for_seller(seller_id).get(id=variant_id).product_id
        products = Product.objects.for_seller(seller_id).filter(source_id=channel_id)
        if product_id is not None:
            products = products.filter(id=products.get(id=product_id).id)
        row, _ = FieldOwner.objects.system().update_or_create(
            seller_id=seller_id, channel_id=channel_id, product_id=product_id, variant_id=variant_id, field=field,
            defaults={"owner": owner},
        )  # fmt: skip
        refs = [] if product_id is None else list(products.values_list("product_ref", flat=True))
        products.update(store_hash="")  # the next reading is compared in full
        if owner == "store":
            told = {"field": field, "product_refs": refs}  # none: all of the channel
            record(type="channel.field_given_back", key=channel_id, seller_id=seller_id, payload=told)
    return row


def give_back(*, seller_id: int, owner_ids: Sequence[int]) -> list[int]:
    """Let the store say again what the hub or a file owns; ids of the rows that are the store's now.

    The store's value comes with the pull that this asks for. A row a transaction.
    """
    rows = FieldOwner.objects.for_seller(seller_id).filter(id__in=owner_ids).exclude(owner="store").order_by("id")
    return [
        own_field(
            seller_id=seller_id, channel_id=row.channel_id, field=row.field, owner="store",
            product_id=row.product_id, variant_id=row.variant_id,
        ).id
        for row in rows
    ]  # fmt: skip


def give_back_field(*, seller_id: int, product_ids: Sequence[int], field: str) -> list[int]:
    """As :func:`give_back`, for one field of products and their variants; ids of products where it was another's."""
    rows = FieldOwner.objects.for_seller(seller_id).filter(product_id__in=product_ids, field=field)
    found = dict(rows.exclude(owner="store").values_list("id", "product_id"))
    give_back(seller_id=seller_id, owner_ids=list(found))
    return sorted(set(found.values()))
