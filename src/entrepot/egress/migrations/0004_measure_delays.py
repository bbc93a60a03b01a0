"""Settled requests are found by storefront: how long each took is measured."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("egress", "0003_turns")]
    operations = [
        migrations.AddIndex(
            "pushbatch",
            models.Index(
                condition=models.Q(("capability", "push_offers"), ("state", "settled")),
                fields=["storefront", "settled_at"],
                name="batch_delay",
            ),
        ),
    ]
