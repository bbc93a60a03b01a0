"""The tables of fulfilment."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("fulfilment", "0001_initial"),
        ("fulfilment", "0002_initial"),
        ("fulfilment", "0003_refs_of_pieces"),
        ("fulfilment", "0004_package_line_total"),
        ("fulfilment", "0005_forget_line_total"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        ("channels", "0001_schema"),
        ("documents", "0001_schema"),
        ("orders", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Package",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("package_ref", models.CharField(max_length=64)),
                ("state", models.CharField(default="awaiting", max_length=20)),
                ("their_status", models.CharField(max_length=40)),
                ("modified_at", models.DateTimeField()),
                ("ship_by", models.DateTimeField(blank=True, null=True)),
                ("pays_carriage", models.CharField(default="channel", max_length=8)),
                ("tracking_ref", models.CharField(blank=True, max_length=64)),
                ("own_tracking_ref", models.CharField(blank=True, max_length=64)),
                ("tracking_url", models.TextField(blank=True)),
                ("carrier", models.CharField(blank=True, max_length=80)),
                ("invoice_number", models.CharField(blank=True, max_length=40)),
                ("wants", models.CharField(blank=True, max_length=20)),
                ("stuck_reason", models.TextField(blank=True)),
                ("origin_refs", models.JSONField(blank=True, default=list)),
                ("made_by", models.CharField(blank=True, max_length=24)),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="channels.channel")),
                (
                    "label",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="documents.document"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="packages", to="orders.order"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PackageLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_ref", models.CharField(max_length=64)),
                ("quantity", models.PositiveIntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="package_lines", to="orders.line"
                    ),
                ),
                (
                    "package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="fulfilment.package"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="package",
            index=models.Index(fields=["seller", "state", "ship_by"], name="package_by_state"),
        ),
        migrations.AddConstraint(
            model_name="package",
            constraint=models.UniqueConstraint(fields=("channel", "package_ref"), name="package_once_per_channel"),
        ),
        migrations.AddConstraint(
            model_name="package",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "at_pickup_point",
                            "awaiting",
                            "cancelled",
                            "created",
                            "delivered",
                            "invoiced",
                            "picking",
                            "returned",
                            "shipped",
                            "superseded",
                            "undelivered",
                            "unsupplied",
                        ],
                    )
                ),
                name="package_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="packageline",
            constraint=models.UniqueConstraint(fields=("package", "line_ref"), name="package_line_once"),
        ),
    ]
