"""The window on the ledger that Django reads through; it checks the reader's own rights."""

from django.db import migrations

VIEW = """
CREATE VIEW claims_entry WITH (security_invoker = true) AS
    SELECT e.position, e.event_id, e.stream_id, e.version, e.type, e.schema_version, e.actor,
           e.effective_at, e.recorded_at, e.command_id, e.leaf_hash, p.body
    FROM ledger.event e LEFT JOIN ledger.payload p USING (position);
REVOKE INSERT, UPDATE, DELETE ON claims_entry FROM tracker_app;
"""


class Migration(migrations.Migration):
    dependencies = (("claims", "0002_claims"),)
    operations = (migrations.RunSQL(VIEW, "DROP VIEW claims_entry"),)
