"""Categories know when their attributes and values were read; those that have attributes were read."""

from django.db import migrations, models

_READ = """
UPDATE channels_taxon c SET learnt_at = c.seen_at
 WHERE c.kind = 'category' AND EXISTS (
     SELECT 1 FROM channels_taxon a WHERE a.connector = c.connector AND a.kind = 'attribute' AND a.scope = c.ref)
"""


class Migration(migrations.Migration):
    dependencies = [("channels", "0005_publish_views")]
    operations = [
        migrations.AddField("taxon", "learnt_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(_READ, migrations.RunSQL.noop),
    ]
