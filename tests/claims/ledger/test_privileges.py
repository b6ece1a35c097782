"""Who may do what to the ledger, asked of PostgreSQL itself, by trying it and by its catalogue."""

from importlib import import_module
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from sources import intake
from tests.claims import build

TABLES = ("event", "payload", "command", "head", "tile", "checkpoint")
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
FORBIDDEN = "42501"  # insufficient_privilege
NOT_UPDATABLE = "55000"  # a view over more than one table
APPEND_ONLY = "CT403"  # raised by the ledger's own triggers


def refused(statement: str) -> str:
    """The SQLSTATE with which PostgreSQL refuses a statement of the application."""
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return str(getattr(error.value.__cause__, "sqlstate", ""))


# The application's role, by trying

HARM = [
    "UPDATE ledger.{table} SET {column} = {column}",
    "UPDATE ledger.{table} SET {column} = {column} WHERE false",
    "DELETE FROM ledger.{table}",
    "TRUNCATE ledger.{table}",
    "INSERT INTO ledger.{table} SELECT * FROM ledger.{table}",
    "INSERT INTO ledger.{table} DEFAULT VALUES",
    "SELECT * FROM ledger.{table} FOR UPDATE",
    "SELECT * FROM ledger.{table} FOR KEY SHARE",
    "LOCK TABLE ledger.{table} IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE ledger.{table} IN ROW EXCLUSIVE MODE",
    "ALTER TABLE ledger.{table} DISABLE TRIGGER append_only",
    "ALTER TABLE ledger.{table} DISABLE TRIGGER ALL",
    "ALTER TABLE ledger.{table} ADD COLUMN more text",
    "ALTER TABLE ledger.{table} OWNER TO tracker_app",
    "ALTER TABLE ledger.{table} RENAME TO other",
    "DROP TRIGGER append_only ON ledger.{table}",
    "DROP TABLE ledger.{table}",
    "CREATE INDEX ON ledger.{table} ({column})",
    "CREATE RULE nothing AS ON INSERT TO ledger.{table} DO INSTEAD NOTHING",
]
COLUMNS = {"event": "actor", "payload": "body", "command": "request", "head": "size"}
COLUMNS |= {"tile": "root", "checkpoint": "note"}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", HARM)
def test_the_application_cannot_rewrite_history(statement: str, table: str) -> None:
    build.recorded()
    assert refused(statement.format(table=table, column=COLUMNS[table])) == FORBIDDEN


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE tracker_ledger",
        "SET ROLE tracker_owner",
        "SET SESSION AUTHORIZATION tracker_ledger",
        "SET session_replication_role = replica",
        "CREATE TABLE ledger.other ()",
        "CREATE FUNCTION ledger.other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "ALTER FUNCTION ledger.append(jsonb) SECURITY INVOKER",
        "DROP FUNCTION ledger.append(jsonb)",
        "DROP SCHEMA ledger CASCADE",
        "ALTER SCHEMA ledger RENAME TO other",
        "CREATE SCHEMA other",
        "CREATE TABLE public.other ()",
        "ALTER TABLE claims_claim ADD COLUMN more text",
        "TRUNCATE claims_claim",
        "DROP VIEW claims_entry",
        "DROP TABLE sources_version",
        "ALTER TABLE sources_version DISABLE TRIGGER immutable",
        "TRUNCATE sources_version CASCADE",
        "SELECT ledger.refuse()",
        "COPY ledger.event FROM '/dev/null'",
        "CREATE ROLE other SUPERUSER",
        "ALTER ROLE tracker_app SUPERUSER",
        "GRANT tracker_ledger TO tracker_app",
    ],
)
def test_the_application_cannot_become_or_replace_the_ledgers_owner(statement: str) -> None:
    assert refused(statement) == FORBIDDEN


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO claims_entry (position) VALUES (1)",
        "UPDATE claims_entry SET actor = 'user:9'",
        "DELETE FROM claims_entry",
    ],
)
def test_the_window_on_the_ledger_is_for_looking_only(statement: str) -> None:
    build.recorded()
    assert refused(statement) in {FORBIDDEN, NOT_UPDATABLE}


@pytest.mark.django_db
def test_a_temporary_table_cannot_stand_in_for_the_ledger() -> None:
    """The functions run as their owner: what a session creates must not reach into them."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE head AS SELECT * FROM ledger.head")
        cursor.execute("CREATE TEMPORARY TABLE event (LIKE ledger.event)")
        cursor.execute("SET LOCAL search_path = pg_temp, ledger, public")
        build.recorded()
        cursor.execute("SELECT count(*) FROM pg_temp.event")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT size FROM ledger.head")
        assert cursor.fetchone() == (1,)


# The application's role, by the catalogue


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_the_application_holds_exactly_the_rights_it_needs() -> None:
    held = ", ".join(f"has_table_privilege('tracker_app', c.oid, '{verb}')" for verb in VERBS)
    found = {
        name: {verb for verb, has in zip(VERBS, rights, strict=True) if has}
        for name, *rights in rows(
            f"SELECT c.oid::regclass::text, {held} FROM pg_class c"
            " WHERE relkind IN ('r', 'p', 'v', 'm', 'f')"
            " AND relnamespace IN ('public'::regnamespace, 'ledger'::regnamespace)"
        )
    }
    for name, rights in found.items():
        expected = {"SELECT"}
        if not name.startswith("ledger.") and name != "claims_entry":
            expected |= {"INSERT", "UPDATE", "DELETE"}
        assert rights == expected, name
    assert {f"ledger.{table}" for table in TABLES} <= found.keys()
    assert {"claims_entry", "claims_claim", "sources_version"} <= found.keys()


@pytest.mark.django_db
def test_no_column_of_the_ledger_is_open_to_the_application() -> None:
    open_columns = rows(
        "SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
        " WHERE relnamespace = 'ledger'::regnamespace AND relkind = 'r' AND attnum > 0"
        " AND has_column_privilege('tracker_app', attrelid, attnum, 'INSERT, UPDATE, REFERENCES')"
    )
    assert open_columns == []


@pytest.mark.django_db
def test_the_application_may_call_what_appends_and_erases_and_nothing_else_of_the_ledger() -> None:
    callable_ones = rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace"
        " AND has_function_privilege('tracker_app', oid, 'EXECUTE') ORDER BY 1"
    )
    assert callable_ones == [("append",), ("erase",), ("erasure",), ("receipt_of",)]


@pytest.mark.django_db
def test_everything_in_the_ledger_belongs_to_a_role_that_nobody_can_log_in_as() -> None:
    owners = rows(
        "SELECT DISTINCT rolname, rolcanlogin, rolsuper FROM pg_roles JOIN ("
        " SELECT relowner AS owner FROM pg_class WHERE relnamespace = 'ledger'::regnamespace"
        " UNION SELECT proowner FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace"
        " UNION SELECT typowner FROM pg_type WHERE typnamespace = 'ledger'::regnamespace"
        " UNION SELECT nspowner FROM pg_namespace WHERE nspname = 'ledger'"
        ") AS things ON owner = pg_roles.oid"
    )
    assert owners == [("tracker_ledger", False, False)]


@pytest.mark.django_db
def test_the_application_is_an_ordinary_role_and_a_member_of_no_other() -> None:
    (role,) = rows(
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert role == ("tracker_app", False, False, False, False, False)
    assert rows("SELECT roleid FROM pg_auth_members WHERE member = 'tracker_app'::regrole") == []


@pytest.mark.django_db
def test_what_runs_as_the_ledgers_owner_fixes_its_search_path() -> None:
    (settings,) = rows(
        "SELECT array_agg(DISTINCT proconfig) FROM pg_proc"
        " WHERE pronamespace = 'ledger'::regnamespace AND prosecdef"
    )
    assert settings == ([["search_path=ledger, pg_temp"]],)


@pytest.mark.django_db
def test_the_guards_hold_in_every_mode_of_replication() -> None:
    guards = rows(
        "SELECT relname, tgname, tgenabled FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE relnamespace = 'ledger'::regnamespace AND NOT tgisinternal ORDER BY 1, 2"
    )
    assert {(table, "append_only", "A") for table in TABLES} <= set(guards)
    assert {mode for _, _, mode in guards} == {"A"}


# The owner and a superuser: the triggers refuse even them


REWRITE = [
    "UPDATE ledger.event SET actor = 'user:9'",
    "UPDATE ledger.event SET actor = 'user:9' WHERE false",
    "DELETE FROM ledger.event",
    "TRUNCATE ledger.event",
    "TRUNCATE ledger.event, ledger.payload, ledger.command CASCADE",
    "UPDATE ledger.payload SET body = '{}'",
    "UPDATE ledger.payload SET body = body",
    "UPDATE ledger.payload SET position = position + 100",
    "UPDATE ledger.payload SET body = NULL, salt = NULL, erased_by = position",
    "UPDATE ledger.payload SET body = NULL, salt = NULL, erased_by = position + 1",
    "DELETE FROM ledger.payload",
    "TRUNCATE ledger.payload",
    "UPDATE ledger.command SET last_position = 0",
    "DELETE FROM ledger.command",
    "TRUNCATE ledger.command",
    "DELETE FROM ledger.head",
    "TRUNCATE ledger.head",
    "UPDATE ledger.head SET size = size - 1",
    "UPDATE ledger.head SET size = size",
    "UPDATE ledger.head SET size = size + 1, recorded_at = recorded_at - interval '1 second'",
    "MERGE INTO ledger.event e USING ledger.head h ON e.position = 0"
    " WHEN MATCHED THEN UPDATE SET actor = 'user:9'",
    "INSERT INTO ledger.command SELECT * FROM ledger.command"
    " ON CONFLICT (id) DO UPDATE SET last_position = 0",
]


@pytest.mark.parametrize("role", ["tracker_owner", "tracker_ledger"])
def test_the_database_itself_refuses_the_owner_to_rewrite_history(
    role: str, committed: None, owner_connection: psycopg.Connection
) -> None:
    build.recorded()
    owner_connection.execute(f"SET ROLE {role}".encode())
    for statement in REWRITE:
        with pytest.raises(psycopg.DatabaseError) as error:
            owner_connection.execute(statement.encode())
        assert error.value.sqlstate == APPEND_ONLY, statement
    owner_connection.execute("RESET ROLE")


@pytest.mark.parametrize("mode", ["origin", "replica", "local"])
def test_the_database_itself_refuses_a_superuser_to_rewrite_history(
    mode: str, committed: None, superuser_connection: psycopg.Connection
) -> None:
    build.recorded()
    superuser_connection.execute(f"SET session_replication_role = {mode}".encode())
    for statement in REWRITE:
        with pytest.raises(psycopg.DatabaseError) as error:
            superuser_connection.execute(statement.encode())
        assert error.value.sqlstate == APPEND_ONLY, statement


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sources_version SET body = 'other'",
        "DELETE FROM sources_version",
    ],
)
def test_a_superuser_in_replica_mode_cannot_change_a_captured_version_either(
    statement: str, committed: None, superuser_connection: psycopg.Connection
) -> None:
    intake.receive(by="user:1", at=build.AT, body=b"Le compte a 80 000 abonnes.")
    superuser_connection.execute("SET session_replication_role = replica")
    with pytest.raises(psycopg.DatabaseError, match="never changes"):
        superuser_connection.execute(statement.encode())


def test_a_ledger_that_holds_events_is_not_thrown_away_by_a_migration(
    committed: None, owner_connection: psycopg.Connection
) -> None:
    build.recorded()
    undo = import_module("claims.migrations.0001_ledger").UNDO
    with pytest.raises(psycopg.DatabaseError, match="holds events"):
        owner_connection.execute(undo)
