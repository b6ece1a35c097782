"""How many read an outlet: what many read is shown first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("sources", "0010_about"),)
    operations = (
        migrations.AddField(
            "source",
            "reach",
            models.PositiveIntegerField(
                default=0,
                help_text="What many read is shown first; 0 if nobody knows.",
                verbose_name="readers a month",
            ),
        ),
    )
