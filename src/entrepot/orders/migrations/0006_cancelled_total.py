"""What the buyer no longer pays for the pieces of a line that are cancelled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_forget_failure")]
    operations = [
        migrations.AddField(
            "line", "cancelled_total", models.DecimalField(decimal_places=2, max_digits=14, null=True)
        ),
    ]
