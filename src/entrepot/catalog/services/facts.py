"""Facts that a store does not hold, from a sheet: brand, origin, VAT, category, GTIN, weight, attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from entrepot.catalog.models import Variant
from entrepot.core.errors import EntrepotError

from .edit import edit_products, edit_variants
from .values import kept

_PRODUCT = ("brand", "category")
_VARIANT = ("origin", "vat_rate", "gtin", "weight_g", "hs_code")
COLUMNS = (*_PRODUCT, *_VARIANT)


def import_facts(
    *, seller_id: int, rows: Sequence[tuple[int, Mapping[str, str]]], at: datetime
) -> tuple[int, list[tuple[int, str, str]]]:
    """Apply (line number, {sku, …columns, attribute:NAME}) rows; empty cells say nothing.

    Returns the number of rows that changed something, and (line, field, why) of each that could not be taken; one
    bad row never stops the rest.
    """
    skus = {row.get("sku", "").strip() for _, row in rows}
    known = {v.sku: v for v in Variant.objects.for_seller(seller_id).filter(sku__in=skus).select_related("product")}
    changed, problems = 0, []
    for line, row in rows:
        sku = row.get("sku", "").strip()
        variant = known.get(sku)
        if variant is None:
            problems.append((line, "sku", f"{sku!r} is not known" if sku else "is empty"))
            continue
        if wrong := _wrong_cells(variant, row):
            problems += [(line, field, why) for field, why in wrong]
            continue
        try:
            changed += _apply(seller_id, variant, row, at)
        except EntrepotError as error:
            problems.append((line, getattr(error, "field", ""), str(error)))
    return changed, problems


def _wrong_cells(variant: Variant, row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every cell that cannot be kept, with why: a row is taken whole or not at all."""
    wrong = []
    for names, kept_by in ((_PRODUCT, variant.product), (_VARIANT, variant)):
        for name in names:
            try:
                kept(kept_by, name, row.get(name, "").strip())
            except EntrepotError as error:
                wrong.append((getattr(error, "field", name), str(error)))
    return wrong


def _apply(seller_id: int, variant: Variant, row: Mapping[str, str], at: datetime) -> bool:
    product = variant.product
    attributes = {k.split(":", 1)[1].strip(): v for k, v in row.items() if k.startswith("attribute:") and v.strip()}
    cells: list[tuple[int, str, Any, Any]] = [
        (product.id, name, getattr(product, name), row[name].strip()) for name in _PRODUCT if row.get(name, "").strip()
    ]
    own: list[tuple[int, str, Any, Any]] = [
        (variant.id, name, getattr(variant, name), row[name].strip()) for name in _VARIANT if row.get(name, "").strip()
    ]
    if attributes:
        merged = {**variant.attributes, **{k: v.strip() for k, v in attributes.items()}}
        own.append((variant.id, "attributes", variant.attributes, merged))
    done = edit_products(seller_id=seller_id, cells=cells, source="file", at=at) if cells else []
    done += edit_variants(seller_id=seller_id, cells=own, source="file", at=at) if own else []
    variant.refresh_from_db()
    variant.product.refresh_from_db()
    return bool(done)
