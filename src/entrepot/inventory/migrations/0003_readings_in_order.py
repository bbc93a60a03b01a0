import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('channels', '0001_initial'),
        ('inventory', '0002_available'),
    ]

    operations = [
        migrations.AddField(
            model_name='stocklevel',
            name='moved_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='StockPass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('channel', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to='channels.channel')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.seller')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
