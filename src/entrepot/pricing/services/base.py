"""What the seller asks at home."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from entrepot.core.acting import who_acts
from entrepot.events.services import mark_dirty

# What numeric(18, 6) holds and is not zero.
_LEAST, _BELOW = Decimal("0.000001"), Decimal(10) ** 12

# No price, or one that cannot be, takes away what the same source said before, and leaves alone what another one did.
# Rows are taken in variant order, so that two writers never wait for each other in a circle.
_SET = """
INSERT INTO pricing_baseprice
       (seller_id, variant_id, regular, sale, refused, currency, is_tax_included, source, "by", set_at)
SELECT %(seller)s, t.variant_id, t.regular, CASE WHEN t.regular IS NOT NULL THEN t.sale END, t.refused, %(currency)s,
       %(taxed)s, %(source)s, %(by)s, %(at)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS t(variant_id bigint, regular numeric, sale numeric, refused text)
  LEFT JOIN pricing_baseprice b ON b.variant_id = t.variant_id
 WHERE CASE WHEN t.regular IS NOT NULL
            THEN (b.regular, b.sale, b.currency, b.is_tax_included)
                 IS DISTINCT FROM (t.regular, t.sale, %(currency)s, %(taxed)s)
            WHEN b.variant_id IS NULL THEN t.refused <> ''
            ELSE b.source = %(source)s AND (b.regular IS NOT NULL OR b.refused <> t.refused) END
   AND (b.set_at IS NULL OR b.set_at <= %(at)s)
 ORDER BY t.variant_id
ON CONFLICT (variant_id) DO UPDATE
   SET regular = excluded.regular, sale = excluded.sale, refused = excluded.refused, currency = excluded.currency,
       is_tax_included = excluded.is_tax_included, source = excluded.source, set_at = excluded.set_at,
       "by" = excluded."by"
 WHERE pricing_baseprice.set_at <= excluded.set_at
   AND (excluded.regular IS NOT NULL OR pricing_baseprice.source = excluded.source)
RETURNING variant_id"""


def set_base_prices(
    *, seller_id: int, rows: Iterable[tuple[int, Decimal | None, Decimal | None]], currency: str, is_tax_included: bool,
    source: str = "store", at: datetime,
) -> list[int]:  # fmt: skip
    """Keep (variant id, regular or None, sale or None) base prices; ids that changed. Only what differs is written.

    None as regular price: the source gives none. What it said before is unknown from now on, never a guess; what a
    person or a file said stays, and so does what was told later than ``at``, when this reading began. A regular or sale
    price of zero or less, or beyond all measure, is no price either, and what was given is kept in ``refused``. One
    statement, whatever the number.
    """
    wanted = {variant: _wanted(variant, regular, sale, currency) for variant, regular, sale in rows}
    if not wanted:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _SET,
            {
                "seller": seller_id, "currency": currency, "taxed": is_tax_included, "source": source, "at": at,
                "rows": json.dumps(list(wanted.values()), default=str),
                "by": "" if source == "store" else who_acts()[:150],
            },
        )  # fmt: skip
        changed = [row[0] for row in cursor.fetchall()]
        mark_dirty(kind="price", subject_ids=changed)
    return changed


def _wanted(variant_id: int, regular: Decimal | None, sale: Decimal | None, currency: str) -> dict[str, Any]:
    """A row of the statement. A sale price without a regular one is not told apart from none."""
    given = [
        f"{value:f} {currency} as {name} price"
        for name, value in (("regular", regular), ("sale", None if regular is None else sale))
        if value is not None and not _LEAST <= value < _BELOW
    ]
    is_price = regular is not None and not given
    return {
        "variant_id": variant_id, "regular": regular if is_price else None, "sale": sale if is_price else None,
        "refused": " and ".join(given),
    }  # fmt: skip
