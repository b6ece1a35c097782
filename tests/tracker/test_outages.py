"""A server that fails under a command is told of in a sentence that says what to do."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from redis import RedisError

from tests.conftest import ROOT
from tests.tracker.test_backup import without_tables
from tracker import outages

pytestmark = pytest.mark.usefixtures("committed")


def said(command: str, environment: dict[str, str]) -> str:
    """The last words of a command that fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    return done.stderr


@pytest.mark.parametrize("command", ["replay", "migrate", "export-log nowhere", "recheck"])
def test_a_database_that_is_away_is_named_with_what_to_do(command: str) -> None:
    away = {"DATABASE_POOL": "0"}  # which waits for a server as long as a request may
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        user = urlsplit(os.environ[name]).username
        away[name] = f"postgres://{user}:0a1b2c3d4e5f60718293@127.0.0.1:1/tracker"
    told = said(command, away)
    assert "PostgreSQL does not do what was asked: connection failed" in told
    assert "See that PostgreSQL runs and that DATABASE_URL" in told
    assert "Traceback" not in told
    assert "0a1b2c3d4e5f60718293" not in told


def test_a_database_without_tables_is_to_be_migrated() -> None:
    with without_tables("bare") as addresses:
        for command in ("replay --check", "recheck"):
            told = said(command, addresses)
            assert "run manage.py migrate, as their owner" in told
            assert "Traceback" not in told


def test_a_table_that_somebody_else_uses_stops_a_migration_and_leaves_it_whole() -> None:
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as other:
        other.execute("LOCK TABLE claims_claim IN ACCESS SHARE MODE")
        told = said("migrate claims 0022", {})
        assert "Somebody else is using these tables: run it again" in told
        assert "Nothing is left half done." in told
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=False, env=os.environ
    )
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("53100", "The disk of PostgreSQL is full"),
        ("53300", "The server has no room"),
        ("25006", "name the one that is written to"),
        ("57P03", "being stopped or started"),
        ("40001", "run it again"),
    ],
)
def test_what_the_server_lacks_is_said_by_its_own_code(code: str, told: str) -> None:
    with (
        pytest.raises(DatabaseError) as failed,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DO $$ BEGIN RAISE SQLSTATE '{code}' USING MESSAGE = 'no'; END $$")
    assert told in outages.sentence(failed.value)


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    with (
        pytest.raises(DatabaseError) as failed,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1/0")
    assert outages.sentence(failed.value) == ""


def test_redis_that_is_away_is_named() -> None:
    told = outages.sentence(RedisError("Connection refused."))
    assert told.splitlines()[0] == "Redis does not do what was asked: Connection refused."
    assert "REDIS_URL" in told
