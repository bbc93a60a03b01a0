"""Troubles by kind, read from the one text that they were; what each order counts to, and where it was bought."""

from django.db import migrations

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
# What was counted so far cannot be told apart by package any more: it stands under no name, and a package that is told
# after its successors takes its place.
_COUNTED = """
UPDATE orders_order SET counted = jsonb_build_object('', jsonb_build_object(
    'origins', replaced_refs, 'amounts', jsonb_build_array(
        gross::text, seller_discount::text, channel_discount::text, shipping::text, total::text, difference::text)))
WHERE told_refs <> '[]'
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_troubles")]
    operations = [
        migrations.RunSQL(_KINDS, migrations.RunSQL.noop),
        migrations.RunSQL(_COUNTED, migrations.RunSQL.noop),
    ]
