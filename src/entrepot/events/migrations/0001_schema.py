"""The tables of events."""

import django.contrib.postgres.indexes
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("events", "0001_initial"), ("events", "0003_kafka")]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="EventCursor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subscriber", models.CharField(max_length=150, unique=True)),
                ("reads", models.CharField(db_default="log", default="log", max_length=10)),
                ("seq", models.BigIntegerField(default=0)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("moved_at", models.DateTimeField(blank=True, null=True)),
                ("cut_off_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_id", models.UUIDField(db_default=models.Func(function="gen_random_uuid"), default=uuid.uuid4)),
                ("type", models.CharField(max_length=80)),
                ("topic", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=64)),
                ("seller_id", models.BigIntegerField(null=True)),
                ("subject", models.CharField(db_default="", max_length=120)),
                ("payload", models.JSONField(default=dict)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Dirty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "id"], name="dirty_by_kind")],
            },
        ),
        migrations.CreateModel(
            name="ParkedEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subscriber", models.CharField(max_length=150)),
                ("seq", models.BigIntegerField()),
                ("event_id", models.UUIDField()),
                ("type", models.CharField(max_length=80)),
                ("topic", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=64)),
                ("seller_id", models.BigIntegerField(null=True)),
                ("subject", models.CharField(max_length=120)),
                ("payload", models.JSONField()),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("is_guilty", models.BooleanField()),
                ("error", models.TextField(blank=True)),
                ("tries", models.IntegerField(default=1)),
                ("parked_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["subscriber", "topic", "key", "seq"], name="parked_by_key")],
                "constraints": [
                    models.UniqueConstraint(fields=("subscriber", "seq"), name="parked_once_per_subscriber")
                ],
            },
        ),
        migrations.CreateModel(
            name="SeenEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cursor_id", "event_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("cursor_id", models.BigIntegerField()),
                ("event_id", models.UUIDField()),
                ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.BrinIndex(fields=["seen_at"], name="seen_by_age")],
            },
        ),
        migrations.CreateModel(
            name="TopicOffset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subscriber", models.CharField(max_length=150)),
                ("cluster", models.CharField(max_length=64)),
                ("topic", models.CharField(max_length=120)),
                ("partition", models.IntegerField()),
                ("next_offset", models.BigIntegerField()),
                ("moved_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscriber", "cluster", "topic", "partition"), name="offset_once_per_partition"
                    )
                ],
            },
        ),
    ]
