"""A webhook may hear of the claims of some stories only."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0025_watching"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="stories",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None, verbose_name="stories"
            ),
        ),
    ]
