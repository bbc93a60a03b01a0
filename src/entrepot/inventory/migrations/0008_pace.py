"""Buffers of a channel, and from how fast goods sell while a channel learns of a change."""

import django.db.models.deletion
from django.db import migrations, models

_OWN = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "accounts.seller"}

BEFORE = """
CREATE VIEW inventory_holdback AS
SELECT seller_id, storefront_id, variant_id, pieces, fraction FROM inventory_buffer
"""
HOLDBACK = """
DROP VIEW inventory_holdback;
CREATE VIEW inventory_holdback AS
SELECT seller_id, storefront_id, channel_id, variant_id, pieces, fraction, pace FROM inventory_buffer
"""
# A kit sells as fast as its fastest part would have it.
PACE = """
CREATE VIEW inventory_pace AS
SELECT variant_id, per_day FROM inventory_salespace p
 WHERE NOT EXISTS (SELECT 1 FROM catalog_kit k WHERE k.variant_id = p.variant_id)
UNION ALL
SELECT c.kit_id, max(p.per_day / c.quantity)
  FROM catalog_part c
  JOIN LATERAL (SELECT own.per_day FROM inventory_salespace own WHERE own.variant_id = c.part_id OFFSET 0) p ON true
 GROUP BY c.kit_id
"""
DELAY = "CREATE VIEW inventory_delay AS SELECT storefront_id, delay_s FROM inventory_channeldelay"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0007_stock_history"), ("catalog", "0008_parts_through_shared_stock")]
    operations = [
        migrations.CreateModel(
            name="SalesPace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("per_day", models.DecimalField(decimal_places=2, max_digits=12)),
                ("measured_at", models.DateTimeField()),
                ("seller", models.ForeignKey(**_OWN)),
                ("variant", models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, to="catalog.variant")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="ChannelDelay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("delay_s", models.DecimalField(decimal_places=1, max_digits=9)),
                ("request_count", models.PositiveIntegerField()),
                ("measured_at", models.DateTimeField()),
                ("seller", models.ForeignKey(**_OWN)),
                ("storefront", models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, to="channels.storefront")),
            ],
            options={"abstract": False},
        ),
        migrations.AddField("buffer", "channel", models.ForeignKey(
            blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="channels.channel")),
        migrations.AddField("buffer", "pace", models.DecimalField(
            db_default=0, decimal_places=2, default=0, max_digits=5)),
        migrations.RemoveConstraint("buffer", "buffer_once"),
        migrations.AddConstraint("buffer", models.UniqueConstraint(
            fields=("seller", "storefront", "channel", "variant"), name="buffer_once_a_place", nulls_distinct=False)),
        migrations.AddConstraint("buffer", models.CheckConstraint(
            condition=models.Q(("pace__gte", 0), ("pace__lte", 100)), name="buffer_pace_in_range")),
        migrations.AddConstraint("buffer", models.CheckConstraint(
            condition=models.Q(("storefront__isnull", True), ("channel__isnull", True), _connector="OR"),
            name="buffer_of_one_place")),
        migrations.AddIndex("buffer", models.Index(
            fields=["seller", "variant", "storefront", "channel"], name="buffer_of_listing")),
        migrations.AddIndex("reservation", models.Index(fields=["made_at"], name="reservation_made")),
        migrations.RunSQL(HOLDBACK, "DROP VIEW inventory_holdback;" + BEFORE),
        migrations.RunSQL(PACE, "DROP VIEW inventory_pace"),
        migrations.RunSQL(DELAY, "DROP VIEW inventory_delay"),
    ]  # fmt: skip
