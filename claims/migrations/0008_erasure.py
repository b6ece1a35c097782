"""Erasing what an event said, the right to ask for it, and what the window shows of it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "ledger" / "sql" / "0005_erasure.sql"
VIEW = """
CREATE OR REPLACE VIEW claims_entry WITH (security_invoker = true) AS
    SELECT e.position, e.event_id, e.stream_id, e.version, e.type, e.schema_version, e.actor,
           e.effective_at, e.recorded_at, e.command_id, e.leaf_hash, p.body, p.erased_by,
           CASE WHEN p.erased_by IS NOT NULL THEN ledger.erasure(p.erased_by) END AS erasure
    FROM ledger.event e LEFT JOIN ledger.payload p USING (position);
"""

# What was erased cannot come back: the reverse works where nothing was.
UNDO = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM ledger.event WHERE type = 'erased') THEN
        RAISE EXCEPTION 'the ledger holds erasures; they are not undone by a migration';
    END IF;
END $$;
DROP VIEW claims_entry;
CREATE VIEW claims_entry WITH (security_invoker = true) AS
    SELECT e.position, e.event_id, e.stream_id, e.version, e.type, e.schema_version, e.actor,
           e.effective_at, e.recorded_at, e.command_id, e.leaf_hash, p.body
    FROM ledger.event e LEFT JOIN ledger.payload p USING (position);
REVOKE INSERT, UPDATE, DELETE ON claims_entry FROM tracker_app;
SET LOCAL ROLE tracker_ledger;
DROP TRIGGER erased_means_erased ON ledger.event;
DROP TRIGGER only_erased ON ledger.payload;
DROP TRIGGER append_only ON ledger.payload;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.payload
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.payload ENABLE ALWAYS TRIGGER append_only;
DROP FUNCTION ledger.erase(jsonb), ledger.erasure(bigint), ledger.refuse_unless_erased(),
    ledger.refuse_unless_it_erased(), ledger.is_of_this_transaction(xid);
DROP INDEX ledger.event_with_copies, ledger.payload_erased_by;
RESET ROLE;
"""


class Migration(migrations.Migration):
    dependencies = (("claims", "0007_as_of"),)
    operations = (
        migrations.RunSQL(SQL.read_text(encoding="utf-8") + VIEW, UNDO),
        migrations.AlterModelOptions(
            name="entry",
            options={
                "managed": False,
                "ordering": ("position",),
                "permissions": (("erase_event", "Can erase what an event said"),),
                "verbose_name": "event",
                "verbose_name_plural": "events",
            },
        ),
    )
