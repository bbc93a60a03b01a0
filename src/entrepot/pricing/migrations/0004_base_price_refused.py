from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pricing", "0003_publish_views")]

    operations = [
        migrations.AddField(
            model_name="baseprice",
            name="refused",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
