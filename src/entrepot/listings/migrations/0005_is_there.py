"""Listings know whether the marketplace has them: only then is there something to update. What is in review is seen
by the next look at it.
"""

from django.db import migrations, models

_KNOWN = "UPDATE listings_listing SET is_there = true WHERE content_ref <> '' OR live_at IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("listings", "0004_hear_late_words")]
    operations = [
        migrations.AddField("listing", "is_there", models.BooleanField(db_default=False, default=False)),
        migrations.RunSQL(_KNOWN, migrations.RunSQL.noop),
    ]
