"""Who owns a field of a channel's products."""

from __future__ import annotations

from django.db import transaction

from entrepot.catalog.models import FieldOwner, Product, Variant
from entrepot.core.errors import Invalid

from .columns import PRODUCT_FIELDS, VARIANT_FIELDS

OWNERS = ("store", "hub", "file")


def own_field(
    *, seller_id: int, channel_id: int, field: str, owner: str, product_id: int | None = None,
    variant_id: int | None = None,
) -> FieldOwner:  # fmt: skip
    """Say that ``owner`` decides ``field``: for one variant, for one product and its variants, or for all of a channel.

    The nearest word counts, and the next pull follows it.

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
        products.update(store_hash="")  # the next reading is compared in full
    return row
