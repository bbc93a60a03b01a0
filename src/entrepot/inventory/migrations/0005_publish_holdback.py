"""The view of what is held back: a NULL storefront or variant means any."""

from django.db import migrations

HOLDBACK = """
CREATE VIEW inventory_holdback AS
SELECT seller_id, storefront_id, variant_id, pieces, fraction FROM inventory_buffer
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_who_told_the_stock")]
    operations = [
        migrations.RunSQL(HOLDBACK, "DROP VIEW inventory_holdback"),
    ]
