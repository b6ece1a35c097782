"""What the last replay found, and indexes for the figures that are asked for all day."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (("claims", "0024_keys"),)
    operations = (
        migrations.CreateModel(
            name="ReadSideCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                ("size", models.BigIntegerField()),
                ("claims", models.BigIntegerField()),
                ("different", models.BigIntegerField()),
                ("mended", models.BooleanField()),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(
                fields=["subscription"], condition=Q(state="failed"), name="delivery_failed"
            ),
        ),
        migrations.AddIndex(
            "proposal",
            models.Index(
                fields=["created_at"],
                include=["disputed"],
                condition=Q(state="open"),
                name="proposal_waiting",
            ),
        ),
        migrations.AddIndex("proposal", models.Index(fields=["created_at"], name="proposal_made")),
    )
