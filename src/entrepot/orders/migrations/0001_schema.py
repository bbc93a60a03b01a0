"""The tables of orders."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("orders", "0001_initial"),
        ("orders", "0002_waybills_and_splits"),
        ("orders", "0003_troubles"),
        ("orders", "0004_read_troubles"),
        ("orders", "0005_forget_failure"),
        ("orders", "0006_cancelled_total"),
        ("orders", "0007_parts"),
        ("orders", "0008_by_parts"),
        ("orders", "0009_accepted"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        ("catalog", "0001_schema"),
        ("channels", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_ref", models.CharField(max_length=64)),
                ("state", models.CharField(default="new", max_length=24)),
                ("placed_at", models.DateTimeField()),
                ("modified_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("currency", models.CharField(max_length=3)),
                ("gross", models.DecimalField(decimal_places=2, max_digits=14)),
                ("seller_discount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("channel_discount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("shipping", models.DecimalField(decimal_places=2, max_digits=14)),
                ("total", models.DecimalField(decimal_places=2, max_digits=14)),
                ("difference", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("hold_reason", models.TextField(blank=True)),
                ("is_paid", models.BooleanField()),
                ("is_export", models.BooleanField(default=False)),
                ("is_history", models.BooleanField(default=False)),
                ("store_ref", models.CharField(blank=True, max_length=64)),
                ("store_currency", models.CharField(blank=True, max_length=3)),
                ("store_total", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("fx_rate", models.DecimalField(decimal_places=8, max_digits=18, null=True)),
                ("waybills", models.CharField(blank=True, max_length=300)),
                ("store_waybills", models.CharField(blank=True, max_length=300)),
                ("storefront_code", models.CharField(blank=True, db_default="", default="", max_length=24)),
                ("parts", models.JSONField(blank=True, db_default={}, default=dict)),
                ("accepted", models.CharField(blank=True, db_default="", default="", max_length=16)),
                ("note", models.TextField(blank=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("troubles", models.JSONField(blank=True, db_default={}, default=dict)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="channels.channel"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="store_orders",
                        to="channels.channel",
                    ),
                ),
                (
                    "storefront",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="channels.storefront",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_ref", models.CharField(max_length=64)),
                ("split_refs", models.JSONField(blank=True, default=list)),
                ("listing_ref", models.CharField(max_length=60)),
                ("sku", models.CharField(blank=True, max_length=100)),
                ("title", models.CharField(max_length=300)),
                ("quantity", models.PositiveIntegerField()),
                ("cancelled_quantity", models.PositiveIntegerField(default=0)),
                ("cancelled_total", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("unit_gross", models.DecimalField(decimal_places=4, max_digits=14)),
                ("unit_seller_discount", models.DecimalField(decimal_places=4, max_digits=14)),
                ("unit_channel_discount", models.DecimalField(decimal_places=4, max_digits=14)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14)),
                ("line_total", models.DecimalField(decimal_places=2, max_digits=14)),
                ("vat_rate", models.DecimalField(decimal_places=4, max_digits=5)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="catalog.variant"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Adjustment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("currency", models.CharField(max_length=3)),
                ("rule", models.CharField(max_length=120)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="adjustments", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=8)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("company", models.CharField(blank=True, max_length=200)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("email", models.CharField(blank=True, max_length=200)),
                ("lines", models.JSONField(blank=True, default=list)),
                ("district", models.CharField(blank=True, max_length=120)),
                ("city", models.CharField(blank=True, max_length=120)),
                ("region", models.CharField(blank=True, max_length=120)),
                ("postcode", models.CharField(blank=True, max_length=20)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("tax_number", models.CharField(blank=True, max_length=40)),
                ("tax_office", models.CharField(blank=True, max_length=120)),
                ("typed", models.JSONField(blank=True, default=list)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parties", to="orders.order"
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
            model_name="order",
            index=models.Index(fields=["seller", "state", "id"], name="order_by_state"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("channel", "order_ref"), name="order_once_per_channel"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "approved",
                            "awaiting_confirmation",
                            "cancelled",
                            "edited",
                            "failed",
                            "new",
                            "processed",
                            "queued",
                            "synced",
                        ],
                    )
                ),
                name="order_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(fields=("order", "line_ref"), name="line_once_per_order"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("cancelled_quantity__lte", models.F("quantity"))), name="line_cancelled_at_most_all"
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.UniqueConstraint(fields=("order", "kind"), name="adjustment_once_per_kind"),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(fields=("order", "role"), name="party_once_per_role"),
        ),
    ]
