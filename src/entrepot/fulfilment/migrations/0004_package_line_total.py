"""What the buyer pays for the pieces of a line that travel in a package."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0003_refs_of_pieces")]
    operations = [
        migrations.AddField(
            "packageline", "total", models.DecimalField(decimal_places=2, max_digits=14, null=True)
        ),
    ]
