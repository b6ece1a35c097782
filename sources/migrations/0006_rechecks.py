"""When a document's address is looked at again; those that are read already are due at once."""

from django.db import migrations, models

DUE = "UPDATE sources_document SET check_at = now() WHERE state = 'read' AND url <> ''"


class Migration(migrations.Migration):
    dependencies = (("sources", "0005_passage_spans"),)
    operations = (
        migrations.AddField("document", "check_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "document",
            "checked_at",
            models.DateTimeField(null=True, verbose_name="checked again at"),
        ),
        migrations.AddField(
            "document",
            "check_note",
            models.TextField(blank=True, default="", verbose_name="what was found there"),
        ),
        migrations.AddIndex(
            "document",
            models.Index(
                condition=models.Q(("state", "read")),
                fields=["check_at"],
                name="document_due_again",
            ),
        ),
        migrations.RunSQL(DUE, migrations.RunSQL.noop),
    )
