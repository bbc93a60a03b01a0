"""Whether a person took a product off sale, apart from where it is on its way to approval."""

from django.db import migrations, models

OFF = "UPDATE catalog_product SET is_off = true WHERE state IN ('rejected', 'archived')"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_parts_through_shared_stock")]
    operations = [
        migrations.AddField("product", "is_off", models.BooleanField(db_default=False, default=False)),
        migrations.RunSQL(OFF, migrations.RunSQL.noop),
    ]
