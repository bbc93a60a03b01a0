"""A store's own categories: products name them by ref, and only here is it known under which they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from entrepot.catalog.models import StoreCategory
from entrepot.kit import records

_DEEPEST = 20  # a parent that stands below its own child would be followed for ever


def keep_categories(*, seller_id: int, channel_id: int, categories: Sequence[records.Category], at: datetime) -> int:
    """Keep a store's categories with their full paths; the number that are new or differ. An empty answer is none."""
    told = {c.category_ref: c for c in categories}
    known = StoreCategory.objects.for_seller(seller_id).filter(channel_id=channel_id).in_bulk(field_name="id")
    same = {(row.ref, row.name, row.parent_ref, row.path) for row in known.values()}
    rows = [
        StoreCategory(
            seller_id=seller_id, channel_id=channel_id, ref=ref, name=name, parent_ref=parent, path=path, seen_at=at
        )
        for ref, name, parent, path in (
            (c.category_ref, c.name[:300], c.parent_ref or "", _path(c, told)) for c in told.values()
        )
        if (ref, name, parent, path) not in same
    ]
    StoreCategory.objects.system().bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["channel", "ref"],
        update_fields=["name", "parent_ref", "path", "seen_at"],
    )
    return len(rows)


def _path(category: records.Category, told: Mapping[str, records.Category]) -> str:
    if category.path:
        return category.path
    names, at = [category.name], category
    while at.parent_ref and (parent := told.get(at.parent_ref)) and len(names) < _DEEPEST:
        names.insert(0, parent.name)
        at = parent
    return " > ".join(names)


def with_paths(*, channel_id: int, products: Sequence[records.Product]) -> tuple[list[records.Product], bool]:
    """The products with the full path of each category that is known; and whether one is unknown or named anew."""
    refs = {c.category_ref for p in products for c in p.categories if not c.path}
    known = (
        {row.ref: row for row in StoreCategory.objects.system().filter(channel_id=channel_id, ref__in=refs)}
        if refs
        else {}
    )
    found = [replace(p, categories=tuple(_whole(c, known) for c in p.categories)) for p in products]
    unknown = any(
        (row := known.get(c.category_ref)) is None or row.name != c.name[:300]
        for p in products
        for c in p.categories
        if not c.path
    )
    return found, unknown


def _whole(category: records.Category, known: Mapping[str, StoreCategory]) -> records.Category:
    row = None if category.path else known.get(category.category_ref)
    return replace(category, path=row.path) if row and row.name == category.name[:300] else category
