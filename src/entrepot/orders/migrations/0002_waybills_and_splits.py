"""Waybills that the store's order carries, pieces told in parts, and what a person typed."""

from django.db import migrations, models


def _added(model: str, name: str, field: models.Field) -> migrations.AddField:
    return migrations.AddField(model_name=model, name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        _added("line", "split_refs", models.JSONField(blank=True, default=list)),
        _added("order", "replaced_refs", models.JSONField(blank=True, default=list)),
        _added("order", "told_refs", models.JSONField(blank=True, default=list)),
        migrations.AddField(
            model_name="order", name="store_waybills", field=models.CharField(blank=True, max_length=300, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="order", name="waybills", field=models.CharField(blank=True, max_length=300, default=""),
            preserve_default=False,
        ),
        _added("party", "typed", models.JSONField(blank=True, default=list)),
    ]
