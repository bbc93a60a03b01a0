"""The views that catalog publishes: what may be shown to buyers, and what kits are made of."""

from django.db import migrations

ON_SHOW = """
CREATE VIEW catalog_on_show AS
SELECT v.id AS variant_id, v.is_published AND p.state NOT IN ('rejected', 'archived') AS is_on_show
  FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
"""
# A part that shares stock is one piece of what it shares; two parts of a kit that share the same are taken together.
PART = """
CREATE VIEW catalog_part AS
SELECT c.kit_id, coalesce(s.part_id, c.part_id) AS part_id,
       sum(c.quantity * coalesce(s.quantity, 1))::int AS quantity
  FROM catalog_component c
  LEFT JOIN (catalog_component s JOIN catalog_variant pool ON pool.id = s.part_id AND pool.is_pool)
    ON s.kit_id = c.part_id
 GROUP BY c.kit_id, coalesce(s.part_id, c.part_id)
"""
KIT = "CREATE VIEW catalog_kit AS SELECT kit_id AS variant_id FROM catalog_component"


class Migration(migrations.Migration):
    replaces = [("catalog", "0006_publish_views"), ("catalog", "0008_parts_through_shared_stock")]
    dependencies = [("catalog", "0001_schema")]
    operations = [
        migrations.RunSQL(ON_SHOW, "DROP VIEW catalog_on_show"),
        migrations.RunSQL(PART, "DROP VIEW catalog_part"),
        migrations.RunSQL(KIT, "DROP VIEW catalog_kit"),
    ]
