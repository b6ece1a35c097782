"""Since when a document waits, and indexes for the figures that are asked for all day."""

from django.db import migrations, models
from django.db.models import Q

WAITING = """
UPDATE sources_document SET waiting_since = coalesce(nudged_at, received_at)
WHERE state = 'waiting'
"""


class Migration(migrations.Migration):
    dependencies = (("sources", "0012_submissions"),)
    operations = (
        migrations.AddField("document", "waiting_since", models.DateTimeField(null=True)),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
        migrations.AddIndex(
            "document",
            models.Index(
                fields=["waiting_since", "not_before"],
                condition=Q(state="waiting"),
                name="document_backlog",
            ),
        ),
        migrations.AddIndex("document", models.Index(fields=["state"], name="document_states")),
        migrations.AddIndex(
            "document",
            models.Index(
                fields=["state", "-finished_at"],
                include=["waiting_since"],
                name="document_finished",
            ),
        ),
    )
