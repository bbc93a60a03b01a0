"""The views that inventory publishes: availability of one variant, kits included."""

from django.db import migrations

OWN = """
CREATE VIEW inventory_own_available AS
SELECT s.variant_id,
       (CASE WHEN bool_or(s.on_hand IS NULL) THEN NULL ELSE sum(s.on_hand) END)::int
       - coalesce((SELECT sum(r.quantity) FROM inventory_reservation r
                    WHERE r.variant_id = s.variant_id AND r.state = 'held'), 0)::int AS available
  FROM inventory_stocklevel s
 GROUP BY s.variant_id
"""

ALL = """
CREATE VIEW inventory_available AS
SELECT o.variant_id, o.available FROM inventory_own_available o
 WHERE NOT EXISTS (SELECT 1 FROM catalog_component c WHERE c.kit_id = o.variant_id)
UNION ALL
SELECT c.kit_id,
       (CASE WHEN bool_or(o.available IS NULL) THEN NULL ELSE min(floor(o.available::numeric / c.quantity)) END)::int
  FROM catalog_component c LEFT JOIN inventory_own_available o ON o.variant_id = c.part_id
 GROUP BY c.kit_id
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial"), ("catalog", "0001_initial")]
    operations = [
        migrations.RunSQL(OWN, "DROP VIEW inventory_own_available"),
        migrations.RunSQL(ALL, "DROP VIEW inventory_available"),
    ]
