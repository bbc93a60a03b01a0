"""Levels are written often and narrow: room on the page keeps updates in place."""

from django.db import migrations


class Migration(migrations.Migration):
    replaces = [("listings", "0002_fillfactor")]
    dependencies = [("listings", "0001_schema")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE listings_listinglevel SET (fillfactor = 70)",
            "ALTER TABLE listings_listinglevel RESET (fillfactor)",
        ),
    ]
