"""The youngest news of each package of an order."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_cancelled_total")]
    operations = [
        migrations.AddField("order", "parts", models.JSONField(blank=True, db_default={}, default=dict)),
    ]
