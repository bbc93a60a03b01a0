"""The tables of catalog."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("catalog", "0001_initial"),
        ("catalog", "0002_initial"),
        ("catalog", "0003_store_category"),
        ("catalog", "0004_owner_of_a_variant"),
        ("catalog", "0005_shared_stock"),
        ("catalog", "0007_full_pass"),
        ("catalog", "0009_product_off"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        ("channels", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="FullPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("baseline_count", models.PositiveIntegerField()),
                ("baseline_at", models.DateTimeField()),
                ("began_at", models.DateTimeField()),
                ("known_count", models.PositiveIntegerField(default=0)),
                ("missed_ids", models.JSONField(blank=True, default=list)),
                ("needs_person", models.BooleanField(default=False)),
                ("approved_ids", models.JSONField(blank=True, default=list)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
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
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("product_ref", models.CharField(blank=True, max_length=80)),
                ("kind", models.CharField(default="simple", max_length=12)),
                ("title", models.CharField(max_length=300)),
                ("description", models.TextField(blank=True)),
                ("brand", models.CharField(blank=True, max_length=120)),
                ("category", models.CharField(blank=True, max_length=300)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("images", models.JSONField(blank=True, default=list)),
                ("state", models.CharField(default="new", max_length=20)),
                ("refusal", models.TextField(blank=True)),
                ("is_published", models.BooleanField(default=True)),
                ("is_off", models.BooleanField(db_default=False, default=False)),
                ("origins", models.JSONField(blank=True, default=dict)),
                ("store_hash", models.CharField(blank=True, max_length=32)),
                ("modified_at", models.DateTimeField(blank=True, null=True)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="channels.channel"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StoreCategory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=300)),
                ("parent_ref", models.CharField(blank=True, max_length=40)),
                ("path", models.TextField()),
                ("seen_at", models.DateTimeField()),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="channels.channel")),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Variant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sku", models.CharField(max_length=100)),
                ("gtin", models.CharField(blank=True, max_length=14)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("images", models.JSONField(blank=True, default=list)),
                ("weight_g", models.PositiveIntegerField(blank=True, null=True)),
                ("length_mm", models.PositiveIntegerField(blank=True, null=True)),
                ("width_mm", models.PositiveIntegerField(blank=True, null=True)),
                ("height_mm", models.PositiveIntegerField(blank=True, null=True)),
                ("origin", models.CharField(blank=True, max_length=2)),
                ("vat_rate", models.DecimalField(blank=True, decimal_places=4, max_digits=5, null=True)),
                ("hs_code", models.CharField(blank=True, max_length=12)),
                ("tax_class", models.CharField(blank=True, max_length=60)),
                ("is_published", models.BooleanField(default=True)),
                ("is_pool", models.BooleanField(db_default=False, default=False)),
                ("notes", models.JSONField(blank=True, default=list)),
                ("origins", models.JSONField(blank=True, default=dict)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="variants", to="catalog.product"
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
            name="FieldOwner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=40)),
                ("owner", models.CharField(max_length=8)),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="channels.channel")),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="catalog.product"
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="catalog.variant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Component",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField()),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "kit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="components", to="catalog.variant"
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="kits", to="catalog.variant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Mapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("connector", models.SlugField(max_length=40)),
                ("kind", models.CharField(max_length=12)),
                ("scope", models.CharField(blank=True, max_length=80)),
                ("ours", models.CharField(max_length=300)),
                ("folded", models.CharField(max_length=300)),
                ("theirs_ref", models.CharField(blank=True, max_length=40)),
                ("theirs_text", models.CharField(blank=True, max_length=300)),
                ("source", models.CharField(max_length=12)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "connector", "kind", "scope", "folded"), name="mapping_once_per_seller"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["seller", "state", "id"], name="product_by_state"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source__isnull", False)),
                fields=("source", "product_ref"),
                name="product_once_per_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["approved", "archived", "awaiting_approval", "changed", "edited", "new", "rejected"])
                ),
                name="product_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="storecategory",
            constraint=models.UniqueConstraint(fields=("channel", "ref"), name="store_category_once"),
        ),
        migrations.AddIndex(
            model_name="variant",
            index=models.Index(fields=["seller", "gtin"], name="variant_by_gtin"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(fields=("seller", "sku"), name="variant_sku_once_per_seller"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("vat_rate__isnull", True), models.Q(("vat_rate__gte", 0), ("vat_rate__lt", 1)), _connector="OR"
                ),
                name="variant_vat_is_fraction",
            ),
        ),
        migrations.AddConstraint(
            model_name="fieldowner",
            constraint=models.UniqueConstraint(
                fields=("channel", "product", "variant", "field"), name="field_owner_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="fieldowner",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner__in", ["store", "hub", "file"])), name="field_owner_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.UniqueConstraint(fields=("kit", "part"), name="component_once"),
        ),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="component_positive"),
        ),
    ]
