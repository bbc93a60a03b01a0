"""Merge staged products into the catalogue: by sets, in a number of statements that no number of rows changes."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from entrepot.catalog.models import Product, Variant
from entrepot.events.services import mark_dirty, move_many

from ..states import PRODUCT
from . import statements
from .columns import CONTENT_FIELDS
from .columns import PRODUCT as PRODUCT_COLUMNS
from .columns import VARIANT as VARIANT_COLUMNS


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a staged row: created, changed, unchanged, or refused with the field and the reason.

    ``product`` says it of its product as a whole; ``variant_id`` is None for a refused row, or one of a product alone.
    """

    row_no: int
    product_id: int
    variant_id: int | None
    verdict: str
    product: str
    field: str | None
    reason: str | None


@dataclass(slots=True)
class Merged:
    """A verdict a row, in their order; and the products that are told otherwise than before."""

    rows: list[Verdict] = field(default_factory=list)
    told: list[int] = field(default_factory=list)


def merge_products(
    *, staging: str, seller_id: int, channel_id: int, told: Collection[str], at: datetime, source: str = "store"
) -> Merged:
    """Bring what ``staging`` (see ``staging.COLUMNS``) holds into products and variants; only what differs is written.

    Products are known by the channel and their ref, variants by their SKU. A record that has the digest of the last one
    applied costs one comparison. A field that somebody else owns is left alone; content that changed on an approved
    product moves it to ``changed``; new and changed variants are marked for new content and stock. Rows of all
    transactions lock products, then variants, by primary key.

    Args:
        told: the columns that the source speaks of, as ``product_title`` or ``title``; others stay as they are.
    """
    known = {*(f"product_{n}" for n in PRODUCT_COLUMNS), *VARIANT_COLUMNS}
    if unknown := set(told) - known:
        raise ValueError(f"no columns of a product or variant: {', '.join(sorted(unknown))}")
    given = {
        "channel": channel_id, "at": at, "start": PRODUCT.start,
        "stamp": json.dumps({"source": source, "at": at.isoformat()}),
    }  # fmt: skip
    merged = Merged()
    with transaction.atomic(), connection.cursor() as cursor:
        run = _Runner(cursor, connection.ops.quote_name(staging), given)
        run(statements.VERDICTS)
        run("DELETE FROM catalog_verdict")
        run(statements.COMPARE)
        if run(statements.PENDING)[0][0]:
            run(statements.ANALYZE)
            merged.told = _merge(run, seller_id, frozenset(told), at)
        merged.rows = [Verdict(*row) for row in run(statements.ANSWER)]
        if any(row.verdict == "refused" for row in merged.rows):
            run(statements.FORGET)
        _mark(seller_id, merged)
    return merged


@dataclass(frozen=True, slots=True)
class _Runner:
    cursor: Any
    staging: str
    given: dict[str, Any]

    def __call__(self, statement: str) -> list[tuple[Any, ...]]:
        self.cursor.execute(statement.replace("{staged}", self.staging), self.given)
        return self.cursor.fetchall() if self.cursor.description else []


def _merge(run: _Runner, seller_id: int, told: frozenset[str], at: datetime) -> list[int]:
    """What differs; the ids of products of which the source says something else than before."""
    of_product = {n for n in PRODUCT_COLUMNS if f"product_{n}" in told}
    run(statements.LOCK_PRODUCTS)
    run(statements.insert_products(of_product))
    written = run(statements.update_products(of_product))
    reopened = [i for i, state, changed in written if state == "approved" and CONTENT_FIELDS & set(changed)]
    if reopened:
        rows = Product.objects.for_seller(seller_id).filter(id__in=reopened)
        move_many(rows, PRODUCT, "change", actor="store", at=at)
    run(statements.LOCK_VARIANTS)
    run(statements.MATCH)
    run(statements.insert_variants(told))
    run(statements.update_variants(told))
    return sorted(i for i, _, changed in written if changed)


def _mark(seller_id: int, merged: Merged) -> None:
    touched = {r.variant_id for r in merged.rows if r.verdict == "changed" and r.variant_id}
    fresh = {r.variant_id for r in merged.rows if r.verdict == "created" and r.variant_id}
    mark_dirty(kind="content", subject_ids=sorted(fresh | touched | variants_of(seller_id, merged.told)))
    # What left the shop window, or came back, is another stock to publish.
    mark_dirty(kind="stock", subject_ids=sorted(touched))


def variants_of(seller_id: int, product_ids: Collection[int]) -> set[int]:
    """Ids of all variants of these products."""
    if not product_ids:
        return set()
    return set(Variant.objects.for_seller(seller_id).filter(product_id__in=product_ids).values_list("id", flat=True))
