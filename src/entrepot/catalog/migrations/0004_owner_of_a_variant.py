import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_store_category")]

    operations = [
        migrations.RemoveConstraint(model_name="fieldowner", name="field_owner_once"),
        migrations.AddField(
            model_name="fieldowner",
            name="variant",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="catalog.variant"
            ),
        ),
        migrations.AddConstraint(
            model_name="fieldowner",
            constraint=models.UniqueConstraint(
                fields=("channel", "product", "variant", "field"), name="field_owner_once", nulls_distinct=False
            ),
        ),
    ]
