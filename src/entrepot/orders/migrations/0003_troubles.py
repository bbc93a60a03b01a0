"""What a person has to know of an order, by kind. The one text that it was stays for workers of before, with a default."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_waybills_and_splits")]
    operations = [
        migrations.AddField("order", "troubles", models.JSONField(blank=True, db_default={}, default=dict)),
        migrations.AlterField("order", "failure", models.TextField(blank=True, db_default="")),
        migrations.AddField("order", "counted", models.JSONField(blank=True, db_default={}, default=dict)),
        migrations.AddField("order", "empty_refs", models.JSONField(blank=True, db_default=[], default=list)),
        migrations.AddField(
            "order", "storefront_code", models.CharField(blank=True, db_default="", default="", max_length=24)
        ),
    ]
