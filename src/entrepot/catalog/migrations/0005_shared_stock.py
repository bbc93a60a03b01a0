from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_owner_of_a_variant")]

    operations = [
        migrations.AddField(
            model_name="variant",
            name="is_pool",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
