"""A document whose site is busy waits for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("sources", "0008_seen_last"),)
    operations = (
        migrations.AddField(
            "document", "not_before", models.DateTimeField(null=True, verbose_name="not before")
        ),
    )
