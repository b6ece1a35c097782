"""The ledger's own functions in schemas of their own, each with one safety left out.

They are made from the functions that PostgreSQL has, so that what is measured is what is shipped
but for one thing. Nothing here is ever shipped.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

FUNCTIONS = ("leaf_hash", "refuse_version", "take_turn", "append_one", "append_many", "append")
ZEROS = "decode(repeat('00', 32), 'hex')"
TABLES = """
CREATE SCHEMA {0};
CREATE TABLE {0}.head (LIKE ledger.head INCLUDING ALL) WITH (fillfactor = 10);
INSERT INTO {0}.head VALUES (true, 0, '2000-01-01T00:00:00Z');
CREATE SEQUENCE {0}.numbers MINVALUE 0;
CREATE TABLE {0}.event (LIKE ledger.event INCLUDING ALL);
CREATE TABLE {0}.payload (LIKE ledger.payload INCLUDING ALL);
CREATE TABLE {0}.command (LIKE ledger.command INCLUDING ALL);
CREATE TYPE {0}.receipt AS (
    first_position bigint, last_position bigint, recorded_at timestamptz, appended boolean);
"""
TRIGGERS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {0}.event
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {0}.payload
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {0}.command
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER only_grows BEFORE UPDATE ON {0}.head
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_shrinking();
"""
# What is left out, by schema: the function it stands in, a pattern, and what takes its place.
WITHOUT: dict[str, tuple[tuple[str, str, str], ...]] = {
    "all_safe": (),
    "no_lock": (
        ("take_turn", r"IF NOT pg_try_advisory.*?END IF;", ""),
        (
            "take_turn",
            r"UPDATE .*?INTO receipt;",
            "receipt.first_position := nextval('no_lock.numbers');"
            " receipt.last_position := receipt.first_position;"
            " receipt.recorded_at := clock_timestamp(); receipt.appended := true;",
        ),
    ),
    "no_chain": (("append_one", r"ledger\.leaf_hash\(.*?prev_hash\)\)", f"{ZEROS})"),),
    "no_commitment": (("append_one", r"sha256\('.*?'UTF8'\)\)", ZEROS),),
    "no_command": (
        ("take_turn", r"SELECT \* INTO known.*?END IF;", ""),
        ("append_one", r"INSERT INTO ledger\.command.*?;", ""),
    ),
    "no_trigger": (),
}


@contextmanager
def schemas(owner: psycopg.Connection) -> Iterator[list[str]]:
    """The schemas, which the application may call; they are dropped afterwards."""
    for schema, changes in WITHOUT.items():
        owner.execute(TABLES.format(schema).encode())
        if schema != "no_trigger":
            owner.execute(TRIGGERS.format(schema).encode())
        for function in FUNCTIONS:
            owner.execute(_without(owner, function, schema, changes).encode())
        owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO tracker_app".encode())
    yield list(WITHOUT)
    for schema in WITHOUT:
        owner.execute(f"DROP SCHEMA {schema} CASCADE".encode())


def _without(
    owner: psycopg.Connection, name: str, schema: str, changes: tuple[tuple[str, str, str], ...]
) -> str:
    """The definition of a function of the ledger for another schema, with its changes."""
    found = owner.execute(
        "SELECT pg_get_functiondef(oid) FROM pg_proc"
        " WHERE proname = %s AND pronamespace = 'ledger'::regnamespace",
        [name],
    ).fetchone()
    assert found
    text = str(found[0])
    for function, pattern, replacement in changes:
        if function == name:
            text, count = re.subn(pattern, replacement, text, flags=re.DOTALL)
            assert count == 1, f"{schema}: {pattern} is found {count} times in {name}"
    return text.replace("ledger.", f"{schema}.").replace("'ledger'", f"'{schema}'")
