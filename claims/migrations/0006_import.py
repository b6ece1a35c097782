"""Taking over an exported log into an empty ledger, by plain SQL; its owner's right alone."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "ledger" / "sql" / "0003_import.sql"
UNDO = "DROP FUNCTION ledger.import_entries(jsonb)"


class Migration(migrations.Migration):
    dependencies = (("claims", "0005_checkpoints"),)
    operations = (migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),)
