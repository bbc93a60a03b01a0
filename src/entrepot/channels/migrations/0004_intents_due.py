from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0003_webhooks")]
    operations = [
        migrations.AddIndex(
            model_name="intent",
            index=models.Index(
                fields=["seller", "not_before", "id"],
                condition=models.Q(("state__in", ["planned", "sent", "unknown"])),
                name="intent_due",
            ),
        ),
    ]
