"""What is held back, and the measures that a buffer by pace is made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from entrepot.catalog import queries as catalog
from entrepot.core.errors import Invalid
from entrepot.events.services import mark_dirty

from ..models import Buffer

_MOST_PACE = 100

# The busier of the last day and the average of the last seven: goods that begin to sell are held back for at once. What
# was cancelled was no sale.
_MEASURE = """
WITH sold AS (
    SELECT seller_id, variant_id,
           round(greatest(sum(quantity) FILTER (WHERE made_at > %(at)s - interval '1 day'), sum(quantity) / 7.0), 2)
           AS per_day
      FROM inventory_reservation
     WHERE made_at > %(at)s - interval '7 days' AND made_at <= %(at)s AND state <> 'released'
     GROUP BY seller_id, variant_id
), gone AS (
    DELETE FROM inventory_salespace p WHERE NOT EXISTS (SELECT 1 FROM sold WHERE sold.variant_id = p.variant_id)
    RETURNING seller_id, variant_id
), moved AS (
    INSERT INTO inventory_salespace AS p (seller_id, variant_id, per_day, measured_at)
    SELECT seller_id, variant_id, per_day, %(at)s FROM sold ORDER BY variant_id
    ON CONFLICT (variant_id) DO UPDATE SET per_day = excluded.per_day, measured_at = excluded.measured_at
     WHERE p.per_day <> excluded.per_day
    RETURNING seller_id, variant_id
)
SELECT m.variant_id FROM (SELECT * FROM gone UNION ALL SELECT * FROM moved) m
 WHERE EXISTS (SELECT 1 FROM inventory_buffer b WHERE b.seller_id = m.seller_id AND b.pace > 0)
 ORDER BY m.variant_id
"""

# A delay that wavers by less than a tenth is the same.
_DELAYS = """
INSERT INTO inventory_channeldelay AS d (seller_id, storefront_id, delay_s, request_count, measured_at)
SELECT t.seller_id, t.storefront_id, t.delay_s, t.request_count, %(at)s
  FROM unnest(%(sellers)s::bigint[], %(fronts)s::bigint[], %(delays)s::numeric[], %(counts)s::int[])
       AS t(seller_id, storefront_id, delay_s, request_count)
 ORDER BY t.storefront_id
ON CONFLICT (storefront_id) DO UPDATE
   SET delay_s = excluded.delay_s, request_count = excluded.request_count, measured_at = excluded.measured_at
 WHERE abs(d.delay_s - excluded.delay_s) > 0.1 * d.delay_s
RETURNING seller_id
"""
_COVERED = """
SELECT p.variant_id FROM inventory_salespace p
 WHERE p.seller_id = ANY(%(sellers)s)
   AND EXISTS (SELECT 1 FROM inventory_buffer b WHERE b.seller_id = p.seller_id AND b.pace > 0)
 ORDER BY p.variant_id
"""


def set_buffer(
    *, seller_id: int, pieces: int = 0, fraction: Decimal = Decimal(0), pace: Decimal = Decimal(0),
    storefront_id: int | None = None, channel_id: int | None = None, variant_id: int | None = None,
) -> Buffer:  # fmt: skip
    """Hold back ``pieces``, ``fraction`` of what there is, and ``pace`` times what sells while the channel learns of a
    change; on one storefront, one channel or all, for one variant or all.

    Raises:
        Invalid: a number out of its range, or both a storefront and a channel.
    """
    if pieces < 0 or not 0 <= fraction <= 1:
        raise Invalid("buffer", "pieces", "must be zero or more, and the fraction from 0 to 1")
    if not 0 <= pace <= _MOST_PACE:
        raise Invalid("buffer", "pace", f"must be from 0 to {_MOST_PACE}, not {pace}")
    if storefront_id is not None and channel_id is not None:
        raise Invalid("buffer", "channel_id", "must be left out where a storefront is given: it belongs to one channel")
    with transaction.atomic():
        row, _ = Buffer.objects.system().update_or_create(
            seller_id=seller_id, storefront_id=storefront_id, channel_id=channel_id, variant_id=variant_id,
            defaults={"pieces": pieces, "fraction": fraction, "pace": pace},
        )  # fmt: skip
        mark_dirty(
            kind="stock", subject_ids=catalog.variant_ids(seller_id=seller_id) if variant_id is None else [variant_id]
        )
    return row


def measure_paces(*, at: datetime) -> list[int]:
    """How fast every variant sells, measured again; ids of those whose published stock may follow. One statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MEASURE, {"at": at})
        changed = [row[0] for row in cursor.fetchall()]
        mark_dirty(kind="stock", subject_ids=changed)
    return changed


def record_delays(*, delays: Mapping[tuple[int, int], tuple[Decimal, int]], at: datetime) -> list[int]:
    """Keep how long storefronts take to acknowledge; ids of variants whose published stock may follow.

    Args:
        delays: (seller id, storefront id) → (seconds, of how many requests they were measured).
    """
    if not delays:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        values = {
            "sellers": [s for s, _ in delays], "fronts": [f for _, f in delays],
            "delays": [d for d, _ in delays.values()], "counts": [n for _, n in delays.values()], "at": at,
        }  # fmt: skip
        cursor.execute(_DELAYS, values)
        sellers = sorted({row[0] for row in cursor.fetchall()})
        cursor.execute(_COVERED, {"sellers": sellers})
        covered = [row[0] for row in cursor.fetchall()]
        mark_dirty(kind="stock", subject_ids=covered)
    return covered
