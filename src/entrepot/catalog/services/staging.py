"""The relation in which products wait to be merged: one row a variant, filled by COPY, gone with the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from .columns import PRODUCT, VARIANT

STAGING = "catalog_staged"

_KEYS = {
    "row_no": "int PRIMARY KEY",  # its order in the page or file; the verdict names it
    "seller_id": "bigint NOT NULL",
    "product_ref": "text NOT NULL",  # rows of one product have the same, and the same digest
    "digest": "text NOT NULL",  # of the whole product, its variants included
    "modified_at": "timestamptz",  # by the source's clock
    "has_variant": "boolean NOT NULL",  # False: a row for the product alone
    "variant_ref": "text",
    "bound_id": "bigint",  # our variant that this ref stood for so far; null: none
    "sku": "text",
}
COLUMNS = (*_KEYS, *(f"product_{name}" for name in PRODUCT), *VARIANT)


def _create() -> str:
    told = {**_KEYS, **{f"product_{n}": t for n, (t, _) in PRODUCT.items()}, **{n: t for n, (t, _) in VARIANT.items()}}
    columns = ", ".join(f"{name} {kind}" for name, kind in told.items())
    return f"CREATE TEMP TABLE IF NOT EXISTS {STAGING} ({columns}) ON COMMIT DELETE ROWS"


def stage(*, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Fill the staging relation anew; its name. Call it in the transaction that merges.

    ``columns`` are some of ``COLUMNS``; JSON is given as text. The columns of the product are read from the first row
    of each product: the others may leave them out.

    Raises:
        DataError: a value that its column cannot hold.
    """
    if unknown := set(columns) - set(COLUMNS):
        raise ValueError(f"not columns of {STAGING}: {', '.join(sorted(unknown))}")
    with connection.cursor() as cursor:
        cursor.execute(_create())
        cursor.execute(f"DELETE FROM {STAGING}")
        into = f"COPY {STAGING} ({', '.join(columns)}) FROM STDIN"
        with connection.wrap_database_errors, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)
        # A planner that does not know how many rows there are compares each with each.
        cursor.execute(f"ANALYZE {STAGING} (row_no, seller_id, product_ref, sku, bound_id)")
    return STAGING
