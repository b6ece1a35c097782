"""The signer: what it signs, what it refuses whoever asks, and how its keys are changed."""

from pathlib import Path

import psycopg
import pytest

from claims.ledger import log, merkle, tree
from claims.ledger.checkpoint import Refusal, Signed, sign_next
from claims.ledger.note import NoteError, Signer, open_checkpoint, open_note
from tests.claims import build
from tests.claims.ledger.test_log import STREAMS, append, draft
from tests.conftest import unguarded

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = "desk.example/log"
OLD, NEW = Signer(ORIGIN, bytes(32)), Signer(ORIGIN, b"\x01" * 32)

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint"


def sign(memory: Path, *signers: Signer) -> Signed:
    """One step of the signer, which must sign something or have it signed already."""
    signed = sign_next(origin=ORIGIN, signers=signers or [OLD], memory=memory, using="signer")
    assert signed
    return signed


def published() -> tree.Published:
    found = tree.newest()
    assert found
    return found


def rewritten(owner: psycopg.Connection, *statements: str) -> None:
    """Do to the ledger what only its owner can, having switched its guards off."""
    with unguarded(owner):
        for statement in statements:
            owner.execute(statement.encode())


EMPTIED = (
    "DELETE FROM ledger.event",
    "DELETE FROM ledger.payload",
    "DELETE FROM ledger.command",
    "DELETE FROM ledger.tile",
    "UPDATE ledger.head SET size = 0",
)


# What it signs


def test_an_empty_log_is_not_signed(memory: Path) -> None:
    assert sign_next(origin=ORIGIN, signers=[OLD], memory=memory, using="signer") is None
    assert tree.newest() is None
    assert not memory.exists()


def test_the_log_is_signed_as_it_stands_and_published(memory: Path) -> None:
    build.recorded(build.begins(), build.corroborated(2))
    signed = sign(memory)
    leaf_hashes = [entry.leaf_hash for entry in log.feed(0, 10)]
    opened = open_checkpoint(published().note, origin=ORIGIN, verifiers=[OLD.verifier])
    assert opened == signed.checkpoint
    assert (opened.size, opened.root) == (2, merkle.root(leaf_hashes))
    assert memory.read_bytes() == published().note == signed.note
    assert signed.new


def test_each_checkpoint_continues_the_one_before(memory: Path) -> None:
    append(*(draft(STREAMS[0], version) for version in range(1, 301)))
    first = sign(memory).checkpoint
    append(*(draft(STREAMS[1], version) for version in range(1, 301)))
    second = sign(memory).checkpoint
    assert (first.size, second.size) == (300, 600)
    merkle.verify_consistency(
        size1=300,
        size2=600,
        proof=tree.Tree(600).consistency_proof(300),
        root1=first.root,
        root2=second.root,
    )


def test_where_nothing_is_new_the_checkpoint_stays_as_it_is(memory: Path) -> None:
    build.recorded()
    first, at = sign(memory), published().signed_at
    again = sign(memory)
    assert (again.note, again.new) == (first.note, False)
    assert published().signed_at == at


def test_a_crash_before_publishing_forgets_nothing(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build.recorded()
    with monkeypatch.context() as patch:
        patch.setattr(tree, "publish", lambda *_args, **_options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sign(memory)
    assert tree.newest() is None
    assert sign(memory).note == published().note == memory.read_bytes()


# What it refuses


def test_a_forked_log_is_refused(memory: Path, owner_connection: psycopg.Connection) -> None:
    append(*(draft(STREAMS[0], version) for version in range(1, 4)))
    signed = sign(memory)
    rewritten(owner_connection, *EMPTIED)
    append(*(draft(STREAMS[1], version) for version in range(1, 6)))
    with pytest.raises(Refusal, match="the first 3 events are not those that were signed: a fork"):
        sign(memory)
    assert published().note == memory.read_bytes() == signed.note


def test_a_fork_of_the_same_size_is_refused(
    memory: Path, owner_connection: psycopg.Connection
) -> None:
    append(draft(STREAMS[0], 1))
    sign(memory)
    rewritten(owner_connection, *EMPTIED)
    append(draft(STREAMS[0], 1))
    with pytest.raises(Refusal, match="a fork"):
        sign(memory)


def test_a_fork_with_its_own_forged_checkpoint_is_refused(
    memory: Path, owner_connection: psycopg.Connection
) -> None:
    append(*(draft(STREAMS[0], version) for version in range(1, 301)))
    sign(memory)
    rewritten(owner_connection, *EMPTIED, "DELETE FROM ledger.checkpoint")
    append(*(draft(STREAMS[0], version) for version in range(1, 302)))
    with pytest.raises(Refusal, match="the first 300 events are not those"):
        sign(memory)
    assert tree.newest() is None


def test_a_log_that_was_cut_is_refused(memory: Path, owner_connection: psycopg.Connection) -> None:
    append(*(draft(STREAMS[0], version) for version in range(1, 4)))
    sign(memory)
    cut = "DELETE FROM ledger.event WHERE position = 2", "UPDATE ledger.head SET size = 2"
    rewritten(owner_connection, *cut)
    with pytest.raises(Refusal, match="has 2 events, and 3 were signed: it was cut"):
        sign(memory)


def test_an_event_that_its_leaf_hash_does_not_fit_is_refused_by_position(
    memory: Path, owner_connection: psycopg.Connection
) -> None:
    append(*(draft(STREAMS[0], version) for version in range(1, 4)))
    rewritten(owner_connection, "UPDATE ledger.event SET actor = 'user:9' WHERE position = 1")
    with pytest.raises(Refusal, match="event 1 is missing or not what its leaf hash says"):
        sign(memory)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_event_that_is_missing_is_refused_by_position(
    position: int, memory: Path, owner_connection: psycopg.Connection
) -> None:
    append(*(draft(STREAMS[0], version) for version in range(1, 4)))
    rewritten(owner_connection, f"DELETE FROM ledger.event WHERE position = {position}")
    with pytest.raises(Refusal, match=f"event {position} is missing"):
        sign(memory)


def test_a_tile_that_does_not_follow_from_the_events_is_refused(
    memory: Path, owner_connection: psycopg.Connection
) -> None:
    append(*(draft(STREAMS[0], version) for version in range(1, 301)))
    wrong = "decode(repeat('00', 8192), 'hex')"
    rewritten(
        owner_connection,
        f"INSERT INTO ledger.tile VALUES (0, 0, {wrong}, ledger.root_of({wrong}))",
    )
    with pytest.raises(Refusal, match="tiles of 300 events do not follow from the events"):
        sign(memory)


def test_a_lost_memory_is_refused_where_there_were_checkpoints(memory: Path) -> None:
    build.recorded()
    sign(memory)
    memory.unlink()
    with pytest.raises(Refusal, match="1 events was published, and the signer's own note"):
        sign(memory)


@pytest.mark.parametrize("size", [1, 2])
def test_a_checkpoint_that_somebody_else_published_is_refused(
    size: int, memory: Path, owner_connection: psycopg.Connection
) -> None:
    build.recorded()
    sign(memory)
    build.recorded()
    forged = f"INSERT INTO ledger.checkpoint VALUES (2, {size}, sha256(''), 'forged', now())"
    rewritten(owner_connection, forged)
    with pytest.raises(Refusal, match=f"a checkpoint of {size} events was published that is not"):
        sign(memory)


def test_an_old_memory_is_refused(memory: Path) -> None:
    build.recorded()
    old = sign(memory).note
    build.recorded()
    sign(memory)
    memory.write_bytes(old)
    with pytest.raises(Refusal, match="the signer's note is an old one"):
        sign(memory)


@pytest.mark.parametrize("change", [b"", b"nothing\n", None])
def test_a_memory_that_was_tampered_with_is_refused(change: bytes | None, memory: Path) -> None:
    build.recorded()
    note = sign(memory).note
    memory.write_bytes(note.replace(b"\n1\n", b"\n2\n") if change is None else change)
    with pytest.raises(Refusal, match="last note cannot be trusted"):
        sign(memory)


def test_a_checkpoint_signed_by_another_key_is_refused(memory: Path) -> None:
    build.recorded()
    sign(memory, NEW)
    with pytest.raises(NoteError, match="no key that is trusted"):
        open_checkpoint(published().note, origin=ORIGIN, verifiers=[OLD.verifier])
    with pytest.raises(Refusal, match="last note cannot be trusted: no key that is trusted"):
        sign(memory, OLD)


def test_another_origin_is_another_log(memory: Path) -> None:
    build.recorded()
    sign(memory)
    with pytest.raises(Refusal, match="and the origin is now other"):
        sign_next(origin="other", signers=[OLD], memory=memory, using="signer")


# Changing the key


def test_a_key_is_changed_by_signing_with_both_for_a_while(memory: Path) -> None:
    build.recorded()
    sign(memory, OLD)
    both = sign(memory, OLD, NEW)
    assert both.new
    assert both.checkpoint.size == 1
    for key in (OLD, NEW):
        assert open_note(published().note, [key.verifier])[1] == (key.verifier,)
    assert not sign(memory, OLD, NEW).new

    assert sign(memory, NEW).note == both.note
    build.recorded()
    last = sign(memory, NEW)
    assert last.checkpoint.size == 2
    open_checkpoint(last.note, origin=ORIGIN, verifiers=[NEW.verifier])
    with pytest.raises(NoteError):
        open_checkpoint(last.note, origin=ORIGIN, verifiers=[OLD.verifier])
