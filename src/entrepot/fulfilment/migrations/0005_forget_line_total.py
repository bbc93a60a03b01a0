"""What the buyer pays for pieces of a package is kept with its order; the column goes once no worker of before is left."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0004_package_line_total")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("packageline", "total")]),
    ]
