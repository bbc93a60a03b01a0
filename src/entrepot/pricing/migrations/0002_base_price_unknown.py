from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="baseprice",
            name="regular",
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True),
        ),
    ]
