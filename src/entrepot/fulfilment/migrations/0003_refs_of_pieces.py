"""What a channel calls pieces in each package, and the waybill of a seller who ships."""

from django.db import migrations, models

COPY = """
UPDATE fulfilment_packageline p SET line_ref = l.line_ref FROM orders_line l WHERE l.id = p.line_id
"""


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0002_initial"), ("orders", "0002_waybills_and_splits")]
    operations = [
        migrations.AddField(
            model_name="package", name="own_tracking_ref", field=models.CharField(blank=True, max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="packageline", name="line_ref", field=models.CharField(max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="packageline", name="package_line_once"),
        migrations.AddConstraint(
            model_name="packageline",
            constraint=models.UniqueConstraint(fields=("package", "line_ref"), name="package_line_once"),
        ),
    ]
