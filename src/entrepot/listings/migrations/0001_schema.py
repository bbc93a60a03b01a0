"""The tables of listings."""

import django.db.models.deletion
import django.db.models.functions.datetime
import entrepot.core.clock
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("listings", "0001_initial"),
        ("listings", "0003_find_what_is_due"),
        ("listings", "0004_hear_late_words"),
        ("listings", "0005_is_there"),
        ("listings", "0006_reconciliation"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        ("catalog", "0001_schema"),
        ("channels", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Listing",
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
                ("listing_ref", models.CharField(max_length=60)),
                ("state", models.CharField(default="draft", max_length=12)),
                ("content", models.JSONField(blank=True, default=dict)),
                ("content_hash", models.CharField(blank=True, max_length=32)),
                ("submitted_hash", models.CharField(blank=True, max_length=32)),
                ("acknowledged_hash", models.CharField(blank=True, max_length=32)),
                ("content_ref", models.CharField(blank=True, max_length=60)),
                ("missing", models.JSONField(blank=True, default=list)),
                ("refusal", models.TextField(blank=True)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("live_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("is_withdrawn", models.BooleanField(db_default=False, default=False)),
                ("is_there", models.BooleanField(db_default=False, default=False)),
                ("review_ref", models.CharField(blank=True, db_default="", default="", max_length=120)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "storefront",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="listings", to="channels.storefront"
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="listings", to="catalog.variant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ListingLevel",
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
                ("lane", models.CharField(max_length=5)),
                ("version", models.BigIntegerField(default=0)),
                ("desired_value", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("desired_list", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("desired_at", models.DateTimeField(null=True)),
                ("submitted_value", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("submitted_list", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("submitted_version", models.BigIntegerField(null=True)),
                ("batch_id", models.BigIntegerField(null=True)),
                ("acknowledged_value", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("acknowledged_list", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("observed_value", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("observed_list", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("observed_at", models.DateTimeField(null=True)),
                ("is_due", models.BooleanField(default=False)),
                ("is_urgent", models.BooleanField(default=False)),
                ("repeats", models.PositiveSmallIntegerField(default=0)),
                ("refusal", models.TextField(blank=True)),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="levels", to="listings.listing"
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
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="channels.storefront"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField()),
                ("compared", models.PositiveIntegerField(default=0)),
                ("stock_otherwise", models.PositiveIntegerField(default=0)),
                ("stock_lower", models.PositiveIntegerField(default=0)),
                ("price_otherwise", models.PositiveIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                ("last_compared", models.PositiveIntegerField(default=0)),
                ("last_stock_otherwise", models.PositiveIntegerField(default=0)),
                ("last_stock_lower", models.PositiveIntegerField(default=0)),
                ("last_price_otherwise", models.PositiveIntegerField(default=0)),
                ("last_unseen", models.PositiveIntegerField(default=0)),
                ("drift_ever", models.BigIntegerField(default=0)),
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
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["seller", "state", "id"], name="listing_by_state"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "closing"])),
                fields=["storefront", "not_before", "id"],
                name="listing_to_push",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("state", "submitted")),
                fields=["storefront", "not_before", "id"],
                name="listing_in_review",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("review_ref", ""), _negated=True),
                fields=["storefront", "content_ref"],
                name="card_in_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.UniqueConstraint(
                fields=("storefront", "listing_ref"), name="listing_ref_once_per_storefront"
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.UniqueConstraint(fields=("storefront", "variant"), name="listing_once_per_variant"),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["closed", "closing", "denied", "draft", "failed", "live", "queued", "submitted", "update"],
                    )
                ),
                name="listing_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="listinglevel",
            index=models.Index(
                condition=models.Q(("batch_id__isnull", True), ("is_due", True)),
                fields=["storefront", "is_urgent", "not_before"],
                name="level_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="listinglevel",
            constraint=models.UniqueConstraint(fields=("listing", "lane"), name="level_once_per_lane"),
        ),
        migrations.AddConstraint(
            model_name="listinglevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("lane__in", ["stock", "price"])), name="level_lane_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="listinglevel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lane", "price"), ("desired_value__isnull", True), ("desired_value__gte", 0), _connector="OR"
                ),
                name="published_stock_never_negative",
            ),
        ),
    ]
