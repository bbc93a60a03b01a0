"""The tables of ingress."""

import django.db.models.deletion
import django.db.models.functions.datetime
import entrepot.core.clock
import entrepot.ingress.models
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("ingress", "0001_initial"),
        ("ingress", "0002_alter_receipt_raw_alter_setaside_raw"),
        ("ingress", "0003_receipts_due"),
        ("ingress", "0004_hints_by_number"),
        ("ingress", "0005_webhooks_watched"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        ("channels", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="DriftSeen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("path", models.CharField(max_length=200)),
                ("sample", models.TextField(blank=True)),
                ("times", models.BigIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="channels.channel")),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("channel", "kind", "path"), name="drift_once")],
            },
        ),
        migrations.CreateModel(
            name="Feed",
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
                ("name", models.CharField(max_length=24)),
                ("watermark_ms", models.BigIntegerField(blank=True, null=True)),
                ("every_s", models.FloatField()),
                ("is_enabled", models.BooleanField(default=True)),
                ("wanted_refs", models.JSONField(blank=True, default=list)),
                ("wanted_nos", models.JSONField(blank=True, default=dict)),
                ("hint_no", models.BigIntegerField(db_default=0, default=0)),
                ("whole_no", models.BigIntegerField(db_default=0, default=0)),
                ("runs", models.IntegerField(default=0)),
                ("last_began_at", models.DateTimeField(blank=True, null=True)),
                ("last_done_at", models.DateTimeField(blank=True, null=True)),
                ("last_count", models.IntegerField(default=0)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="feeds", to="channels.channel"
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
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_enabled", True)),
                        fields=["seller", "not_before", "id"],
                        name="feed_due_fair",
                    ),
                    models.Index(
                        condition=models.Q(("leased_until__isnull", False)),
                        fields=["leased_until"],
                        name="feed_under_way",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel", "storefront", "name"), name="feed_once_per_channel", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HookIncident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("cause", models.CharField(max_length=12)),
                ("opened_at", models.DateTimeField()),
                ("gap_from", models.DateTimeField()),
                ("missed", models.IntegerField(default=0)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hook_incidents",
                        to="channels.channel",
                    ),
                ),
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
                        condition=models.Q(("closed_at", None)),
                        fields=("channel", "kind"),
                        name="hook_incident_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HookWatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("ok_since", models.DateTimeField(blank=True, null=True)),
                ("judged_until", models.DateTimeField()),
                ("in_a_row", models.IntegerField(default=0)),
                ("brought", models.BigIntegerField(default=0)),
                ("missed", models.BigIntegerField(default=0)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hook_watches", to="channels.channel"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("channel", "kind"), name="hook_watch_once_per_kind")],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
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
                ("subject_ref", models.CharField(max_length=120)),
                ("identity", models.CharField(max_length=120)),
                ("via", models.CharField(max_length=8)),
                ("raw", models.JSONField(decoder=entrepot.ingress.models.ExactDecoder)),
                ("body", models.BinaryField(null=True)),
                ("received_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("hooked_at", models.DateTimeField(blank=True, null=True)),
                ("polled_at", models.DateTimeField(blank=True, null=True)),
                ("status", models.CharField(default="queued", max_length=8)),
                ("outcome", models.CharField(blank=True, max_length=12)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="channels.channel")),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.seller"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["channel", "kind", "subject_ref", "id"],
                        name="receipt_queued",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["seller", "not_before", "id"],
                        name="receipt_due",
                    ),
                    models.Index(fields=["seller", "received_at"], name="receipt_by_seller_age"),
                    models.Index(
                        condition=models.Q(("outcome", "hint")),
                        fields=["channel", "kind", "subject_ref", "hooked_at"],
                        name="receipt_hint",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("channel", "kind", "identity"), name="receipt_once")],
            },
        ),
        migrations.CreateModel(
            name="SetAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("subject", models.CharField(max_length=160)),
                ("field", models.CharField(max_length=120)),
                ("reason", models.TextField()),
                ("raw", models.JSONField(decoder=entrepot.ingress.models.ExactDecoder, null=True)),
                ("state", models.CharField(default="open", max_length=8)),
                ("times", models.IntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="channels.channel")),
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
                        condition=models.Q(("state", "open")),
                        fields=("channel", "kind", "subject", "field"),
                        name="set_aside_open_once",
                    )
                ],
            },
        ),
    ]
