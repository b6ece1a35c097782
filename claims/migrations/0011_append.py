"""Appending with less work under the log's head; what is stored stays the same, bit for bit."""

import re
from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parents[1] / "ledger" / "sql"
SQL = (FOLDER / "0006_append.sql").read_text(encoding="utf-8")


def earlier() -> str:
    """The function as the first migration made it, to be put back in place."""
    first = (FOLDER / "0001_ledger.sql").read_text(encoding="utf-8")
    found = re.search(r"CREATE (FUNCTION ledger\.append\(.*?END \$\$;)", first, re.DOTALL)
    assert found is not None  # noqa: S101  -- a migration that ran is never changed
    return f"CREATE OR REPLACE {found[1]}"


UNDO = f"""
SET LOCAL ROLE tracker_ledger;
{earlier()}
DROP FUNCTION ledger.append_one(uuid, bytea, text, jsonb),
    ledger.append_many(uuid, bytea, text, jsonb), ledger.take_turn(uuid, bytea, integer),
    ledger.refuse_version(uuid, integer, integer),
    ledger.leaf_hash(bigint, uuid, uuid, integer, text, smallint, text, timestamptz, timestamptz,
                     uuid, bytea, bytea);
RESET ROLE;
"""


class Migration(migrations.Migration):
    dependencies = (("claims", "0010_lexemes"),)
    operations = (migrations.RunSQL(SQL, UNDO),)
