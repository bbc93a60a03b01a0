"""How many pieces of a listing may be on sale, as SQL: one way for who computes it and who explains it.

docs/rules/stock.md has the same in prose.
"""

from __future__ import annotations

import json

from entrepot.kit.registry import connectors

UNMEASURED_S = 600  # what a storefront counts as taking to acknowledge, as long as nobody has measured it

# A listing can take levels once the marketplace has it.
TAKES = "g.live_at IS NOT NULL AND g.state IN ('live', 'update', 'queued', 'submitted', 'closing', 'failed')"

# Of the levels %(levels)s: what there is, what is held back by which buffer, and what follows. Availability is asked
# for variant by variant (OFFSET 0 keeps the planner from summing up everybody's), and each step is made once.
MADE = f"""
mine AS MATERIALIZED (
    SELECT l.id, l.desired_value, g.id AS listing_id, g.variant_id, g.storefront_id, g.seller_id, g.state,
           ({TAKES}) AS takes, w.channel_id, w.is_selling, w.connector, o.is_on_show
      FROM listings_listinglevel l
      JOIN listings_listing g ON g.id = l.listing_id
      JOIN channels_window w ON w.storefront_id = g.storefront_id
      JOIN catalog_on_show o ON o.variant_id = g.variant_id
     WHERE l.id = ANY(%(levels)s)
), goods AS MATERIALIZED (
    SELECT v.variant_id, a.variant_id IS NOT NULL AS is_told, a.available, p.per_day
      FROM (SELECT DISTINCT variant_id FROM mine) v
      LEFT JOIN LATERAL (
          SELECT x.variant_id, x.available FROM inventory_available x WHERE x.variant_id = v.variant_id OFFSET 0
      ) a ON true
      LEFT JOIN LATERAL (
          SELECT x.per_day FROM inventory_pace x WHERE x.variant_id = v.variant_id OFFSET 0
      ) p ON true
), held AS MATERIALIZED (
    SELECT m.id, coalesce(b.pieces, 0) AS pieces, coalesce(b.fraction, 0) AS fraction, coalesce(b.pace, 0) AS pace,
           coalesce(d.delay_s, {UNMEASURED_S}) AS delay_s, d.delay_s IS NOT NULL AS is_measured
      FROM mine m
      LEFT JOIN inventory_delay d ON d.storefront_id = m.storefront_id
      LEFT JOIN LATERAL (
          SELECT x.pieces, x.fraction, x.pace FROM (
              SELECT 1 AS place, h.* FROM inventory_holdback h WHERE h.seller_id = m.seller_id
                 AND h.variant_id = m.variant_id AND h.storefront_id = m.storefront_id AND h.channel_id IS NULL
              UNION ALL
              SELECT 2, h.* FROM inventory_holdback h WHERE h.seller_id = m.seller_id
                 AND h.variant_id = m.variant_id AND h.storefront_id IS NULL AND h.channel_id = m.channel_id
              UNION ALL
              SELECT 3, h.* FROM inventory_holdback h WHERE h.seller_id = m.seller_id
                 AND h.variant_id = m.variant_id AND h.storefront_id IS NULL AND h.channel_id IS NULL
              UNION ALL
              SELECT 4, h.* FROM inventory_holdback h WHERE h.seller_id = m.seller_id
                 AND h.variant_id IS NULL AND h.storefront_id = m.storefront_id AND h.channel_id IS NULL
              UNION ALL
              SELECT 5, h.* FROM inventory_holdback h WHERE h.seller_id = m.seller_id
                 AND h.variant_id IS NULL AND h.storefront_id IS NULL AND h.channel_id = m.channel_id
              UNION ALL
              SELECT 6, h.* FROM inventory_holdback h WHERE h.seller_id = m.seller_id
                 AND h.variant_id IS NULL AND h.storefront_id IS NULL AND h.channel_id IS NULL
          ) x ORDER BY x.place LIMIT 1
      ) b ON true
), made AS MATERIALIZED (
    SELECT m.id, m.takes, m.desired_value, g.is_told, g.available, h.pieces, h.fraction, h.pace, h.delay_s,
           h.is_measured, coalesce(g.per_day, 0) AS per_day,
           ceil(greatest(g.available, 0) * h.fraction) AS share,
           ceil(coalesce(g.per_day, 0) * h.delay_s * h.pace / 86400) AS cover,
           (%(most)s::jsonb ->> m.connector)::numeric AS most,  -- NULL: no limit
           CASE WHEN NOT m.is_selling THEN 'not selling'
                WHEN NOT m.is_on_show THEN 'not on show'
                WHEN m.state IN ('closing', 'closed', 'denied') THEN 'closed'
                -- What had a price and has none any more would be sold at one that is a guess.
                WHEN pr.variant_id IS NOT NULL AND pr.sale_price IS NULL AND EXISTS (
                     SELECT 1 FROM listings_listinglevel q
                      WHERE q.listing_id = m.listing_id AND q.lane = 'price' AND q.desired_value IS NOT NULL)
                THEN 'no price' ELSE '' END AS stop
      FROM mine m
      JOIN goods g ON g.variant_id = m.variant_id
      JOIN held h ON h.id = m.id
      LEFT JOIN pricing_asked pr ON pr.variant_id = m.variant_id AND pr.storefront_id = m.storefront_id
), target AS MATERIALIZED (
    SELECT made.*,
           CASE WHEN stop <> '' THEN 0
                -- (greatest() would make 0 of NULL)
                WHEN available IS NULL THEN CASE WHEN is_told AND desired_value IS NOT NULL THEN 0 END
                ELSE least(greatest(0, available - pieces - share - cover), most)
           END AS value
      FROM made
)"""


def most_there() -> str:
    """JSON of connector → the most pieces that it keeps; what keeps any number is left out."""
    return json.dumps({slug: spec.most_stock for slug, spec in connectors().items() if spec.most_stock is not None})
