"""The one change that a payload may see, and every other one refused, whoever tries."""

import json
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from claims import events, history
from claims.ledger import log
from claims.ledger.entry import GENESIS, Draft, Entry, commitment, leaf_hash
from claims.ledger.log import CommandReused, Conflict, Receipt
from tests.claims import build
from tests.claims.build import begins, corroborated, disputed, erased, recorded

APPEND_ONLY = "CT403"
GOES = "UPDATE ledger.payload SET body = NULL, salt = NULL, erased_by = {by} WHERE position = {at}"


def eraser(stream: UUID, version: int, *, position: int, of: int, **changes: Any) -> Draft:
    """The draft of an `erased` event, with nothing checked."""
    body = events.encode(events.Erased(position=position, version=of, reason="Privacy."))
    fields = {
        "event_id": uuid4(), "stream_id": stream, "version": version, "type": "erased",
        "schema_version": 1, "effective_at": build.AT, "body": body, "salt": b"\x07" * 32,
    }  # fmt: skip
    return Draft(**{**fields, **changes})


def erase(*drafts: Draft, command: UUID | None = None, request: bytes = bytes(32)) -> Receipt:
    return log.erase(command or uuid4(), request=request, actor="user:1", drafts=drafts)


def verified(entries: list[Entry]) -> None:
    """What an outsider checks of a log in which some words are gone."""
    latest: dict[UUID, Entry] = {}
    for position, entry in enumerate(entries):
        assert entry.position == position
        assert entry.leaf_hash == leaf_hash(entry.leaf())
        before = latest.get(entry.stream_id)
        assert entry.prev_hash == (before.leaf_hash if before else GENESIS)
        assert entry.version == (before.version + 1 if before else 1)
        if entry.body is None:
            assert entry.salt is None
            assert entry.erased_by is not None
            by = entries[entry.erased_by]
            assert (by.type, by.stream_id) == ("erased", entry.stream_id)
            assert entry.position < by.position
        else:
            assert entry.salt is not None
            assert entry.commitment == commitment(entry.salt, entry.body)
        latest[entry.stream_id] = entry


# What erasing does


@pytest.mark.django_db
def test_every_leaf_chain_and_other_commitment_holds_after_an_erasure() -> None:
    claim, other = recorded(begins(), corroborated(), disputed()), recorded(begins(8))
    before = log.between(0, log.size())

    erased(claim, 2)
    erased(other, 1)

    after = log.between(0, log.size())
    verified(after)
    assert [e.leaf_hash for e in after[:4]] == [e.leaf_hash for e in before]
    assert [e.commitment for e in after[:4]] == [e.commitment for e in before]
    assert [e.erased_by for e in after] == [None, 4, None, 5, None, None]
    assert [(e.type, e.version) for e in after[4:]] == [("erased", 4), ("erased", 2)]


@pytest.mark.django_db
def test_the_words_that_went_are_nowhere_in_the_ledger() -> None:
    claim = recorded(begins(speaker="Zinedine", wording="Zinedine."), corroborated())
    erased(claim, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.payload WHERE body LIKE '%%Zinedine%%'", [])
        assert cursor.fetchone() == (0,)
    (entry,) = log.feed(0, 1)
    assert (entry.body, entry.salt, entry.erased_by) == (None, None, 2)
    assert json.loads(entry.erasure or "") == {
        "position": 0, "reason": "Privacy.", "version": 1, "word": "erased",
    }  # fmt: skip


@pytest.mark.django_db
def test_an_erasure_is_a_command_like_any_other() -> None:
    claim, command = recorded(begins(), disputed()), uuid4()
    sent = eraser(claim, 3, position=1, of=2)

    first = erase(sent, command=command)
    again = erase(sent, command=command)

    assert (first.first, first.last, first.appended) == (2, 2, True)
    assert again == Receipt(first.first, first.last, first.recorded_at, appended=False)
    with pytest.raises(CommandReused), transaction.atomic():
        erase(sent, command=command, request=b"\x01" * 32)
    with pytest.raises(Conflict), transaction.atomic():
        erase(eraser(claim, 3, position=0, of=1))
    assert log.size() == 3


@pytest.mark.django_db
def test_an_erasure_that_is_rolled_back_took_nothing() -> None:
    claim = recorded()
    with transaction.atomic():
        erased(claim, 1)
        transaction.set_rollback(True)
    assert log.feed(0, 9)[0].body is not None
    assert log.size() == 1


@pytest.mark.django_db
def test_an_event_that_is_erased_already_is_not_erased_again() -> None:
    claim = recorded(begins(), disputed())
    erase(eraser(claim, 3, position=1, of=2))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        erase(eraser(claim, 4, position=1, of=2))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"position": 99, "of": 1},  # there is no such event
        {"position": 0, "of": 2},  # it is another version
        {"position": 1, "of": 1},  # it is of another claim
        {"position": 2, "of": 2},  # it is the erasure itself
        {"position": 0, "of": 1, "type": "asserted"},
        {"position": 0, "of": 1, "body": '{"word":"erased"}'},
        {"position": 0, "of": 1, "body": "nothing"},
        {"position": 0, "of": 1, "body": '{"position":"0","version":1}'},
    ],
)
def test_an_erasure_names_an_earlier_event_of_its_own_claim(wrong: dict[str, Any]) -> None:
    claim = recorded()
    recorded(begins(5))
    with pytest.raises(DatabaseError), transaction.atomic():
        erase(eraser(claim, 2, **wrong))
    assert log.size() == 2
    assert all(entry.body for entry in log.feed(0, 9))


def test_an_erased_event_that_erased_nothing_does_not_pass(committed: None) -> None:
    claim = recorded()
    with pytest.raises(DatabaseError, match="says that it erased another one"):
        log.append(
            uuid4(), request=bytes(32), actor="user:1",
            drafts=[eraser(claim, 2, position=0, of=1)],
        )  # fmt: skip
    assert log.size() == 1


def test_of_two_who_erase_at_once_one_does_and_both_are_answered(committed: None) -> None:
    claim = recorded(begins(), disputed())
    answers = build.at_once(*[lambda: erased(claim, 2)] * 4)
    assert sum(isinstance(answer, Receipt) for answer in answers) == 1
    assert log.size() == 3
    verified(log.between(0, 3))


# What nobody may do


# Events 0 to 2 of one claim, of which 3 erased event 1.
HARM = [
    GOES.format(at=0, by=3),  # an erasure of another event, and of another transaction
    GOES.format(at=0, by=2),  # no erasure
    GOES.format(at=0, by=0),
    GOES.format(at=0, by=99),
    GOES.format(at=3, by=3),
    "UPDATE ledger.payload SET body = NULL, salt = NULL WHERE position = 0",
    "UPDATE ledger.payload SET body = NULL, erased_by = 3 WHERE position = 0",
    "UPDATE ledger.payload SET body = '{}' WHERE position = 0",
    "UPDATE ledger.payload SET salt = sha256('x') WHERE position = 0",
    "UPDATE ledger.payload SET erased_by = 2 WHERE position = 1",
    "UPDATE ledger.payload SET erased_by = 3 WHERE position = 1",
    "UPDATE ledger.payload SET body = '{}', salt = sha256('x'), erased_by = NULL"
    " WHERE position = 1",
    "UPDATE ledger.payload SET position = 9 WHERE position = 1",
    "INSERT INTO ledger.payload VALUES (1, sha256('x'), '{}', NULL) ON CONFLICT (position)"
    " DO UPDATE SET body = '{}', salt = sha256('x'), erased_by = NULL",
    "MERGE INTO ledger.payload p USING ledger.head h ON p.position = 1"
    " WHEN MATCHED THEN UPDATE SET body = '{}', salt = sha256('x'), erased_by = NULL",
    "DELETE FROM ledger.payload WHERE position = 1",
    "TRUNCATE ledger.payload",
]


def tried(who: psycopg.Connection) -> None:
    for statement in HARM:
        with pytest.raises(psycopg.DatabaseError) as error:
            who.execute(statement.encode())
        assert error.value.sqlstate == APPEND_ONLY, statement
    verified(log.between(0, log.size()))


@pytest.mark.parametrize("mode", ["origin", "replica", "local"])
def test_a_superuser_can_neither_empty_nor_fill_a_payload(
    mode: str, committed: None, superuser_connection: psycopg.Connection
) -> None:
    erased(recorded(begins(), corroborated(), disputed()), 2)
    superuser_connection.execute(f"SET session_replication_role = {mode}".encode())
    tried(superuser_connection)


@pytest.mark.parametrize("role", ["tracker_owner", "tracker_ledger"])
def test_the_owner_can_neither_empty_nor_fill_a_payload(
    role: str, committed: None, owner_connection: psycopg.Connection
) -> None:
    erased(recorded(begins(), corroborated(), disputed()), 2)
    owner_connection.execute(f"SET ROLE {role}".encode())
    tried(owner_connection)
    owner_connection.execute("RESET ROLE")


@pytest.mark.django_db
def test_the_application_can_touch_no_payload_at_all() -> None:
    erased(recorded(begins(), corroborated(), disputed()), 2)
    for statement in HARM:
        with (
            pytest.raises(DatabaseError) as error,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert getattr(error.value.__cause__, "sqlstate", "") == "42501", statement


def by_hand(who: psycopg.Connection, claim: UUID, *, version: int, of: int) -> None:
    """Append an `erased` event that names event 0, version `of`, of a claim."""
    body = json.dumps({"position": 0, "version": of, "reason": "", "word": "erased"})
    event = {
        "id": str(uuid4()), "stream": str(claim), "version": version, "type": "erased",
        "schema": 1, "effective_at": "2026-03-01T00:00:00Z", "body": body, "salt": "07" * 32,
    }  # fmt: skip
    command = {"id": str(uuid4()), "request": "00" * 32, "actor": "user:1", "events": [event]}
    who.execute("SELECT ledger.append(%s::jsonb)", [json.dumps(command)])


@pytest.mark.parametrize("mode", ["origin", "replica"])
def test_an_erasure_by_hand_leaves_the_same_trace_and_spares_other_events(
    mode: str, committed: None, superuser_connection: psycopg.Connection
) -> None:
    """The one transition passes, in a savepoint too; with its event it can go for no other."""
    claim = recorded(begins(), disputed())
    superuser_connection.execute(f"SET session_replication_role = {mode}".encode())
    with superuser_connection.transaction():
        with superuser_connection.transaction():
            by_hand(superuser_connection, claim, version=3, of=1)
        for other in (GOES.format(at=1, by=2), GOES.format(at=2, by=2)):
            with (
                pytest.raises(psycopg.DatabaseError, match="append-only"),
                superuser_connection.transaction(),
            ):
                superuser_connection.execute(other.encode())
        superuser_connection.execute(GOES.format(at=0, by=2).encode())
    verified(log.between(0, log.size()))
    assert history.past(claim).state.wording == ""


def test_the_event_of_an_earlier_transaction_erases_nothing_any_more(
    committed: None, owner_connection: psycopg.Connection
) -> None:
    claim = recorded()
    off = "ALTER TABLE ledger.event {} TRIGGER erased_means_erased"
    owner_connection.execute(off.format("DISABLE").encode())
    by_hand(owner_connection, claim, version=2, of=1)
    owner_connection.execute(off.format("ENABLE ALWAYS").encode())
    with pytest.raises(psycopg.DatabaseError, match="append-only"):
        owner_connection.execute(GOES.format(at=0, by=1).encode())
