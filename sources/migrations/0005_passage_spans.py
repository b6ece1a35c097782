"""Where a passage names its speaker and says that somebody speaks; unknown of older readings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("sources", "0004_origins"),)
    operations = (
        *(
            migrations.AddField("passage", name, models.IntegerField(null=True))
            for name in ("speaker_start", "speaker_end", "cue_start", "cue_end")
        ),
        migrations.AddField(
            "passage",
            "attribution",
            models.CharField(blank=True, default="", max_length=8, verbose_name="attribution"),
        ),
    )
