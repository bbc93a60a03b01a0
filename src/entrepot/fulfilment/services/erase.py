"""Labels carry a name and an address: they go when the buyer is forgotten."""

from __future__ import annotations

from django.db import transaction

from entrepot.core.errors import Refused
from entrepot.documents import services as documents

from ..models import Package

_ON_THE_WAY = ("awaiting", "created", "picking", "invoiced", "shipped", "at_pickup_point")


def package_refs(*, seller_id: int, order_id: int) -> list[str]:
    """The channel's ids of an order's packages, oldest first."""
    rows = Package.objects.for_seller(seller_id).filter(order_id=order_id)
    return list(rows.order_by("id").values_list("package_ref", flat=True))


def erase_labels(*, seller_id: int, order_id: int) -> int:
    """Delete the labels of an order's packages with their files; how many.

    Raises:
        Refused: a package is still on its way.
    """
    with transaction.atomic():
        rows = list(
            Package.objects.for_seller(seller_id)
            .filter(order_id=order_id)
            .order_by("id")
            .select_for_update(no_key=True)
        )
        for row in rows:
            if row.state in _ON_THE_WAY:
                raise Refused(f"package {row.package_ref} is {row.state}: its buyer is erased when it has arrived")
        ids = [row.label_id for row in rows if row.label_id is not None]
        Package.objects.for_seller(seller_id).filter(order_id=order_id).update(label=None)
        return documents.delete(seller_id=seller_id, document_ids=ids)
