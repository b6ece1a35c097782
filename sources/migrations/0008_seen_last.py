"""When the bytes of a version came last, and whose judgements its passages were placed by."""

from django.db import migrations, models

FIRST = "UPDATE sources_version SET seen_at = captured_at"


class Migration(migrations.Migration):
    dependencies = (("sources", "0007_feeds"),)
    operations = (
        migrations.AddField(
            "version", "seen_at", models.DateTimeField(null=True, verbose_name="seen last at")
        ),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
        migrations.AlterField(
            "version", "seen_at", models.DateTimeField(verbose_name="seen last at")
        ),
        migrations.AddField(
            "version",
            "matcher",
            models.CharField(blank=True, default="", max_length=64, verbose_name="matcher"),
        ),
    )
