"""What passes over storefronts found otherwise than acknowledged."""

import django.db.models.deletion
from django.db import migrations, models


def _count() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("channels", "0005_publish_views"), ("listings", "0005_is_there")]
    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField()),
                ("compared", _count()),
                ("stock_otherwise", _count()),
                ("stock_lower", _count()),
                ("price_otherwise", _count()),
                ("ended_at", models.DateTimeField(null=True)),
                ("last_compared", _count()),
                ("last_stock_otherwise", _count()),
                ("last_stock_lower", _count()),
                ("last_price_otherwise", _count()),
                ("last_unseen", _count()),
                ("drift_ever", models.BigIntegerField(default=0)),
                ("seller", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller")),
                ("storefront", models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, to="channels.storefront")),
            ],
            options={"abstract": False},
        ),
    ]  # fmt: skip
