"""On hand as told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from entrepot.core.acting import who_acts
from entrepot.events.services import mark_dirty

# A reading that began before the last one, or before the store took an order of ours, knows less than we do: it is
# thrown away. What a complete pass left unchanged was not written, so the pass's own beginning counts too. A store
# that does not count leaves alone what a person or a file said. Rows are taken in variant order, so that two writers
# never wait for each other in a circle.
_UPSERT = """
INSERT INTO inventory_stocklevel AS s (seller_id, variant_id, location, on_hand, read_at, source, channel_id, why, "by")
SELECT %(seller)s, t.variant_id, %(location)s, t.on_hand, %(began)s, %(source)s, %(channel)s, 'told', %(by)s
  FROM unnest(%(variants)s::bigint[], %(on_hands)s::int[]) AS t(variant_id, on_hand)
 ORDER BY t.variant_id
ON CONFLICT (variant_id, location) DO UPDATE
   SET on_hand = excluded.on_hand, read_at = excluded.read_at, source = excluded.source,
       channel_id = excluded.channel_id, why = excluded.why, "by" = excluded."by"
 WHERE greatest(s.read_at, s.moved_at) <= excluded.read_at AND s.on_hand IS DISTINCT FROM excluded.on_hand
   AND (excluded.on_hand IS NOT NULL OR s.source = excluded.source)
   AND excluded.read_at >= coalesce(
       (SELECT max(p.began_at) FROM inventory_stockpass p WHERE p.channel_id = excluded.channel_id), excluded.read_at)
RETURNING s.variant_id
"""


# An older pass that ends late takes nothing back.
_FINISHED = """
INSERT INTO inventory_stockpass AS p (seller_id, channel_id, began_at) VALUES (%(seller)s, %(channel)s, %(began)s)
ON CONFLICT (channel_id) DO UPDATE SET began_at = greatest(p.began_at, excluded.began_at)
"""


def record_readings(
    *, seller_id: int, readings: Sequence[tuple[int, int | None]], began_at: datetime,
    source: str = "store", location: str = "store", channel_id: int | None = None,
) -> list[int]:  # fmt: skip
    """Keep (variant id, pieces on hand or None for unknown) as read from ``began_at`` on; ids that changed.

    ``channel_id``: the store that told it; what began before its last complete pass is old. None: a person or a file.

    One statement, whatever the number. Negative is kept as told. None takes away what the same source said before.
    What changed is marked for new levels.
    """
    latest = dict(readings)
    if not latest:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            {
                "seller": seller_id, "location": location, "began": began_at, "source": source, "channel": channel_id,
                "variants": list(latest), "on_hands": list(latest.values()),
                "by": "" if source == "store" else who_acts()[:150],
            },
        )  # fmt: skip
        changed = [row[0] for row in cursor.fetchall()]
        mark_dirty(kind="stock", subject_ids=changed)
    return changed


def record_pass(*, seller_id: int, channel_id: int, began_at: datetime) -> None:
    """A complete reading of a store that began then has been applied: what began earlier is old from now on."""
    with connection.cursor() as cursor:
        cursor.execute(_FINISHED, {"seller": seller_id, "channel": channel_id, "began": began_at})
