"""A database that the desk cannot live in is refused before anything is made in it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from psycopg import sql

from tests.conftest import ROOT, _address
from tests.tracker.test_backup import tables
from tracker import ground
from tracker.management.commands import doctor

pytestmark = pytest.mark.usefixtures("committed")
FUTURE = "INSERT INTO django_migrations (app, name, applied) VALUES ('claims', '9999_x', now())"


@contextmanager
def made(options: str) -> Iterator[dict[str, str]]:
    """The addresses of another database, made with these options."""
    if not (maker := os.environ.get("SUPERUSER_DATABASE_URL")):
        pytest.skip("this server gives the tests no superuser (SUPERUSER_DATABASE_URL)")
    name = sql.Identifier(f"test_ground_{os.getpid()}")
    with psycopg.connect(maker, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} {}").format(name, sql.SQL(options)))
        try:
            yield {
                key: _address(os.environ[key], name.as_string().strip('"'))
                for key in ("DATABASE_URL", "OWNER_DATABASE_URL", "SUPERUSER_DATABASE_URL")
            }
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def roles(addresses: dict[str, str]) -> None:
    with psycopg.connect(addresses["SUPERUSER_DATABASE_URL"]) as superuser:
        superuser.execute((ROOT / "tracker" / "roles.sql").read_bytes())


def migrate(addresses: dict[str, str]) -> str:
    """What migrate says, which must refuse."""
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT, env=os.environ | addresses, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert tables(addresses["OWNER_DATABASE_URL"]) == 0
    return done.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            "TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'",
            "takes É and é for different letters",
        ),
        ("TEMPLATE template0 LOCALE_PROVIDER libc ENCODING 'SQL_ASCII' LOCALE 'C'", "is SQL_ASCII"),
    ],
)
def test_a_database_in_which_french_is_not_found_is_refused(options: str, told: str) -> None:
    with made(options) as addresses:
        roles(addresses)
        assert told in migrate(addresses)


def test_a_database_that_roles_sql_was_not_run_in_is_refused() -> None:
    with made("") as addresses:
        assert "run tracker/roles.sql in this database" in migrate(addresses)


def test_an_older_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(ground.flaws("default")) == []
    monkeypatch.setattr(ground, "OLDEST", 99)
    (flaw,) = ground.flaws("default")
    assert "older than 99: upgrade it (pg_upgrade)" in str(flaw)


def test_two_migrations_at_once_make_the_tables_once() -> None:
    with made("") as addresses:
        roles(addresses)
        both = [
            subprocess.Popen(
                [sys.executable, "manage.py", "migrate", "-v0"],
                cwd=ROOT, env=os.environ | addresses, stderr=subprocess.PIPE, text=True,
            )
            for _ in range(2)
        ]  # fmt: skip
        said = [each.communicate(timeout=120)[1] for each in both]
        assert [each.returncode for each in both] == [0, 0], said
        assert tables(addresses["OWNER_DATABASE_URL"]) == tables(os.environ["OWNER_DATABASE_URL"])


def test_tables_of_a_newer_release_are_left_alone(owner_connection: psycopg.Connection) -> None:
    owner_connection.execute(FUTURE)
    try:
        with pytest.raises(CommandError, match=r"newer release \(claims.9999_x\)"):
            call_command("migrate", "claims", "0001", verbosity=0)
        (told,) = [one for one in doctor.database() if one.remedy]
        assert told.state == "made by a newer release than this (claims.9999_x)"
    finally:
        owner_connection.execute("DELETE FROM django_migrations WHERE name = '9999_x'")


def test_the_applications_own_role_is_told_that_it_cannot_migrate(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="tracker_app may not make tables in this database"):
        call_command("migrate", database="default", verbosity=0)
