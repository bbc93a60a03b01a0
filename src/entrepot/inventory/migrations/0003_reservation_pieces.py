"""For how many pieces of its line a promise is."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="reservation",
            name="pieces",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
