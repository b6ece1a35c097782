"""The log on a real PostgreSQL: dense positions, chains, commitments, and reading it."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.ledger import log
from claims.ledger.entry import GENESIS, Draft, Entry, Said
from claims.ledger.log import CommandReused, Conflict, Receipt
from tests.claims import build

pytestmark = pytest.mark.django_db

REQUEST = bytes(32)
STREAMS = [UUID(int=number) for number in range(1, 4)]


def draft(stream: UUID, version: int, **changes: Any) -> Draft:
    fields = {
        "event_id": uuid4(),
        "stream_id": stream,
        "version": version,
        "type": "asserted",
        "schema_version": 1,
        "effective_at": build.AT,
        "body": '{"word":"asserted"}',
        "salt": b"\x05" * 32,
    }
    return Draft(**{**fields, **changes})


def append(*drafts: Draft, **changes: Any) -> Receipt:
    fields = {"command": uuid4(), "request": REQUEST, "actor": "user:1", **changes}
    return log.append(fields.pop("command"), drafts=drafts, **fields)


def command(effective_at: str) -> str:
    """A command as any client might send it, with a time that Python may not know."""
    event = {
        "id": str(uuid4()), "stream": str(STREAMS[0]), "version": 1, "type": "asserted",
        "schema": 1, "effective_at": effective_at, "body": "{}", "salt": "05" * 32,
    }  # fmt: skip
    return json.dumps(
        {"id": str(uuid4()), "request": "00" * 32, "actor": "user:1", "events": [event]}
    )


def leaf(entry: Entry) -> bytes:
    """The leaf once more, from the definition: what an outsider would write."""

    def moment(at: datetime) -> str:
        return at.astimezone(UTC).strftime("%m-%dT%H:%M:%S.%fZ")

    effective = f"{entry.effective_at.astimezone(UTC).year:04}-{moment(entry.effective_at)}"
    recorded = f"{entry.recorded_at.astimezone(UTC).year:04}-{moment(entry.recorded_at)}"
    text = f"claim-tracker event 1\n{entry.position}\n{entry.event_id}\n{entry.stream_id}\n"
    text += f"{entry.version}\n{entry.type}\n{entry.schema_version}\n{entry.actor}\n"
    text += f"{effective}\n{recorded}\n{entry.command_id}\n"
    text += f"{entry.commitment.hex()}\n{entry.prev_hash.hex()}\n"
    return text.encode()


def check(entries: list[Entry], first: int) -> None:
    """What an outsider checks of the log from a position on: density, order, chains, hashes."""
    latest: dict[UUID, Entry] = {}
    recorded_at = datetime.min.replace(tzinfo=UTC)
    for position, entry in enumerate(entries, first):
        assert entry.position == position
        assert entry.recorded_at >= recorded_at
        assert entry.leaf() == leaf(entry)
        assert entry.leaf_hash == hashlib.sha256(b"\x00" + leaf(entry)).digest()
        before = latest.get(entry.stream_id)
        assert entry.version == (before.version + 1 if before else 1)
        assert entry.prev_hash == (before.leaf_hash if before else GENESIS)
        assert entry.salt is not None
        assert entry.body is not None
        said = b"\x02" + entry.salt + entry.body.encode()
        assert entry.commitment == hashlib.sha256(said).digest()
        latest[entry.stream_id], recorded_at = entry, entry.recorded_at


BATCHES = st.lists(
    st.tuples(
        st.lists(
            st.tuples(
                st.integers(0, 3), build.TEXTS, build.MOMENTS, st.binary(min_size=32, max_size=32)
            ),
            min_size=1,
            max_size=6,
        ),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(BATCHES)
def test_the_log_is_dense_chained_and_committed_whatever_is_appended(batches: Any) -> None:
    """Random batches over four streams, some of them rolled back."""
    streams = [uuid4() for _ in range(4)]
    first = log.size()
    versions = dict.fromkeys(streams, 0)
    said: list[tuple[UUID, str, datetime]] = []
    for events, rolled_back in batches:
        drafts, after = [], dict(versions)
        for number, body, at, salt in events:
            stream = streams[number]
            after[stream] += 1
            drafts.append(draft(stream, after[stream], body=body, effective_at=at, salt=salt))
        with transaction.atomic():
            append(*drafts)
            transaction.set_rollback(rolled_back)
        if not rolled_back:
            versions = after
            said += [(d.stream_id, d.body, d.effective_at) for d in drafts]
    entries = log.between(first, log.size())
    assert [(e.stream_id, e.body, e.effective_at) for e in entries] == said
    check(entries, first)
    for stream in streams:
        assert log.stream(stream) == [e for e in entries if e.stream_id == stream]


def test_the_first_entry_stands_at_position_zero() -> None:
    receipt = append(draft(STREAMS[0], 1))
    assert (receipt.first, receipt.last, receipt.appended) == (0, 0, True)
    assert log.size() == 1


def test_an_entry_holds_what_was_appended() -> None:
    sent, command = draft(STREAMS[0], 1), uuid4()
    receipt = append(sent, command=command, actor="user:42")
    (entry,) = log.feed(receipt.first, 1)
    assert (entry.event_id, entry.stream_id, entry.version) == (sent.event_id, STREAMS[0], 1)
    assert (entry.type, entry.schema_version, entry.actor) == ("asserted", 1, "user:42")
    assert (entry.body, entry.salt, entry.erased_by) == (sent.body, sent.salt, None)
    assert (entry.command_id, entry.recorded_at) == (command, receipt.recorded_at)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(987, 6, 5, 4, 3, 2, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_a_time_of_any_year_is_hashed_as_it_is_read(moment: datetime) -> None:
    receipt = append(draft(STREAMS[0], 1, effective_at=moment))
    (entry,) = log.feed(receipt.first, 1)
    assert entry.effective_at == moment
    check([entry], receipt.first)


@pytest.mark.parametrize("setting", ["TimeZone = 'Asia/Kathmandu'", "DateStyle = 'SQL, DMY'"])
def test_how_a_session_writes_times_does_not_reach_the_leaf(setting: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {setting}")
        cursor.execute("SELECT count(*) FROM ledger.append(%s::jsonb)", [command("2026-03-01Z")])
        cursor.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'")
    check(log.feed(0, 1), 0)


# Reading


@pytest.fixture
def entries() -> list[Entry]:
    """Nine entries, three of each stream, one stream after the other."""
    for version in (1, 2, 3):
        append(*[draft(stream, version) for stream in STREAMS])
    return log.between(0, log.size())


@pytest.mark.parametrize(
    ("first", "limit", "positions"),
    [(0, 4, [0, 1, 2, 3]), (7, 4, [7, 8]), (9, 4, []), (0, 0, []), (3, 1, [3]), (500, 4, [])],
)
def test_the_feed_is_read_by_position(
    first: int, limit: int, positions: list[int], entries: list[Entry]
) -> None:
    assert [entry.position for entry in log.feed(first, limit)] == positions


def test_the_feed_read_page_by_page_is_the_whole_log(entries: list[Entry]) -> None:
    read: list[Entry] = []
    while page := log.feed(len(read), 2):
        read += page
    assert read == entries


@pytest.mark.parametrize(
    ("after", "limit", "versions"),
    [
        (0, None, [1, 2, 3]),
        (1, None, [2, 3]),
        (0, 2, [1, 2]),
        (1, 1, [2]),
        (3, None, []),
        (9, 1, []),
    ],
)
def test_a_stream_is_read_in_the_order_of_its_versions(
    after: int, limit: int | None, versions: list[int], entries: list[Entry]
) -> None:
    found = log.stream(STREAMS[1], after=after, limit=limit)
    assert [entry.version for entry in found] == versions
    assert {entry.stream_id for entry in found} <= {STREAMS[1]}


def test_a_stream_that_nobody_began_is_empty() -> None:
    assert log.stream(uuid4()) == []


@pytest.mark.parametrize("end", [0, 5, 9])
def test_the_whole_log_is_read_stream_by_stream(end: int, entries: list[Entry]) -> None:
    read = list(log.by_stream(end=end, chunk=2))
    said = [Said(*(getattr(entry, name) for name in Said._fields)) for entry in entries[:end]]
    assert sorted(read) == said
    order = [(entry.stream_id, entry.version) for entry in read]
    assert order == sorted(order)


# Refusals


def test_a_stream_that_has_moved_on_is_a_conflict_that_says_where_it_is() -> None:
    append(draft(STREAMS[0], 1), draft(STREAMS[0], 2))
    with pytest.raises(Conflict) as conflict, transaction.atomic():
        append(draft(STREAMS[1], 1), draft(STREAMS[0], 2))
    assert (conflict.value.stream, conflict.value.expected, conflict.value.actual) == (
        STREAMS[0],
        1,
        2,
    )
    assert log.size() == 2
    assert log.stream(STREAMS[1]) == []


def test_a_version_cannot_be_skipped() -> None:
    with pytest.raises(Conflict, match="at version 0, and not at 1"), transaction.atomic():
        append(draft(STREAMS[0], 2))


def test_a_known_command_appends_nothing_and_is_answered_as_before() -> None:
    command = uuid4()
    first = append(draft(STREAMS[0], 1), draft(STREAMS[1], 1), command=command)
    append(draft(STREAMS[0], 2))
    again = append(draft(STREAMS[0], 1), draft(STREAMS[1], 1), command=command)
    assert again == Receipt(first.first, first.last, first.recorded_at, appended=False)
    assert log.receipt(command, request=REQUEST) == again
    assert log.size() == 3


def test_a_command_id_stands_for_one_request() -> None:
    command = uuid4()
    append(draft(STREAMS[0], 1), command=command)
    with pytest.raises(CommandReused, match=str(command)), transaction.atomic():
        append(draft(STREAMS[0], 2), command=command, request=b"\x01" * 32)
    with pytest.raises(CommandReused), transaction.atomic():
        log.receipt(command, request=b"\x01" * 32)


def test_a_command_that_nobody_sent_has_no_receipt() -> None:
    assert log.receipt(uuid4(), request=REQUEST) is None


@pytest.mark.parametrize("actor", ["", "user 1", "user:1\n", "a\nb", "café", "x" * 201])
def test_an_actor_that_could_forge_a_line_of_a_leaf_is_refused(actor: str) -> None:
    with pytest.raises(IntegrityError, match="event_actor_check"), transaction.atomic():
        append(draft(STREAMS[0], 1), actor=actor)
    assert log.size() == 0


@pytest.mark.parametrize("word", ["", "Asserted", "as serted", "asserted\n", "x" * 64])
def test_a_type_that_could_forge_a_line_of_a_leaf_is_refused(word: str) -> None:
    with pytest.raises(IntegrityError, match="event_type_check"), transaction.atomic():
        append(draft(STREAMS[0], 1, type=word))


@pytest.mark.parametrize("salt", [b"", b"\x05" * 31, b"\x05" * 33])
def test_a_salt_has_32_bytes(salt: bytes) -> None:
    with pytest.raises(IntegrityError, match="salt"), transaction.atomic():
        append(draft(STREAMS[0], 1, salt=salt))


def test_a_nul_in_a_body_is_refused_by_the_database_too() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        append(draft(STREAMS[0], 1, body="a\0b"))


def test_a_command_holds_at_least_one_event() -> None:
    with (
        pytest.raises((DatabaseError, CommandReused), match="holds no event"),
        transaction.atomic(),
    ):
        append()
    assert log.size() == 0


def test_the_receipt_of_a_rolled_back_command_is_not_kept() -> None:
    command = uuid4()
    with transaction.atomic():
        append(draft(STREAMS[0], 1), command=command)
        transaction.set_rollback(True)
    assert log.receipt(command, request=REQUEST) is None
    assert append(draft(STREAMS[0], 1), command=command).appended


def test_a_time_before_the_common_era_or_after_9999_is_refused() -> None:
    # Python has no such times; the database refuses them from any other client.
    for moment in ("0044-03-15 00:00:00+00 BC", "10000-01-01 00:00:00+00", "infinity"):
        with (
            pytest.raises(IntegrityError, match="effective_at"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT ledger.append(%s::jsonb)", [command(moment)])


def test_two_hours_of_summer_time_are_one_moment_in_the_log() -> None:
    paris = timezone(timedelta(hours=2))
    receipt = append(draft(STREAMS[0], 1, effective_at=build.AT.astimezone(paris)))
    assert log.feed(receipt.first, 1)[0].effective_at == build.AT
