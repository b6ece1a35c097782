"""A proposal may ask what becomes of evidence whose source was changed."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (("claims", "0011_append"),)
    operations = (
        migrations.AddField("proposal", "replaces", models.IntegerField(null=True)),
        migrations.AddField(
            "proposal",
            "replaces_of",
            models.CharField(blank=True, default="", max_length=36),
        ),
        migrations.AddConstraint(
            "proposal",
            models.CheckConstraint(
                condition=Q(("replaces", None), ("begins", False), _connector="OR"),
                name="nothing_new_replaces",
            ),
        ),
        migrations.AddIndex(
            "proposal",
            models.Index(
                condition=Q(("replaces__isnull", False)),
                fields=["claim", "replaces"],
                name="proposal_replaces",
            ),
        ),
    )
