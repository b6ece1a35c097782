"""The one write path, on a real PostgreSQL: what is recorded, what leaves no trace."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import events, history, projections, status
from claims.history import Change, CommandReused, Conflict, record
from claims.ledger import log
from claims.models import Claim
from claims.status import Refused
from tests.claims import build
from tests.claims.build import AT, asserted, begins, corroborated, disputed, recorded, say

pytestmark = pytest.mark.django_db

random_histories = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def change(claim: UUID, expected: int, *words: events.Word) -> Change:
    return Change(claim=claim, expected=expected, words=words)


def traces(claim: UUID) -> tuple[Any, ...]:
    """Everything that a recorded word changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.command")
        commands = cursor.fetchone()
        cursor.execute("SELECT count(*), max(position) FROM ledger.payload")
        payloads = cursor.fetchone()
    return log.size(), commands, payloads, list(Claim.objects.filter(id=claim).values())


@pytest.fixture
def no_trace() -> Iterator[Callable[[UUID], None]]:
    """Called with a claim before a refusal, sees afterwards that nothing has changed."""
    before: dict[UUID, tuple[Any, ...]] = {}

    def watch(claim: UUID) -> None:
        before[claim] = traces(claim)

    yield watch
    assert before == {claim: traces(claim) for claim in before}


# Fold and projection


@random_histories
@given(build.histories(), st.randoms(use_true_random=False))
def test_the_read_side_is_the_fold_of_the_history(said: list[build.Said], random: Any) -> None:
    claim = uuid4()
    rest = list(said)
    while rest:
        # As many words at once as one person says in a row, at most three.
        actor, words = rest[0][1], list[events.Word]()
        while rest and rest[0][1] == actor and len(words) < random.randint(1, 3):
            words.append(rest.pop(0)[0])
        say(claim, *words, by=actor, at=AT + timedelta(days=random.randint(-900, 900)))

    past = history.past(claim)
    assert past.state == status.fold(said)
    assert past.mark is not None
    assert Claim.objects.filter(id=claim).values(*projections.row(claim, *_of(past))).get() == (
        projections.row(claim, *_of(past))
    )


def _of(past: history.Past) -> tuple[status.State, projections.Mark]:
    assert past.mark is not None
    return past.state, past.mark


@random_histories
@given(build.histories(longest=12), build.likely | build.words, build.PEOPLE)
def test_a_refused_word_leaves_no_trace(
    said: list[build.Said], word: events.Word, actor: str
) -> None:
    claim, command = uuid4(), uuid4()
    for earlier, by in said:
        say(claim, earlier, by=by)
    before = traces(claim)
    try:
        with transaction.atomic():
            record([change(claim, len(said), word)], actor=actor, at=AT, command=command)
    except Refused:
        assert traces(claim) == before
    else:
        assert log.size() == before[0] + 1


def test_the_row_of_a_claim_says_what_its_history_says() -> None:
    quantities = {
        "ours": events.Quantity(**build.OURS),
        "theirs": events.Quantity(**build.THEIRS),
    }
    claim = recorded(
        begins(1, title="Un compte", published_at=AT),
        asserted(2, origin="Agency 1"),
        disputed(3, kind=events.DisputeKind.FIGURE, **quantities),
    )
    row = Claim.objects.get(id=claim)
    assert (row.version, row.position) == (3, log.size() - 1)
    assert (row.status, row.origins, row.articles, row.disputes) == ("disputed", 1, 2, 1)
    assert row.context == "Un compte"
    assert [piece["word"] for piece in row.evidence] == ["asserted", "asserted", "disputed"]
    assert row.evidence[0]["published_at"] == "2026-03-01T09:30:00Z"
    assert row.evidence[2]["theirs"] == build.THEIRS
    assert row.verdict is None


def test_two_passages_of_one_document_are_one_article() -> None:
    claim = recorded(begins(1), asserted(1, start=90), corroborated(2))
    assert Claim.objects.get(id=claim).articles == 2


def test_a_verdict_is_shown_with_its_own_state() -> None:
    claim = recorded(begins(1), events.Rated(verdict="false", explanation="61 000.", against=1))
    shown = verdict_of(claim)
    assert (shown["state"], shown["by"], shown["outdated"]) == ("pending", "user:1", False)
    say(claim, events.Confirmed(rating=2), by="user:2")
    shown = verdict_of(claim)
    assert (shown["state"], shown["confirmed_by"]) == ("confirmed", "user:2")
    say(claim, corroborated(2))
    assert verdict_of(claim)["outdated"] is True


def verdict_of(claim: UUID) -> dict[str, Any]:
    verdict = Claim.objects.get(id=claim).verdict
    assert isinstance(verdict, dict)
    return verdict


def test_a_claim_without_a_history_is_nothing() -> None:
    claim = uuid4()
    assert history.read(claim) == []
    assert history.past(claim) == history.Past(state=status.State(), mark=None)


def test_a_history_can_be_added_up_from_an_earlier_state_of_it() -> None:
    claim = recorded(begins(1), corroborated(2), disputed(3))
    entries = history.read(claim)
    for cut in range(4):
        earlier = history.added_up(entries[:cut])
        assert history.added_up(entries[cut:], earlier) == history.past(claim)


# Times


@pytest.mark.parametrize(
    "at", [AT - timedelta(days=4000), AT, datetime(1, 1, 1, tzinfo=UTC), AT + timedelta(days=4000)]
)
def test_what_held_in_the_past_is_recorded_now(at: datetime) -> None:
    claim = uuid4()
    receipt = say(claim, begins(1), at=at)
    row = Claim.objects.get(id=claim)
    assert (row.asserted_at, row.changed_at) == (at, at)
    assert row.recorded_at == receipt.recorded_at
    (entry,) = history.read(claim)
    assert (entry.effective_at, entry.recorded_at) == (at, receipt.recorded_at)


def test_a_claim_is_asserted_when_its_first_word_holds_even_if_a_later_one_holds_earlier() -> None:
    claim = recorded(begins(1))
    say(claim, corroborated(2), at=AT - timedelta(days=9))
    row = Claim.objects.get(id=claim)
    assert (row.asserted_at, row.changed_at) == (AT, AT - timedelta(days=9))


# Commands


def test_a_command_sent_twice_is_done_once_and_answered_alike() -> None:
    claim, command = uuid4(), uuid4()
    words = (begins(1), corroborated(2))
    first = record([change(claim, 0, *words)], actor="user:1", at=AT, command=command)
    before = traces(claim)
    later = AT + timedelta(seconds=3)
    again = record([change(claim, 0, *words)], actor="user:1", at=later, command=command)
    assert (first.appended, again.appended) == (True, False)
    assert (again.first, again.last, again.recorded_at) == (
        first.first,
        first.last,
        first.recorded_at,
    )
    assert first.last == first.first + 1
    assert traces(claim) == before


def test_a_command_is_answered_alike_even_after_the_claim_has_moved_on() -> None:
    claim, command = uuid4(), uuid4()
    first = record([change(claim, 0, begins(1))], actor="user:1", at=AT, command=command)
    say(claim, corroborated(2))
    again = record([change(claim, 0, begins(1))], actor="user:1", at=AT, command=command)
    assert again.first == first.first


@pytest.mark.parametrize(
    ("words", "expected", "actor"),
    [
        ((begins(1, wording="Autrement."),), 0, "user:1"),
        ((begins(1),), 0, "user:2"),
        ((begins(1),), 1, "user:1"),
        ((begins(1), corroborated(2)), 0, "user:1"),
    ],
)
def test_a_command_id_stands_for_one_request(
    words: tuple[events.Word, ...],
    expected: int,
    actor: str,
    no_trace: Callable[[UUID], None],
) -> None:
    claim, command = uuid4(), uuid4()
    record([change(claim, 0, begins(1))], actor="user:1", at=AT, command=command)
    no_trace(claim)
    with pytest.raises(CommandReused, match=str(command)), transaction.atomic():
        record([change(claim, expected, *words)], actor=actor, at=AT, command=command)


def test_a_command_id_stands_for_one_claim(no_trace: Callable[[UUID], None]) -> None:
    claim, other, command = uuid4(), uuid4(), uuid4()
    record([change(claim, 0, begins(1))], actor="user:1", at=AT, command=command)
    no_trace(other)
    with pytest.raises(CommandReused), transaction.atomic():
        record([change(other, 0, begins(1))], actor="user:1", at=AT, command=command)


# Refusals


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_a_change_names_the_version_it_was_made_on(
    expected: int, no_trace: Callable[[UUID], None]
) -> None:
    claim = recorded(begins(1), corroborated(2))
    no_trace(claim)
    with pytest.raises(Conflict, match=f"at version 2, and not at {expected}") as conflict:
        record([change(claim, expected, disputed(3))], actor="user:1", at=AT, command=uuid4())
    assert (conflict.value.stream, conflict.value.actual) == (claim, 2)


def test_a_history_that_is_to_begin_has_not_begun(no_trace: Callable[[UUID], None]) -> None:
    claim = uuid4()
    no_trace(claim)
    with pytest.raises(Conflict):
        record([change(claim, 4, begins(1))], actor="user:1", at=AT, command=uuid4())


def test_all_words_of_a_command_are_recorded_or_none(no_trace: Callable[[UUID], None]) -> None:
    claim = recorded(begins(1))
    no_trace(claim)
    words = (corroborated(2), corroborated(3, origin="Agency 2"))
    with pytest.raises(Refused, match="Agency 2 already stands"):
        record([change(claim, 1, *words)], actor="user:1", at=AT, command=uuid4())


def test_two_claims_change_in_one_command() -> None:
    claim, into = recorded(begins(1)), recorded(begins(2))
    merged = change(claim, 1, events.Merged(into=str(into)))
    absorbed = events.Absorbed(claim=str(claim), wording="Autrement.", evidence=())
    receipt = record([merged, change(into, 1, absorbed)], actor="user:1", at=AT, command=uuid4())
    assert [entry.stream_id for entry in log.between(receipt.first, receipt.last + 1)] == [
        claim,
        into,
    ]
    rows = {row.id: row for row in Claim.objects.filter(id__in=[claim, into])}
    assert (rows[claim].status, rows[claim].position) == ("merged", receipt.first)
    assert (rows[into].status, rows[into].position) == ("asserted", receipt.last)


def test_where_one_of_two_claims_refuses_neither_changes(
    no_trace: Callable[[UUID], None],
) -> None:
    claim, into = recorded(begins(1)), recorded(begins(2))
    no_trace(claim)
    no_trace(into)
    merged = change(claim, 1, events.Merged(into=str(into)))
    released = change(into, 1, events.Released(claim=str(claim)))
    with pytest.raises(Refused, match="is not part of this claim"):
        record([merged, released], actor="user:1", at=AT, command=uuid4())


@pytest.mark.parametrize("expected", [1, 2])
def test_one_claim_twice_in_one_command_is_a_conflict(
    expected: int, no_trace: Callable[[UUID], None]
) -> None:
    claim = recorded(begins(1))
    no_trace(claim)
    changes = [change(claim, 1, corroborated(2)), change(claim, expected, disputed(3))]
    with pytest.raises(Conflict), transaction.atomic():
        record(changes, actor="user:1", at=AT, command=uuid4())


def test_a_change_without_words_changes_nothing(no_trace: Callable[[UUID], None]) -> None:
    claim, other = recorded(begins(1)), recorded(begins(2))
    no_trace(other)
    with pytest.raises(Refused, match="no word"):
        record(
            [change(claim, 1, corroborated(3)), change(other, 1)],
            actor="user:1",
            at=AT,
            command=uuid4(),
        )
    with pytest.raises(Refused, match="no word"):
        record([change(other, 1)], actor="user:1", at=AT, command=uuid4())


@pytest.mark.parametrize("reason", ["\0", "\ud800", "x" * events.LONGEST_BODY])
def test_what_cannot_be_stored_leaves_no_trace(
    reason: str, no_trace: Callable[[UUID], None]
) -> None:
    claim = recorded(begins(1), corroborated(2))
    no_trace(claim)
    word = events.Withdrawn(version=2, reason=reason)
    with pytest.raises(events.Unsayable):
        record([change(claim, 2, word)], actor="user:1", at=AT, command=uuid4())


def test_the_longest_word_that_can_be_stored_can_be_shown() -> None:
    claim = uuid4()
    room = events.LONGEST_BODY - len(events.encode(begins(1, wording="")).encode()) - 40
    wording = " ".join(f"{number:x}" for number in range(room))[:room]
    say(claim, begins(1, wording=wording))
    assert Claim.objects.get(id=claim).wording == wording
    assert msgspec.json.decode(history.read(claim)[0].body or "")["wording"] == wording


# Deadlocks


def test_within_a_transaction_a_deadlock_is_left_to_the_whole_of_it() -> None:
    tried: list[int] = []

    @history.retried
    def verb() -> None:
        tried.append(1)
        raise OperationalError

    with pytest.raises(OperationalError):
        verb()
    assert len(tried) == 1
