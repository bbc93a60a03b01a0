"""Bring a page of a store's products into the catalogue: staged, merged, and bound to the store's ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.channels.queries import our_ids
from entrepot.channels.services import bind_many
from entrepot.core.ids import fingerprint
from entrepot.events.services import mark_dirty
from entrepot.kit import records

from .columns import PRODUCT_FIELDS, VARIANT_FIELDS, product_values, variant_values
from .merge import Merged, merge_products
from .staging import stage
from .vanish import unpublish_unbound

_TOLD = (*(f"product_{name}" for name in PRODUCT_FIELDS), *VARIANT_FIELDS)
_COLUMNS = (
    "row_no", "seller_id", "product_ref", "digest", "modified_at", "has_variant", "variant_ref", "bound_id", "sku",
    *_TOLD,
)  # fmt: skip

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # as JSON writes it, and not a backslash before a u

Pair = tuple[records.Product, records.Variant | None]


@dataclass(slots=True)
class Applied:
    """What became of a page: their variant ref → our variant id; and what could not be taken, with the reason."""

    variant_ids: dict[str, int] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)  # (record, field, why)


def apply_products(*, seller_id: int, channel_id: int, products: Sequence[records.Product], at: datetime) -> Applied:
    """Upsert products and variants by the store's ids and the SKU; only what differs is written.

    A field that the hub or a file owns is left alone. A variant without SKU, or with one that another product has,
    is refused by name and the rest goes on. A product that comes twice counts as it came last.
    """
    pairs = list(_pairs({p.product_ref: p for p in products}))
    refs = [v.variant_ref for _, v in pairs if v is not None]
    with transaction.atomic():
        bound = our_ids(channel_id=channel_id, kind="variant", their_refs=refs)
        staging = stage(columns=_COLUMNS, rows=_rows(seller_id, pairs, bound))
        merged = merge_products(staging=staging, seller_id=seller_id, channel_id=channel_id, told=_TOLD, at=at)
        applied = _applied(pairs, merged)
        _bind(seller_id, channel_id, pairs, merged, bound)
        left = {i for ref, i in bound.items() if applied.variant_ids.get(ref, i) != i}
        orphans = unpublish_unbound(seller_id=seller_id, channel_id=channel_id, variant_ids=left)
        for kind in ("content", "stock"):
            mark_dirty(kind=kind, subject_ids=orphans)
    return applied


def _pairs(products: dict[str, records.Product]) -> Iterator[Pair]:
    for product in products.values():
        if product.refusal is not None or not product.variants:
            yield product, None
        else:
            for variant in product.variants:
                yield product, variant


def _rows(seller_id: int, pairs: Sequence[Pair], bound: dict[str, int]) -> Iterator[list[Any]]:
    last, digest, own, empty = None, "", {}, [None] * len(PRODUCT_FIELDS)
    for row_no, (product, variant) in enumerate(pairs):
        said = empty
        if product is not last:
            values = product_values(product)
            own = {id(v): variant_values(v, product) for v in product.variants}
            named = [own[id(v)] | {"ref": v.variant_ref, "sku": v.sku} for v in product.variants]
            last, digest, said = product, fingerprint(values | {"variants": named}), _cells(values, PRODUCT_FIELDS)
        modified = product.modified_at and product.modified_at.isoformat()
        keys = [row_no, seller_id, product.product_ref, digest, modified, variant is not None]
        if variant is None:
            yield [*keys, None, None, None, *said, *[None] * len(VARIANT_FIELDS)]
        else:
            ref = variant.variant_ref
            yield [*keys, ref, bound.get(ref), _cell(variant.sku), *said, *_cells(own[id(variant)], VARIANT_FIELDS)]


def _cells(values: dict[str, Any], names: Sequence[str]) -> list[Any]:
    return [_cell(values[name]) for name in names]


def _cell(value: Any) -> Any:
    """As COPY takes it; PostgreSQL has no NUL in texts."""
    if isinstance(value, (dict, list)):
        text = json.dumps(value)
        return _NUL.sub(r"\1", text) if "\\u0000" in text else text
    return value.replace("\x00", "") if isinstance(value, str) else value


def _applied(pairs: Sequence[Pair], merged: Merged) -> Applied:
    applied, products = Applied(), {}
    for (product, variant), row in zip(pairs, merged.rows, strict=True):
        products[product.product_ref] = row.product
        if variant is None:
            continue
        if row.variant_id is not None and row.verdict != "refused":
            applied.variant_ids[variant.variant_ref] = row.variant_id
        else:
            name = f"variant {variant.variant_ref} of product {product.product_ref}"
            applied.refused.append((name, row.field or "", row.reason or ""))
    verdicts = list(products.values())
    applied.new, applied.changed = verdicts.count("created"), verdicts.count("changed")
    applied.unchanged = verdicts.count("unchanged")
    return applied


def _bind(seller_id: int, channel_id: int, pairs: Sequence[Pair], merged: Merged, bound: dict[str, int]) -> None:
    """Bind what is new or stands for something else now; an unchanged product's refs only where one is not bound."""
    products, variants = {}, {}
    for (product, variant), row in zip(pairs, merged.rows, strict=True):
        if row.product != "unchanged":
            products[product.product_ref] = (row.product_id, product.product_ref, "")
        if variant is None or row.variant_id is None or row.verdict == "refused":
            continue
        if row.product != "unchanged" or bound.get(variant.variant_ref) != row.variant_id:
            variants[variant.variant_ref] = (row.variant_id, variant.variant_ref, product.product_ref)
    for kind, wanted in (("product", products), ("variant", variants)):
        if wanted:
            bind_many(seller_id=seller_id, channel_id=channel_id, kind=kind, pairs=wanted.values())
