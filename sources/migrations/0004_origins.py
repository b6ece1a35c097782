"""Whose words a document prints: who says so, and the sketches by which near-copies are found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

BY = (
    ("text", "What the document says"),
    ("copy", "A document it copies"),
    ("owner", "Who owns its outlet"),
    ("person", "A reviewer"),
)
# Until now only what a document says of itself was an origin.
SAID = "UPDATE sources_document SET origin_by = 'text' WHERE origin <> ''"


class Migration(migrations.Migration):
    dependencies = (("sources", "0003_take_down"),)
    operations = (
        migrations.CreateModel(
            "Sketch",
            [
                (
                    "version",
                    models.OneToOneField(
                        "sources.version", models.CASCADE, primary_key=True, serialize=False
                    ),
                ),
                ("keys", ArrayField(models.BigIntegerField())),
            ],
            options={"indexes": [GinIndex(fields=["keys"], name="sketch_keys")]},
        ),
        migrations.AlterModelOptions(
            "document",
            {
                "permissions": (("change_origin", "Can say whose words a document prints"),),
                "verbose_name": "document",
                "verbose_name_plural": "documents",
            },
        ),
        migrations.AddField(
            "document",
            "origin_by",
            models.CharField(
                blank=True, choices=BY, default="", max_length=8, verbose_name="who says so"
            ),
        ),
        migrations.AddField("document", "origin_told", models.BooleanField(default=True)),
        migrations.AddIndex(
            "document",
            models.Index(
                condition=models.Q(("origin_told", False)),
                fields=["id"],
                name="document_origin_untold",
            ),
        ),
        migrations.RunSQL(SAID, migrations.RunSQL.noop),
    )
