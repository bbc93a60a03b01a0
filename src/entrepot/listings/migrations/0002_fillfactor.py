"""Levels are written often and narrow: room on the page keeps updates in place."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("listings", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE listings_listinglevel SET (fillfactor = 70)",
            "ALTER TABLE listings_listinglevel RESET (fillfactor)",
        ),
    ]
