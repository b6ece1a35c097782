"""A backup comes back whole in an empty database, or not at all."""

import gzip
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command
from django.db import connections
from psycopg import sql

from sources import intake
from tests.claims.build import AT
from tests.claims.ledger.exported import desk
from tests.conftest import ADDRESSES, ROOT, _address
from tracker import backups

pytestmark = pytest.mark.usefixtures("committed")
TABLES = (
    "ledger.head", "ledger.event", "ledger.payload", "ledger.command", "claims_claim",
    "claims_lexeme", "sources_document", "sources_version", "auth_group_permissions",
)  # fmt: skip
LETTER = "Zinédine habite ici. مرحبا <script>alert(1)</script>".encode()


def backup(folder: Path, **options: object) -> str:
    said = StringIO()
    call_command("backup", str(folder), stdout=said, stderr=said, **options)
    return said.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A backup of a desk at work."""
    desk()
    intake.receive(by="ada", at=AT, body=LETTER)
    backup(tmp_path / "backup")
    return tmp_path / "backup"


@contextmanager
def without_tables(name: str) -> Iterator[dict[str, str]]:
    """The addresses of a database with the desk's roles and not one table."""
    maker = os.environ.get("SUPERUSER_DATABASE_URL") or os.environ["OWNER_DATABASE_URL"]
    name = f"test_{name}_{os.getpid()}"
    identifier = sql.Identifier(name)
    with psycopg.connect(maker, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    with psycopg.connect(_address(maker, name)) as connection:
        connection.execute((ROOT / "tracker" / "roles.sql").read_bytes())
    try:
        yield {key: _address(os.environ[key], name) for key in ADDRESSES if key in os.environ}
    finally:
        with psycopg.connect(maker, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@pytest.fixture
def empty() -> Iterator[dict[str, str]]:
    with without_tables("restored") as addresses:
        yield addresses


def begun(folder: Path, addresses: dict[str, str], *more: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", "restore", str(folder), *map(str, more)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | addresses,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def restored(folder: Path, addresses: dict[str, str], *more: object) -> tuple[int, str]:
    process = begun(folder, addresses, *more)
    said = process.communicate(timeout=120)[0]
    return process.returncode, said


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(url) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2".encode()).fetchall()
            if table != "ledger.head"
            else connection.execute(b"SELECT * FROM ledger.head").fetchall()
            for table in TABLES
        }


def tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE tableowner ~ '^tracker'")
        return int((found.fetchone() or [0])[0])


def rewritten(folder: Path, name: str, content: bytes) -> None:
    """Another file in the backup, and a manifest that vouches for it."""
    (folder / name).write_bytes(gzip.compress(content))
    found = json.loads((folder / "manifest.json").read_text())
    found["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(found))


@pytest.mark.parametrize(
    ("name", "was", "now", "said"),
    [
        ("database.sql.gz", b"Agency 12", b"Agency 99", "events do not have their hash"),
        ("documents.sql.gz", LETTER.hex().encode(), b"00", "documents do not have their hash"),
    ],
)
def test_what_was_rewritten_inside_is_found_when_it_is_verified(
    folder: Path, empty: dict[str, str], name: str, was: bytes, now: bytes, said: str
) -> None:
    content = gzip.decompress((folder / name).read_bytes())
    assert was in content
    rewritten(folder, name, content.replace(was, now))
    code, told = restored(folder, empty)
    assert code
    assert said in told
    assert "Do not work with it" in told


def test_it_comes_back_row_for_row_and_is_verified(folder: Path, empty: dict[str, str]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    code, said = restored(folder, empty)
    assert code == 0, said
    assert f"Verified: root {manifest['root']}, digest {manifest['digest']}" in said
    before = rows(os.environ["OWNER_DATABASE_URL"])
    assert before["ledger.event"]
    assert before["sources_version"]
    assert rows(empty["OWNER_DATABASE_URL"]) == before


def test_what_came_back_still_refuses_to_rewrite_history(
    folder: Path, empty: dict[str, str]
) -> None:
    assert restored(folder, empty)[0] == 0
    with (
        psycopg.connect(empty["DATABASE_URL"]) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("DELETE FROM ledger.event")
    with psycopg.connect(empty["OWNER_DATABASE_URL"]) as owner, pytest.raises(psycopg.Error):
        owner.execute("DELETE FROM ledger.event")


def test_only_its_owner_reads_it_and_the_documents_stand_apart(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    letter = LETTER.hex().encode()
    holding = [p.name for p in folder.glob("*.gz") if letter in gzip.decompress(p.read_bytes())]
    assert holding == ["documents.sql.gz"]


@pytest.mark.parametrize(
    "name", ["schema.sql.gz", "database.sql.gz", "documents.sql.gz", "constraints.sql.gz"]
)
def test_an_altered_or_cut_short_file_is_refused(
    folder: Path, empty: dict[str, str], name: str
) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    code, said = restored(folder, empty)
    assert code
    assert f"Nothing was restored: {name} was altered or cut short" in said
    assert "Traceback" not in said
    assert tables(empty["OWNER_DATABASE_URL"]) == 0


def test_what_the_database_refuses_is_said_and_undone(folder: Path, empty: dict[str, str]) -> None:
    long = b"SELECT 1/0;\n" + b"SELECT 1;\n" * 200_000
    rewritten(folder, "constraints.sql.gz", long)
    code, said = restored(folder, empty)
    assert code
    assert "Nothing was restored: psql stopped" in said
    assert "division by zero" in said
    assert tables(empty["OWNER_DATABASE_URL"]) == 0


def test_a_backup_that_cannot_be_finished_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk()
    connections["owner"].ensure_connection()  # pg_dump alone finds the door shut
    monkeypatch.setitem(settings.DATABASES["owner"], "PASSWORD", "wrong-password")
    with pytest.raises(CommandError, match="This is no backup: pg_dump stopped") as refused:
        backup(tmp_path / "backup")
    assert "wrong-password" not in str(refused.value)
    assert not (tmp_path / "backup" / "manifest.json").exists()


def test_a_backup_without_one_of_its_files_is_refused(folder: Path) -> None:
    (folder / "documents.sql.gz").unlink()
    with pytest.raises(backups.Unusable, match=r"documents.sql.gz is not in .* any more"):
        backups.checked(folder)


def test_a_disk_without_room_leaves_what_is_no_backup(tmp_path: Path) -> None:
    desk()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(CommandError, match=r"This is no backup: .*can be deleted"):
            backup(tmp_path / "backup")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with pytest.raises(backups.Unusable, match="it is no backup, or was cut short"):
        backups.checked(tmp_path / "backup")


def test_programs_that_are_older_than_the_server_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = Path("/usr/lib/postgresql/15/bin/pg_dump")
    if not older.exists():
        pytest.skip("there is no older PostgreSQL here (Debian 12: apt-get install postgresql)")
    monkeypatch.setattr(backups, "_program", lambda name: str(older))
    with pytest.raises(CommandError, match=f"{older} is older than the server. Install"):
        backup(tmp_path / "backup")


def test_a_backup_without_its_manifest_was_cut_short(folder: Path, empty: dict[str, str]) -> None:
    (folder / "manifest.json").unlink()
    code, said = restored(folder, empty)
    assert code
    assert "it is no backup, or was cut short" in said


def test_another_root_than_the_log_has_is_told(folder: Path, empty: dict[str, str]) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"root": "00" * 32}))
    code, said = restored(folder, empty)
    assert code
    assert "the log has another root than in the manifest" in said


def test_a_backup_of_a_newer_release_is_refused(folder: Path, empty: dict[str, str]) -> None:
    path = folder / "manifest.json"
    found = json.loads(path.read_text())
    found["migrations"].append("sources.9999_future")
    path.write_text(json.dumps(found))
    code, said = restored(folder, empty)
    assert code
    assert "made by another release, with sources.9999_future" in said
    assert tables(empty["OWNER_DATABASE_URL"]) == 0


def test_a_backup_of_an_older_release_is_brought_up_to_date(
    folder: Path, empty: dict[str, str], tmp_path: Path
) -> None:
    assert restored(folder, empty)[0] == 0
    for arguments in (["migrate", "claims", "0024"], ["backup", str(tmp_path / "older")]):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=os.environ | empty, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    with without_tables("upgraded") as addresses:
        code, said = restored(tmp_path / "older", addresses)
        assert code == 0, said
        assert rows(addresses["OWNER_DATABASE_URL"])["ledger.event"]
        assert tables(addresses["OWNER_DATABASE_URL"]) == tables(os.environ["OWNER_DATABASE_URL"])


def test_it_is_restored_into_an_empty_database_only(folder: Path) -> None:
    before = rows(os.environ["OWNER_DATABASE_URL"])
    code, said = restored(folder, {})
    assert code
    assert "tables already" in said
    assert rows(os.environ["OWNER_DATABASE_URL"]) == before


def test_what_is_restored_is_not_verified_in_another_database(
    folder: Path, empty: dict[str, str]
) -> None:
    code, said = restored(folder, {"OWNER_DATABASE_URL": empty["OWNER_DATABASE_URL"]})
    assert code
    assert "DATABASE_URL and OWNER_DATABASE_URL lead to two databases" in said
    assert "Verified" not in said
    assert tables(empty["OWNER_DATABASE_URL"]) == 0
    for command in (["backup", str(folder / "second")], ["import-log", str(folder)]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=os.environ | {"DATABASE_URL": empty["DATABASE_URL"]},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert "lead to two databases" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_restore_that_is_killed_leaves_nothing(folder: Path, empty: dict[str, str]) -> None:
    process = begun(folder, empty)
    with psycopg.connect(os.environ["SUPERUSER_DATABASE_URL"], autocommit=True) as watch:
        name = urlsplit(empty["DATABASE_URL"]).path[1:]
        busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND xact_start IS NOT NULL"
        busy += " AND application_name = 'psql'"
        deadline = time.monotonic() + 60
        while not (watch.execute(busy, [name]).fetchone() or [0])[0]:
            assert process.poll() is None
            assert time.monotonic() < deadline
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        while (watch.execute(others, [name]).fetchone() or [0])[0]:
            assert time.monotonic() < deadline
    assert tables(empty["OWNER_DATABASE_URL"]) == 0
    assert restored(folder, empty)[0] == 0


def test_keys_go_apart_and_come_back_where_none_are(
    folder: Path, empty: dict[str, str], tmp_path: Path, settings: LazySettings
) -> None:
    settings.SIGNING_KEY_FILE = str(tmp_path / "signer" / "key")
    settings.CHECKPOINT_FILE = str(tmp_path / "signer" / "checkpoint")
    call_command("make-signing-key", stdout=StringIO(), stderr=StringIO())
    kept = tmp_path / "kept"
    with pytest.raises(CommandError, match="Keys stay apart"):
        backup(tmp_path / "second", keys=tmp_path / "second" / "keys")
    assert "(CHECKPOINT_FILE) to keep" in backup(tmp_path / "second", keys=kept)
    secret = Path(settings.SIGNING_KEY_FILE).read_bytes()
    assert not any(secret in path.read_bytes() for path in (tmp_path / "second").iterdir())

    place = {"SIGNING_KEY_FILE": str(tmp_path / "new" / "key")}
    place["CHECKPOINT_FILE"] = str(tmp_path / "new" / "checkpoint")
    code, said = restored(folder, {**empty, **place}, "--keys", kept)
    assert code == 0, said
    assert Path(place["SIGNING_KEY_FILE"]).read_bytes() == secret
    assert Path(place["SIGNING_KEY_FILE"]).stat().st_mode & 0o777 == 0o600
    code, said = restored(folder, {**empty, **place}, "--keys", kept)
    assert code


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("mine")
    with pytest.raises(CommandError, match="is not empty"):
        backup(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["note"]
