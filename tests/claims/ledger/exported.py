"""What tests of exports and of the verifier share: a signed desk, its export, and the verifier."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from itertools import groupby
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.core.management import call_command

from claims import events, history, projections
from claims.ledger import lines, tree
from claims.ledger.checkpoint import sign_next
from claims.ledger.entry import GENESIS, Entry, commitment, leaf_hash
from claims.ledger.export import export
from claims.ledger.merkle import root
from claims.ledger.note import Checkpoint, Signer, sign
from claims.ledger.verify import command
from tests.claims.build import AT, Said, begins, corroborated, disputed, recorded, say
from tests.conftest import unguarded

ORIGIN = "desk.example/log"
SIGNER = Signer(ORIGIN, bytes(32))
KEY = str(SIGNER.verifier)
TABLES = ("event", "payload", "command", "tile", "checkpoint")


# Without a database


def logged(*histories: Sequence[Said]) -> list[Entry]:
    """The entries of a log in which these histories are told in turns, as the ledger makes them."""
    told = [
        (UUID(int=1000 + number), version, word, actor)
        for number, said in enumerate(histories)
        for version, (word, actor) in enumerate(said, 1)
    ]
    entries: list[Entry] = []
    last: dict[UUID, bytes] = {}
    for position, (claim, version, word, actor) in enumerate(sorted(told, key=lambda one: one[1])):
        salt, body = position.to_bytes(32, "big"), events.encode(word)
        unhashed = Entry(
            position=position,
            event_id=UUID(int=position),
            stream_id=claim,
            version=version,
            type=events.name(word),
            schema_version=events.SCHEMA_VERSION,
            actor=actor,
            effective_at=AT,
            recorded_at=AT + timedelta(seconds=position),
            command_id=UUID(int=position),
            commitment=commitment(salt, body),
            prev_hash=last.get(claim, GENESIS),
            leaf_hash=b"",
            salt=salt,
            body=body,
            erased_by=None,
        )
        last[claim] = leaf_hash(unhashed.leaf())
        entries.append(replace(unhashed, leaf_hash=last[claim]))
    return entries


def shown(entries: Iterable[Entry]) -> list[bytes]:
    """The lines of the read side, as the entries add up."""
    in_order = sorted(entries, key=lambda entry: (entry.stream_id, entry.version))
    found = []
    for claim, said in groupby(in_order, key=lambda entry: entry.stream_id):
        past = history.added_up(said)
        assert past.mark
        found.append(lines.canonical(projections.row(claim, past.state, past.mark)))
    return found


def checkpoint_of(entries: Sequence[Entry], signer: Signer = SIGNER) -> bytes:
    """A signed note over these entries."""
    leaf_hashes = [entry.leaf_hash for entry in entries]
    return sign(Checkpoint(ORIGIN, len(entries), root(leaf_hashes)).text(), [signer])


def written(folder: Path, entries: Sequence[Entry], *, covered: int | None = None) -> Path:
    """An export of entries, signed as far as `covered`."""
    size = len(entries) if covered is None else covered
    note = checkpoint_of(entries[:size])
    export(folder, entries=entries, claims=shown(entries), checkpoint=(size, note))
    return folder


# With the desk's real database


def desk(claims: int = 3) -> list[UUID]:
    """A desk at work: three events of each claim, told in turns so that the chains interleave."""
    found = [recorded(begins(10 * number + 1)) for number in range(claims)]
    for number, claim in enumerate(found):
        say(claim, corroborated(10 * number + 2))
    for number, claim in enumerate(found):
        say(claim, disputed(10 * number + 3))
    return found


def signed(memory: Path) -> tree.Published:
    """The newest checkpoint, over the log as it stands."""
    sign_next(origin=ORIGIN, signers=[SIGNER], memory=memory, using="owner")
    newest = tree.newest()
    assert newest is not None
    return newest


def exported(folder: Path) -> Path:
    call_command("export-log", str(folder), stdout=StringIO(), stderr=StringIO())
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, by its path there."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(found)}


def emptied(owner: psycopg.Connection) -> None:
    """A database as it is before the first event, made as only the ledger's owner can."""
    tables = [f"ledger.{name}" for name in TABLES]
    with unguarded(owner):
        owner.execute(f"TRUNCATE {', '.join(tables)}, claims_claim".encode())
        owner.execute("UPDATE ledger.head SET size = 0, recorded_at = '2000-01-01T00:00:00Z'")


def verified(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """The verifier's exit code and what it says, asked with the desk's own key."""
    capsys.readouterr()
    code = command.main([*map(str, arguments), "--key", KEY])
    return code, capsys.readouterr().out
