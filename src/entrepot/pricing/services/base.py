"""What the seller asks at home."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from entrepot.events.services import mark_dirty

from ..models import BasePrice


def set_base_prices(
    *, seller_id: int, rows: Iterable[tuple[int, Decimal, Decimal | None]], currency: str, is_tax_included: bool,
    source: str = "store", at: datetime,
) -> list[int]:  # fmt: skip
    """Keep (variant id, regular, sale or None) base prices; ids that changed. Only what differs is written."""
    wanted = {variant: (regular, sale) for variant, regular, sale in rows}
    known = {p.variant_id: p for p in BasePrice.objects.for_seller(seller_id).filter(variant_id__in=wanted)}
    changed = []
    for variant, (regular, sale) in wanted.items():
        row = known.get(variant) or BasePrice(seller_id=seller_id, variant_id=variant)
        new = (regular, sale, currency, is_tax_included)
        if row.pk is None or (row.regular, row.sale, row.currency, row.is_tax_included) != new:
            row.regular, row.sale, row.currency, row.is_tax_included = new
            row.source, row.set_at = source, at
            changed.append(row)
    with transaction.atomic():
        BasePrice.objects.system().bulk_create(
            changed,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["variant"],
            update_fields=["regular", "sale", "currency", "is_tax_included", "source", "set_at"],
        )
        mark_dirty(kind="price", subject_ids=[row.variant_id for row in changed])
    return [row.variant_id for row in changed]
