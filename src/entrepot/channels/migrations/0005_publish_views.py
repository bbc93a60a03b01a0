"""The view that channels publishes: whether a storefront may sell anything."""

from django.db import migrations

WINDOW = """
CREATE VIEW channels_window AS
SELECT s.id AS storefront_id, s.channel_id, c.connector, s.is_open AND NOT c.is_zeroed AS is_selling
  FROM channels_storefront s JOIN channels_channel c ON c.id = s.channel_id
"""


class Migration(migrations.Migration):
    dependencies = [("channels", "0004_intents_due")]
    operations = [
        migrations.RunSQL(WINDOW, "DROP VIEW channels_window"),
    ]
