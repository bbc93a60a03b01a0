"""The views that catalog publishes: what may be shown to buyers, and what kits are made of."""

from django.db import migrations

ON_SHOW = """
CREATE VIEW catalog_on_show AS
SELECT v.id AS variant_id, v.is_published AND p.state NOT IN ('rejected', 'archived') AS is_on_show
  FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
"""
PART = """
CREATE VIEW catalog_part AS
SELECT kit_id, part_id, quantity FROM catalog_component
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_shared_stock")]
    operations = [
        migrations.RunSQL(ON_SHOW, "DROP VIEW catalog_on_show"),
        migrations.RunSQL(PART, "DROP VIEW catalog_part"),
    ]
