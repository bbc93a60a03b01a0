"""Days on which prices that cross a currency were looked at again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pricing", "0004_base_price_refused")]
    operations = [
        migrations.CreateModel(
            "FxDay",
            [("day", models.DateField(primary_key=True, serialize=False)), ("began_at", models.DateTimeField())],
        ),
    ]
