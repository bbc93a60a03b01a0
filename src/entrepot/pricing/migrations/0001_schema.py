"""The tables of pricing."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("pricing", "0001_initial"),
        ("pricing", "0002_base_price_unknown"),
        ("pricing", "0004_base_price_refused"),
        ("pricing", "0005_fx_day"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        ("catalog", "0001_schema"),
        ("channels", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="FxDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="FxRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("base", models.CharField(max_length=3)),
                ("quote", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=8, max_digits=18)),
                ("source", models.CharField(max_length=12)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "base", "quote", "source"), name="fx_once_a_day"),
                    models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="fx_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("markup_rate", models.DecimalField(decimal_places=4, default=0, max_digits=6)),
                ("fixed_fee", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("minimum_margin_rate", models.DecimalField(blank=True, decimal_places=4, max_digits=6, null=True)),
                ("vat_rate", models.DecimalField(blank=True, decimal_places=4, max_digits=5, null=True)),
                ("fx_margin_rate", models.DecimalField(decimal_places=4, default=0, max_digits=5)),
                ("ending", models.CharField(default="none", max_length=8)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("changed_by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "storefront",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="price_rule", to="channels.storefront"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BasePrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("regular", models.DecimalField(decimal_places=6, max_digits=18, null=True)),
                ("sale", models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                ("cost", models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("is_tax_included", models.BooleanField()),
                ("source", models.CharField(max_length=8)),
                ("set_at", models.DateTimeField()),
                ("refused", models.TextField(blank=True, db_default="", default="")),
                ("by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "variant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="base_price", to="catalog.variant"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("regular__gt", 0)), name="base_price_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("list_price", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("sale_price", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("steps", models.JSONField(default=list)),
                ("problem", models.TextField(blank=True)),
                ("computed_at", models.DateTimeField()),
                ("why", models.TextField(blank=True, db_default="", default="")),
                ("by", models.CharField(blank=True, db_default="", default="", max_length=150)),
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
                ("variant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="catalog.variant")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("variant", "storefront"), name="price_once_per_storefront"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("list_price__isnull", True), ("list_price__gte", models.F("sale_price")), _connector="OR"
                        ),
                        name="price_list_at_least_sale",
                    ),
                ],
            },
        ),
    ]
