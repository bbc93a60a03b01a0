"""Facts that a store does not hold, from a sheet: brand, origin, VAT, category, GTIN, weight, attributes."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.catalog.models import Product, Variant
from entrepot.core.errors import EntrepotError, Invalid

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
    bad row never stops the rest, and of a bad row nothing is taken.
    """
    skus = {row.get("sku", "").strip() for _, row in rows}
    known = {v.sku: v for v in Variant.objects.for_seller(seller_id).filter(sku__in=skus).select_related("product")}
    changed, problems = 0, []
    for line, row in rows:
        if wrong := wrong_facts(row, known):
            problems += [(line, field, why) for field, why in wrong]
            continue
        try:
            with transaction.atomic():
                changed += _apply(seller_id, known[row["sku"].strip()], row, at)
        except EntrepotError as error:
            problems.append((line, getattr(error, "field", ""), getattr(error, "why", str(error))))
    return changed, problems


def wrong_facts(row: Mapping[str, str], known: Container[str]) -> list[tuple[str, str]]:
    """(column, why) of every cell that cannot be kept, and of a SKU that is not among ``known``."""
    sku, wrong = row.get("sku", "").strip(), []
    if sku not in known:
        wrong.append(("sku", f"{sku!r} is not known" if sku else "is empty"))
    for names, kind in ((_PRODUCT, Product), (_VARIANT, Variant)):
        for name in names:
            try:
                kept(kind(), name, row.get(name, "").strip())
            except Invalid as error:
                wrong.append((name, error.why))
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
