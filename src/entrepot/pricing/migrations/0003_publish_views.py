"""The view that pricing publishes: what a buyer is asked on a storefront; NULL where no price can be made."""

from django.db import migrations

ASKED = """
CREATE VIEW pricing_asked AS
SELECT variant_id, storefront_id, sale_price, list_price FROM pricing_price
"""


class Migration(migrations.Migration):
    dependencies = [("pricing", "0002_base_price_unknown")]
    operations = [
        migrations.RunSQL(ASKED, "DROP VIEW pricing_asked"),
    ]
