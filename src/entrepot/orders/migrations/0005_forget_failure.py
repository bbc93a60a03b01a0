"""The one text is no field any more; its column goes once no worker of before is left."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_read_troubles")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("order", "failure")]),
    ]
