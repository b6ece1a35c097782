"""An index over the entries that begin a claim, for lists as of a moment."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "ledger" / "sql" / "0004_as_of.sql"
UNDO = "SET LOCAL ROLE tracker_ledger; DROP INDEX ledger.event_begins; RESET ROLE;"


class Migration(migrations.Migration):
    dependencies = (("claims", "0006_import"),)
    operations = (migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),)
