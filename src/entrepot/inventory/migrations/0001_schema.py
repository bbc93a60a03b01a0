"""The tables of inventory."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("inventory", "0001_initial"),
        ("inventory", "0003_readings_in_order"),
        ("inventory", "0004_who_told_the_stock"),
        ("inventory", "0008_pace"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        ("catalog", "0001_schema"),
        ("channels", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelDelay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("delay_s", models.DecimalField(decimal_places=1, max_digits=9)),
                ("request_count", models.PositiveIntegerField()),
                ("measured_at", models.DateTimeField()),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "storefront",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="channels.storefront"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SalesPace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("per_day", models.DecimalField(decimal_places=2, max_digits=12)),
                ("measured_at", models.DateTimeField()),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                ("variant", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="catalog.variant")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StockPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField()),
                ("channel", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="channels.channel")),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Buffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pieces", models.PositiveIntegerField(default=0)),
                ("fraction", models.DecimalField(decimal_places=3, default=0, max_digits=4)),
                ("pace", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=5)),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="channels.channel"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "storefront",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="channels.storefront"
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="catalog.variant"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["seller", "variant", "storefront", "channel"], name="buffer_of_listing")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "storefront", "channel", "variant"),
                        name="buffer_once_a_place",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fraction__gte", 0), ("fraction__lte", 1)),
                        name="buffer_fraction_is_fraction",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pace__gte", 0), ("pace__lte", 100)), name="buffer_pace_in_range"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("storefront__isnull", True), ("channel__isnull", True), _connector="OR"),
                        name="buffer_of_one_place",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_id", models.BigIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                ("state", models.CharField(default="held", max_length=10)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reservations", to="catalog.variant"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "held")), fields=["variant"], name="reservation_held"),
                    models.Index(fields=["made_at"], name="reservation_made"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("line_id", "variant"), name="reservation_once_per_line"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["held", "absorbed", "released"])),
                        name="reservation_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shortage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_id", models.BigIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                ("found_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ending", models.CharField(blank=True, max_length=40)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shortages", to="catalog.variant"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("line_id", "variant"), name="shortage_once_per_line")],
            },
        ),
        migrations.CreateModel(
            name="StockLevel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("location", models.CharField(default="store", max_length=60)),
                ("on_hand", models.IntegerField(blank=True, null=True)),
                ("read_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField(blank=True, null=True)),
                ("source", models.CharField(max_length=12)),
                ("why", models.CharField(db_default="told", default="told", max_length=12)),
                ("by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="channels.channel"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="levels", to="catalog.variant"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("variant", "location"), name="stock_once_per_location")
                ],
            },
        ),
    ]
