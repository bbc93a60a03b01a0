"""When the store's owner cancelled an order there."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_schema"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
    ]
