"""What a person has accepted; four facts that the parts tell are no fields any more. Their columns go once no worker of
before is left.
"""

from __future__ import annotations

from django.db import migrations, models

_FILLED = "ALTER TABLE orders_order ALTER COLUMN {0} SET DEFAULT '[]'::jsonb"
_PLAIN = "ALTER TABLE orders_order ALTER COLUMN {0} DROP DEFAULT"


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_by_parts")]
    operations = [
        migrations.AddField("order", "accepted", models.CharField(blank=True, db_default="", default="", max_length=16)),
        migrations.RunSQL(_FILLED.format("told_refs"), _PLAIN.format("told_refs")),
        migrations.RunSQL(_FILLED.format("replaced_refs"), _PLAIN.format("replaced_refs")),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField("order", "counted"),
                migrations.RemoveField("order", "told_refs"),
                migrations.RemoveField("order", "replaced_refs"),
                migrations.RemoveField("order", "empty_refs"),
            ]
        ),
    ]
