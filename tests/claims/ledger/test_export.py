"""The log leaves the house in files and comes back exactly as it was."""

import hashlib
import json
import tracemalloc
from dataclasses import replace
from datetime import datetime
from io import StringIO
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import rfc8785
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from claims import history
from claims.history import Change, CommandReused
from claims.ledger import lines, log, tiles, tree
from claims.ledger.export import Unimportable, batches, checked, export
from claims.models import Claim
from tests.claims import build
from tests.claims.ledger.exported import KEY, desk, emptied, exported, files, signed
from tests.claims.ledger.test_entry import ENTRY

committed = pytest.mark.usefixtures("committed")


def imported(folder: Path, *arguments: str) -> str:
    said = StringIO()
    call_command("import-log", str(folder), *arguments, stdout=said, stderr=StringIO())
    return said.getvalue()


def everything() -> tuple[list[object], ...]:
    """All rows of the ledger but for what a command was asked, and all claims."""
    tables = {
        "event": "*", "payload": "*", "tile": "*",
        "command": "id, first_position, last_position, recorded_at",
        "checkpoint": "size, root, note",
    }  # fmt: skip
    found = []
    with connection.cursor() as cursor:
        for table, columns in tables.items():
            cursor.execute(f"SELECT {columns} FROM ledger.{table} ORDER BY 1, 2")
            found.append(cursor.fetchall())
    return (*found, list(Claim.objects.order_by("id").values()))


# Lines


@given(build.TEXTS, build.MOMENTS, st.none() | st.integers(0, 2**53 - 1))
def test_a_line_is_canonical_json_and_gives_the_entry_back(
    body: str, moment: datetime, erased_by: int | None
) -> None:
    entry = replace(ENTRY, body=body, recorded_at=moment, erased_by=erased_by)
    line = lines.write(entry)
    assert lines.read(line) == entry
    assert rfc8785.dumps(json.loads(line)) + b"\n" == line


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\n",
        b"null\n",
        b"{}\n",
        b"[" * 100_000,
        lines.write(ENTRY)[:-1],
        lines.write(ENTRY) + b"\n",
        lines.write(ENTRY).replace(b'"position":7', b'"position": 7'),
        lines.write(ENTRY).replace(b'"position":7', b'"position":"7"'),
        lines.write(ENTRY).replace(b"aaaa", b"AAAA"),
        lines.write(ENTRY).replace(b"aaaa", b"zzzz"),
        lines.write(ENTRY).replace(b'"actor"', b'"acto\\u0072"'),
        lines.write(ENTRY).replace(b"2026", b"0000"),
        lines.write(ENTRY).replace(b'"{}"', b'"\xff"'),
        lines.write(ENTRY).replace(b"{", b'{"more":1,', 1),
        b" " * (lines.LONGEST + 1),
    ],
)
def test_a_line_that_no_export_writes_is_refused_in_words(broken: bytes) -> None:
    with pytest.raises(lines.Malformed, match=r"line"):
        lines.read(broken)


# Export


@committed
def test_an_export_holds_the_log_the_claims_and_a_log_in_c2sps_layout(tmp_path: Path) -> None:
    desk(claims=90)
    checkpoint = signed(tmp_path / "memory")
    found = files(exported(tmp_path / "export"))
    entries = log.feed(0, 270)
    assert found["entries.jsonl"] == b"".join(map(lines.write, entries))
    assert found["checkpoint"] == checkpoint.note
    assert found["tile/0/000"] == b"".join(entry.leaf_hash for entry in entries[:256])
    assert found["tile/0/001.p/14"] == b"".join(entry.leaf_hash for entry in entries[256:])
    assert tiles.unbundle(found["tile/entries/001.p/14"]) == [e.leaf() for e in entries[256:]]
    assert len(tiles.unbundle(found["tile/entries/000"])) == 256
    assert found["tile/1/000.p/1"] == tree.Tree(270).tile(1, 0)[0]
    assert set(found) == {
        "entries.jsonl", "claims.jsonl", "checkpoint", "manifest.json", "tile/0/000",
        "tile/0/001.p/14", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/14",
    }  # fmt: skip
    manifest = json.loads(found["manifest.json"])
    assert (manifest["size"], manifest["root"]) == (270, checkpoint.root.hex())
    assert manifest["files"]["claims.jsonl"] == hashlib.sha256(found["claims.jsonl"]).hexdigest()


@committed
def test_the_same_log_exports_to_the_same_bytes(tmp_path: Path) -> None:
    desk()
    signed(tmp_path / "memory")
    assert files(exported(tmp_path / "one")) == files(exported(tmp_path / "two"))


@committed
def test_the_tiles_end_where_the_checkpoint_ends_and_the_lines_go_on(tmp_path: Path) -> None:
    desk(claims=1)
    signed(tmp_path / "memory")
    desk(claims=1)
    found = files(exported(tmp_path / "export"))
    assert len(found["entries.jsonl"].splitlines()) == 6
    assert len(found["tile/0/000.p/3"]) == 3 * 32


@committed
def test_an_export_does_not_write_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "diary").write_text("Mine.")
    with pytest.raises(CommandError, match="is not empty"):
        exported(tmp_path)
    assert files(tmp_path) == {"diary": b"Mine."}


@committed
def test_an_empty_log_is_exported_and_imported_too(tmp_path: Path) -> None:
    folder = exported(tmp_path / "export")
    assert json.loads((folder / "manifest.json").read_bytes())["size"] == 0
    assert "0 events and 0 claims" in imported(folder)


def test_an_export_holds_no_more_in_memory_for_a_longer_log(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        entries = (replace(ENTRY, position=position) for position in range(count))
        tracemalloc.start()
        export(tmp_path / f"{count}", entries=entries, claims=(), checkpoint=None)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    assert peak(6000) < peak(600) + 100_000


# Import


@committed
def test_an_import_keeps_every_position_hash_and_time_and_the_claims(
    tmp_path: Path, owner_connection: psycopg.Connection
) -> None:
    desk(claims=90)
    signed(tmp_path / "memory")
    before, folder = everything(), exported(tmp_path / "export")
    emptied(owner_connection)
    assert log.size() == 0
    said = imported(folder, "--key", KEY)
    assert everything() == before
    assert "270 events and 90 claims are imported." in said
    assert json.loads((folder / "manifest.json").read_bytes())["files"]["claims.jsonl"] in said
    assert files(exported(tmp_path / "again")) == files(folder)


@committed
def test_the_desk_goes_on_after_an_import_and_the_signer_signs_on(
    tmp_path: Path, owner_connection: psycopg.Connection
) -> None:
    (claim,) = desk(claims=1)
    signed(tmp_path / "memory")
    folder = exported(tmp_path / "export")
    emptied(owner_connection)
    imported(folder)
    build.say(claim, build.dismissed())
    assert [entry.version for entry in log.stream(claim)] == [1, 2, 3, 4]
    assert signed(tmp_path / "memory").size == 4


@committed
def test_a_command_sent_again_after_an_import_is_refused_and_not_done_twice(
    tmp_path: Path, owner_connection: psycopg.Connection
) -> None:
    claim, command = uuid4(), uuid4()
    change = Change(claim=claim, expected=0, words=(build.begins(),))
    history.record([change], actor="user:1", at=build.AT, command=command)
    folder = exported(tmp_path / "export")
    emptied(owner_connection)
    imported(folder)
    with pytest.raises(CommandReused):
        history.record([change], actor="user:1", at=build.AT, command=command)
    assert log.size() == 1


@committed
def test_a_log_is_not_imported_into_a_database_that_has_one(tmp_path: Path) -> None:
    desk(claims=1)
    folder = exported(tmp_path / "export")
    with pytest.raises(CommandError, match=r"holds 3 events; a log is taken over into an empty"):
        imported(folder)
    document = next(batch for _, batch in batches(folder))
    with pytest.raises(log.Occupied, match="the ledger holds 3 events already"):
        log.take_over(document, using=connections["owner"])


@committed
@pytest.mark.parametrize("name", ["entries.jsonl", "claims.jsonl", "checkpoint", "manifest.json"])
def test_an_export_with_a_file_changed_is_not_imported(
    name: str, tmp_path: Path, owner_connection: psycopg.Connection
) -> None:
    desk(claims=1)
    signed(tmp_path / "memory")
    folder = exported(tmp_path / "export")
    emptied(owner_connection)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content.replace(b"a", b"b", 1))
    with pytest.raises(CommandError, match="Nothing was imported"):
        imported(folder)
    (folder / name).unlink()
    with pytest.raises(CommandError, match="Nothing was imported"):
        imported(folder)
    assert log.size() == 0


CHANGES: dict[str, object] = {
    "position": 5,
    "version": 2,
    "prev_hash": "11" * 32,
    "recorded_at": "1999-01-01T00:00:00.000000Z",
    "leaf_hash": "22" * 32,
    "commitment": "33" * 32,
    "actor": "user:9",
    "body": "{}",
    "salt": None,
}


@committed
@pytest.mark.parametrize("name", CHANGES)
def test_the_database_itself_refuses_an_event_that_is_not_what_it_says(
    name: str, tmp_path: Path, owner_connection: psycopg.Connection
) -> None:
    desk(claims=1)
    folder = exported(tmp_path / "export")
    emptied(owner_connection)
    entries = [json.loads(line) for line in (folder / "entries.jsonl").read_text().splitlines()]
    entries[0][name] = CHANGES[name]
    with pytest.raises(DatabaseError, match="the event for position 0 does not fit"):
        log.take_over(json.dumps(entries), using=connections["owner"])
    assert log.size() == 0


@committed
def test_an_import_that_breaks_off_leaves_the_ledger_empty(
    tmp_path: Path, owner_connection: psycopg.Connection
) -> None:
    desk(claims=2)
    folder = exported(tmp_path / "export")
    emptied(owner_connection)
    first, *rest = (line for line in (folder / "entries.jsonl").read_text().splitlines())

    def broken() -> None:
        with transaction.atomic(using="owner"):
            assert log.take_over(f"[{first}]", using=connections["owner"]) == 1
            log.take_over(f"[{rest[1]}]", using=connections["owner"])

    with pytest.raises(DatabaseError, match="the event for position 1 does not fit"):
        broken()
    assert log.size() == 0


@pytest.mark.django_db
def test_the_application_cannot_import() -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        log.take_over("[]", using=connection)


def test_a_folder_that_is_no_export_is_not_imported(tmp_path: Path) -> None:
    with pytest.raises(Unimportable, match="No such file"):
        checked(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(Unimportable, match="is not a manifest"):
        checked(tmp_path)
