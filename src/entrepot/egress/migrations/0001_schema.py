"""The tables of egress."""

import django.db.models.deletion
import django.db.models.functions.datetime
import entrepot.core.clock
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("egress", "0001_initial"),
        ("egress", "0002_initial"),
        ("egress", "0003_turns"),
        ("egress", "0004_measure_delays"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        ("channels", "0001_schema"),
        ("listings", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="PushBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim_no", models.BigIntegerField(db_default=0, default=0)),
                ("claimed_by", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                (
                    "not_before",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=entrepot.core.clock.now
                    ),
                ),
                ("attempts", models.IntegerField(db_default=0, default=0)),
                ("last_error", models.TextField(blank=True, db_default="", default="")),
                ("capability", models.CharField(max_length=24)),
                ("state", models.CharField(default="planned", max_length=12)),
                ("batch_ref", models.CharField(blank=True, max_length=120)),
                ("item_count", models.IntegerField()),
                ("failed_count", models.IntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("polls", models.IntegerField(default=0)),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="channels.channel")),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "storefront",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="channels.storefront"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PushItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("listing_ref", models.CharField(max_length=60)),
                ("sent", models.JSONField(default=dict)),
                ("is_ok", models.BooleanField(null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="egress.pushbatch"
                    ),
                ),
                ("listing", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="listings.listing")),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Outlet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim_no", models.BigIntegerField(db_default=0, default=0)),
                ("claimed_by", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                (
                    "not_before",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=entrepot.core.clock.now
                    ),
                ),
                ("attempts", models.IntegerField(db_default=0, default=0)),
                ("last_error", models.TextField(blank=True, db_default="", default="")),
                ("lane", models.CharField(max_length=8)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "storefront",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="channels.storefront"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["lane", "seller", "not_before", "id"], name="outlet_turns")],
                "constraints": [
                    models.UniqueConstraint(fields=("storefront", "lane"), name="outlet_once_per_lane"),
                    models.CheckConstraint(
                        condition=models.Q(("lane__in", ["offers", "content"])), name="outlet_lane_known"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="pushbatch",
            index=models.Index(
                condition=models.Q(("state__in", ["planned", "submitted", "polling", "unknown"])),
                fields=["seller", "not_before", "id"],
                name="batch_open_fair",
            ),
        ),
        migrations.AddIndex(
            model_name="pushbatch",
            index=models.Index(
                condition=models.Q(("capability", "push_offers"), ("state", "settled")),
                fields=["storefront", "settled_at"],
                name="batch_delay",
            ),
        ),
        migrations.AddConstraint(
            model_name="pushbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["failed", "planned", "polling", "settled", "submitted", "unknown"])),
                name="batch_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="pushitem",
            constraint=models.UniqueConstraint(fields=("batch", "listing"), name="push_item_once_per_batch"),
        ),
    ]
