"""The tables of channels."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import entrepot.core.clock
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("channels", "0001_initial"),
        ("channels", "0003_webhooks"),
        ("channels", "0004_intents_due"),
        ("channels", "0006_taxon_learnt"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallLog",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField()),
                ("seller_id", models.BigIntegerField()),
                ("channel_id", models.BigIntegerField()),
                ("method", models.CharField(max_length=8)),
                ("path", models.TextField()),
                ("endpoint", models.CharField(max_length=60)),
                ("status", models.IntegerField(null=True)),
                ("ms", models.IntegerField()),
                ("sent_bytes", models.IntegerField()),
                ("received_bytes", models.IntegerField()),
                ("outcome", models.CharField(max_length=12)),
                ("attempt", models.IntegerField()),
                ("error", models.TextField(blank=True)),
                (
                    "correlation",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("request_body", models.JSONField(null=True)),
                ("response_body", models.JSONField(null=True)),
            ],
            options={
                "db_table": "channels_calllog",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("connector", models.SlugField(max_length=40)),
                ("role", models.CharField(max_length=12)),
                ("base_url", models.URLField(max_length=300)),
                ("account_ref", models.CharField(blank=True, max_length=80)),
                ("secrets", models.BinaryField(default=bytes)),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("state", models.CharField(default="draft", max_length=12)),
                ("is_push_paused", models.BooleanField(default=False)),
                ("is_zeroed", models.BooleanField(default=False)),
                ("orders_from", models.DateTimeField(blank=True, null=True)),
                ("first_push_approved_at", models.DateTimeField(blank=True, null=True)),
                ("is_auto_approving", models.BooleanField(default=False)),
                ("webhook_token", models.CharField(max_length=64, unique=True)),
                ("webhook_secret", models.BinaryField(default=bytes)),
                ("last_ok_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("last_error_at", models.DateTimeField(blank=True, null=True)),
                ("checks", models.JSONField(blank=True, default=dict)),
                ("webhooks_seen_at", models.DateTimeField(blank=True, null=True)),
                ("match_report", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BudgetUse",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                (
                    "taken",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BreakerState",
            fields=[
                (
                    "channel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="channels.channel",
                    ),
                ),
                ("failures", models.IntegerField(default=0)),
                ("open_until", models.FloatField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Intent",
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
                ("kind", models.CharField(max_length=24)),
                ("subject_id", models.BigIntegerField()),
                ("step", models.CharField(blank=True, max_length=24)),
                ("our_ref", models.CharField(max_length=64)),
                ("state", models.CharField(default="planned", max_length=12)),
                ("payload", models.JSONField(blank=True, default=dict)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("their_ref", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="intents", to="channels.channel"
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
            name="Storefront",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12)),
                ("country", models.CharField(max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("language", models.CharField(max_length=8)),
                ("is_open", models.BooleanField(default=True)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="storefronts", to="channels.channel"
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
            name="Binding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("our_id", models.BigIntegerField()),
                ("their_ref", models.CharField(max_length=120)),
                ("parent_ref", models.CharField(blank=True, max_length=120)),
                ("is_primary", models.BooleanField(default=True)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bindings", to="channels.channel"
                    ),
                ),
                (
                    "storefront",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="channels.storefront"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subscription_ref", models.CharField(max_length=120)),
                ("topic", models.CharField(max_length=500)),
                ("host", models.CharField(max_length=260)),
                ("is_active", models.BooleanField()),
                ("is_ours", models.BooleanField()),
                ("seen_at", models.DateTimeField()),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="channels.channel"
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
            name="Taxon",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("connector", models.SlugField(max_length=40)),
                ("kind", models.CharField(max_length=12)),
                ("scope", models.CharField(blank=True, max_length=80)),
                ("ref", models.CharField(max_length=40)),
                ("parent_ref", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(max_length=300)),
                ("folded", models.CharField(max_length=300)),
                ("facts", models.JSONField(default=dict)),
                ("version", models.IntegerField()),
                ("seen_at", models.DateTimeField()),
                ("is_gone", models.BooleanField(default=False)),
                ("learnt_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["connector", "kind", "scope", "folded"], name="taxon_by_name")],
                "constraints": [
                    models.UniqueConstraint(fields=("connector", "kind", "scope", "ref"), name="taxon_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(fields=("seller", "name"), name="channel_name_once_per_seller"),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["checked", "draft", "live", "locked_out", "matched", "retired"])),
                name="channel_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="intent",
            index=models.Index(
                condition=models.Q(("state__in", ["planned", "sent", "unknown"])),
                fields=["not_before", "id"],
                name="intent_open",
            ),
        ),
        migrations.AddIndex(
            model_name="intent",
            index=models.Index(
                condition=models.Q(("state__in", ["planned", "sent", "unknown"])),
                fields=["seller", "not_before", "id"],
                name="intent_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="intent",
            constraint=models.UniqueConstraint(fields=("channel", "kind", "subject_id", "step"), name="intent_once"),
        ),
        migrations.AddConstraint(
            model_name="intent",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["confirmed", "dropped", "planned", "refused", "sent", "unknown"])),
                name="intent_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="storefront",
            constraint=models.UniqueConstraint(fields=("channel", "code"), name="storefront_once_per_channel"),
        ),
        migrations.AddIndex(
            model_name="binding",
            index=models.Index(fields=["channel", "kind", "our_id"], name="binding_by_our_id"),
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.UniqueConstraint(
                fields=("channel", "storefront", "kind", "their_ref"), name="binding_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("channel", "subscription_ref"), name="subscription_once_per_channel"
            ),
        ),
    ]
