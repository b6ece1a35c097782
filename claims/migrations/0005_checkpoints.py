"""The tree's tiles and the signed checkpoints, in the ledger's own schema, by plain SQL."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "ledger" / "sql" / "0002_checkpoints.sql"

# What was signed is history as well: the reverse works where nothing was, and tiles come again.
UNDO = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM ledger.checkpoint) THEN
        RAISE EXCEPTION 'the ledger holds checkpoints; a migration does not throw them away';
    END IF;
    DROP FUNCTION ledger.root_of, ledger.store_tiles, ledger.store_checkpoint;
    DROP TABLE ledger.tile, ledger.checkpoint;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = (("claims", "0004_groups"),)
    operations = (migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),)
