"""The ledger's schema, by plain SQL: no model describes it, so no model change can touch it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "ledger" / "sql" / "0001_ledger.sql"

# History cannot be rolled back: the reverse works for an empty ledger alone.
UNDO = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM ledger.event) THEN
        RAISE EXCEPTION 'the ledger holds events; it is not thrown away by a migration';
    END IF;
    DROP SCHEMA ledger CASCADE;
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),)
