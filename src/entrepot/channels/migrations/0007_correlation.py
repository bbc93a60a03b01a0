"""A call says which orders it was made for. A default that is constant writes no row, in no partition."""

from django.db import migrations

_COLUMN = "ALTER TABLE channels_calllog ADD COLUMN correlation text[] NOT NULL DEFAULT '{}'"


class Migration(migrations.Migration):
    dependencies = [("channels", "0006_taxon_learnt")]
    operations = [
        migrations.RunSQL(_COLUMN, "ALTER TABLE channels_calllog DROP COLUMN correlation"),
    ]
