"""How long a storefront takes to acknowledge stock and prices, measured from our own requests."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import connection

from entrepot.inventory import services as inventory

# The last hundred settled requests of a day. 95 of 100 were answered within: the mean would be short half of the time.
_MEASURE = """
SELECT b.seller_id, b.storefront_id,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM b.settled_at - b.made_at)), count(*)
  FROM (SELECT seller_id, storefront_id, settled_at, made_at,
               row_number() OVER (PARTITION BY storefront_id ORDER BY id DESC) AS n
          FROM egress_pushbatch
         WHERE capability = 'push_offers' AND state = 'settled' AND settled_at > %(at)s - interval '1 day') b
 WHERE b.n <= 100
 GROUP BY b.seller_id, b.storefront_id
 ORDER BY b.storefront_id
"""


def measure_delays(*, at: datetime) -> list[int]:
    """Measure every storefront that was sent something in the last day; ids of variants whose stock may follow."""
    with connection.cursor() as cursor:
        cursor.execute(_MEASURE, {"at": at})
        found = {(s, f): (Decimal(str(round(seconds, 1))), count) for s, f, seconds, count in cursor.fetchall()}
    return inventory.record_delays(delays=found, at=at)
