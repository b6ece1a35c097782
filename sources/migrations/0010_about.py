"""What a version says of itself, each thing with where it says so."""

import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("sources", "0009_postponed"),)
    operations = (
        migrations.AddField(
            "version",
            "about",
            models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
        ),
    )
