"""What a kit takes from stock: the shared stock in place of parts that share it."""

from django.db import migrations

# A part that shares stock is one piece of what it shares; two parts of a kit that share the same are taken together.
THROUGH = """
CREATE OR REPLACE VIEW catalog_part AS
SELECT c.kit_id, coalesce(s.part_id, c.part_id) AS part_id,
       sum(c.quantity * coalesce(s.quantity, 1))::int AS quantity
  FROM catalog_component c
  LEFT JOIN (catalog_component s JOIN catalog_variant pool ON pool.id = s.part_id AND pool.is_pool)
    ON s.kit_id = c.part_id
 GROUP BY c.kit_id, coalesce(s.part_id, c.part_id)
"""
KITS = "CREATE VIEW catalog_kit AS SELECT kit_id AS variant_id FROM catalog_component"
AS_IT_IS = "CREATE OR REPLACE VIEW catalog_part AS SELECT kit_id, part_id, quantity FROM catalog_component"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_full_pass")]
    operations = [migrations.RunSQL(THROUGH, AS_IT_IS), migrations.RunSQL(KITS, "DROP VIEW catalog_kit")]
