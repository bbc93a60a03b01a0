"""What a person has to know of an order, by kind; read once from the one text that it was."""

from django.db import migrations, models

_KINDS = """
UPDATE orders_order SET troubles = jsonb_build_object(CASE
    WHEN failure LIKE 'the store no longer wants it%' THEN 'undone'
    WHEN failure LIKE 'cancelled by the marketplace%' THEN 'cancel'
    WHEN failure LIKE 'pieces were cancelled by the marketplace%' THEN 'part'
    WHEN failure LIKE 'the store''s total differs%' THEN 'total'
    WHEN failure LIKE 'waybill %' THEN 'waybills'
    ELSE 'push' END, failure)
WHERE failure <> ''
"""
_TEXT = """
UPDATE orders_order SET failure = (SELECT string_agg(value, '; ') FROM jsonb_each_text(troubles)) WHERE troubles <> '{}'
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_waybills_and_splits")]
    operations = [
        migrations.AddField("order", "troubles", models.JSONField(blank=True, db_default={}, default=dict)),
        migrations.RunSQL(_KINDS, _TEXT),
        migrations.RemoveField("order", "failure"),
    ]
