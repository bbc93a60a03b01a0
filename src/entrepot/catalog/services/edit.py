"""What people change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.catalog.models import FieldOwner, Product, Variant
from entrepot.core.errors import Invalid
from entrepot.events.services import mark_dirty, move_many

from ..states import PRODUCT
from .values import kept, said

PRODUCT_EDITS = frozenset({"title", "description", "brand", "category", "attributes", "images"})
VARIANT_EDITS = frozenset(
    {"gtin", "origin", "vat_rate", "weight_g", "hs_code", "options", "attributes", "title", "images"}
)

Cell = tuple[int, str, Any, Any]  # (row id, field, value as drawn, value now)


def edit_products(*, seller_id: int, cells: Sequence[Cell], source: str = "hub", at: datetime) -> list[int]:
    """Save changed cells once. Each is compared with the value as it was drawn; a lost race is refused by name.

    Returns the ids of rows that really changed. new → edited, approved → changed; edited stays.

    Raises:
        Product.DoesNotExist: not this seller's.
        Invalid: a field that cannot be edited, a bad value, or a cell that somebody else changed meanwhile.
    """
    with transaction.atomic():
        rows = _locked(Product, seller_id, {c[0] for c in cells})
        changed = _set_cells(rows, cells, PRODUCT_EDITS, source, at)
        Product.objects.system().bulk_update(changed, [*PRODUCT_EDITS, "origins", "edited_at"], batch_size=500)
        _own(seller_id, [(row, None, f) for row in changed for f in PRODUCT_EDITS if _is_ours(row, f, source)], source)
        _reopen(seller_id, [row.id for row in changed], at)
        variant_ids = Variant.objects.for_seller(seller_id).filter(product__in=changed).values_list("id", flat=True)
        mark_dirty(kind="content", subject_ids=list(variant_ids))
    return [row.id for row in changed]


def edit_variants(*, seller_id: int, cells: Sequence[Cell], source: str = "hub", at: datetime) -> list[int]:
    """As :func:`edit_products`, for variants: GTIN, origin, VAT, weight, HS code, options, texts."""
    with transaction.atomic():
        lock_products(seller_id, {c[0] for c in cells})
        rows = _locked(Variant, seller_id, {c[0] for c in cells})
        changed = _set_cells(rows, cells, VARIANT_EDITS, source, at)
        Variant.objects.system().bulk_update(changed, [*VARIANT_EDITS, "origins"], batch_size=500)
        products = Product.objects.for_seller(seller_id).in_bulk({row.product_id for row in changed})
        _own(
            seller_id,
            [(products[row.product_id], row, f) for row in changed for f in VARIANT_EDITS if _is_ours(row, f, source)],
            source,
        )
        _reopen(seller_id, list(products), at)
        mark_dirty(kind="content", subject_ids=[row.id for row in changed])
        mark_dirty(kind="price", subject_ids=[row.id for row in changed])
    return [row.id for row in changed]


def lock_products(seller_id: int, variant_ids: set[int]) -> None:
    """Products before their variants, as a pull locks them: the other way round the two wait for each other."""
    wanted = Variant.objects.for_seller(seller_id).filter(id__in=variant_ids).values("product_id")
    list(Product.objects.for_seller(seller_id).filter(id__in=wanted).order_by("id").select_for_update(no_key=True))


def _locked(model: Any, seller_id: int, ids: set[int]) -> dict[int, Any]:
    rows = {
        r.id: r
        for r in model.objects.for_seller(seller_id).filter(id__in=ids).order_by("id").select_for_update(no_key=True)
    }
    if len(rows) != len(ids):
        raise model.DoesNotExist(f"{model.__name__} {min(ids - set(rows))} does not exist")
    return rows


def _set_cells(
    rows: Mapping[int, Any], cells: Sequence[Cell], known: frozenset[str], source: str, at: datetime
) -> list[Any]:
    changed: dict[int, Any] = {}
    for row_id, name, drawn, now in cells:
        row = rows[row_id]
        if name not in known:
            raise Invalid(str(row), name, f"cannot be edited; editable: {', '.join(sorted(known))}")
        value, present = kept(row, name, now), getattr(row, name)
        if value == present:
            continue
        if kept(row, name, drawn) != present:
            raise Invalid(str(row), name, f"was changed meanwhile to {said(present)}; look again")
        setattr(row, name, value)
        row.origins[name] = {"source": source, "at": at.isoformat()}
        if hasattr(row, "edited_at"):
            row.edited_at = at
        changed[row_id] = row
    return list(changed.values())


def _is_ours(row: Any, name: str, source: str) -> bool:
    return bool(row.origins.get(name, {}).get("source") == source)


def _own(seller_id: int, fields: Sequence[tuple[Product, Variant | None, str]], owner: str) -> None:
    """From now on a pull leaves these fields alone: of the variant where one is named, else of the product."""
    FieldOwner.objects.system().bulk_create(
        [
            FieldOwner(seller_id=seller_id, channel_id=p.source_id, product=p, variant=v, field=name, owner=owner)
            for p, v, name in fields
            if p.source_id
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["channel", "product", "variant", "field"],
        update_fields=["owner"],
    )


def _reopen(seller_id: int, product_ids: Sequence[int], at: datetime) -> None:
    rows = Product.objects.for_seller(seller_id).filter(id__in=product_ids)
    move_many(rows.filter(state__in=["new", "rejected"]), PRODUCT, "edit", actor="seller", at=at)
    move_many(rows.filter(state="approved"), PRODUCT, "change", actor="seller", at=at)
