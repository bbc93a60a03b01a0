"""Availability of a kit follows its parts to the stock that they share."""

from importlib import import_module

from django.db import migrations

# OFFSET 0 keeps each part's stock a question of its own: otherwise that of every variant is summed up first.
THROUGH = """
CREATE OR REPLACE VIEW inventory_available AS
SELECT o.variant_id, o.available FROM inventory_own_available o
 WHERE NOT EXISTS (SELECT 1 FROM catalog_kit k WHERE k.variant_id = o.variant_id)
UNION ALL
SELECT c.kit_id,
       (CASE WHEN bool_or(o.available IS NULL) THEN NULL ELSE min(floor(o.available::numeric / c.quantity)) END)::int
  FROM catalog_part c
  LEFT JOIN LATERAL (SELECT own.available FROM inventory_own_available own WHERE own.variant_id = c.part_id OFFSET 0) o
    ON true
 GROUP BY c.kit_id
"""
BEFORE = import_module("entrepot.inventory.migrations.0002_available").ALL.replace("CREATE", "CREATE OR REPLACE", 1)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_publish_holdback"), ("catalog", "0008_parts_through_shared_stock")]
    operations = [migrations.RunSQL(THROUGH, BEFORE)]
