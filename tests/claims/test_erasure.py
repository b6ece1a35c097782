"""Taking words off the record: what stands afterwards, now and as of any time before."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import events, history, proposals, review, status
from claims.events import Rated, Redacted, Reworded, Withdrawn
from claims.history import Conflict
from claims.ledger import log
from claims.models import Claim, Finding, Proposal
from claims.replay import replay
from claims.state import State
from claims.status import Refused, Status
from tests.claims import build
from tests.claims.build import (
    asserted,
    begins,
    corroborated,
    decision,
    dismissed,
    disputed,
    erased,
    person,
    recorded,
    say,
)

SECRET = "zinedin"  # as a search would stem it


def after(*words: events.Word) -> State:
    return status.fold([(word, "user:1") for word in words])


def redacted(was: str) -> Redacted:
    return Redacted(was=was)


# Folding what is left


def test_erased_evidence_no_longer_counts_and_the_rest_keeps_its_versions() -> None:
    state = after(begins(), redacted("disputed"), corroborated(), redacted("corroborated"))
    assert state.status is Status.CORROBORATED
    assert [item.version for item in state.standing] == [1, 3]


def test_without_its_first_assertion_a_claim_stands_unworded_on_what_is_left() -> None:
    assert after(redacted("asserted")).status is Status.WITHDRAWN
    state = after(redacted("asserted"), corroborated())
    assert (state.wording, state.language, state.claimant) == ("", "", "")
    assert state.status is Status.ASSERTED
    assert after(redacted("asserted"), Reworded(wording="Ainsi.")).wording == "Ainsi."


def test_what_the_desk_had_replaced_does_not_come_back_by_an_erasure() -> None:
    assert after(begins(), redacted("reworded")).wording == ""
    rated = Rated(verdict="true", explanation="Vu.", against=1)
    state = after(begins(), rated, redacted("rated"), events.Confirmed(rating=3))
    assert state.verdict is None


def test_an_erased_word_that_no_verdict_had_to_see_outdates_none() -> None:
    assert after(begins(), redacted("dismissed")).changed == 1
    assert after(begins(), redacted("disputed")).changed == 2


@pytest.mark.parametrize("word", [Withdrawn(version=1, reason=SECRET), events.Merged(into="x")])
def test_a_claim_can_lose_words_whatever_became_of_it(word: events.Word) -> None:
    erasure = events.Erased(position=0, version=1, reason="Privacy.")
    status.admit(after(begins(), word), erasure, "user:1")
    with pytest.raises(Refused, match="Say why"):
        status.admit(after(begins()), events.Erased(position=0, version=1, reason=" "), "user:1")
    with pytest.raises(Refused, match="Only what was said"):
        status.admit(after(begins()), events.Erased(position=0, version=2, reason="x"), "user:1")


# On the ledger


def told() -> str:
    """Everything that the read side and the ledger say."""
    rows: list[Any] = [*Claim.objects.values(), *Proposal.objects.values()]
    rows += [*Finding.objects.values(), *log.feed(0, 1000)]
    return repr(rows)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "version", "standing"),
    [
        ((begins(speaker=SECRET),), 1, ("withdrawn", "")),
        ((begins(), asserted(5, origin="Agency 1", speaker=SECRET)), 2, ("asserted", "own")),
        ((begins(), corroborated(speaker=SECRET)), 2, ("asserted", "own")),
        ((begins(), disputed(speaker=SECRET)), 2, ("asserted", "own")),
        ((begins(), dismissed(reason=SECRET)), 2, ("asserted", "own")),
        ((begins(), disputed(), Withdrawn(version=2, reason=SECRET)), 3, ("asserted", "own")),
        ((begins(), Reworded(wording=SECRET)), 2, ("asserted", "")),
        ((begins(), Rated(verdict="true", explanation=SECRET, against=1)), 2, ("asserted", "own")),
    ],
)
def test_whatever_word_is_erased_its_text_is_gone_and_replay_agrees(
    words: tuple[events.Word, ...], version: int, standing: tuple[str, str]
) -> None:
    claim = recorded(*words)
    assert SECRET in told()

    erased(claim, version)

    assert SECRET not in told()
    shown = Claim.objects.get(id=claim)
    wording = begins().wording if standing[1] else ""
    assert (shown.status, shown.wording, shown.verdict) == (standing[0], wording, None)
    assert shown.version == len(words) + 1
    assert replay(mend=False).different == []


@pytest.mark.django_db
def test_as_of_a_time_before_the_erasure_the_text_stays_away() -> None:
    claim = recorded(begins(), disputed(speaker=SECRET))
    erased(claim, 2)
    state = history.past(claim, version=2).state
    assert state.status is Status.ASSERTED
    assert SECRET not in repr(state)


@pytest.mark.django_db
def test_a_withdrawal_whose_reason_is_erased_still_withdraws() -> None:
    claim = recorded(begins(), disputed(), Withdrawn(version=2, reason=SECRET))
    erased(claim, 3)
    for version in (3, 4):
        assert history.past(claim, version=version).state.disputes == ()


@pytest.mark.django_db
def test_the_desk_goes_on_after_an_erasure() -> None:
    claim = recorded()
    erased(claim, 1)
    say(claim, corroborated(), Reworded(wording="Ainsi.", language="fr"))
    shown = Claim.objects.get(id=claim)
    assert (shown.wording, shown.status, shown.version) == ("Ainsi.", "asserted", 4)
    assert replay(mend=False).different == []


@pytest.mark.django_db
@pytest.mark.parametrize("position", [-1, 7, 2**62])
def test_what_is_not_there_cannot_be_erased(position: int) -> None:
    recorded()
    with pytest.raises(Refused, match="There is no event at position"):
        history.losses(position)


@pytest.mark.django_db
def test_what_holds_no_text_or_is_erased_already_is_not_erased() -> None:
    claim = recorded(begins(), Rated(verdict="true", explanation="Vu.", against=1))
    say(claim, events.Confirmed(rating=2), by="user:2")
    with pytest.raises(Refused, match="holds no text"):
        erased(claim, 3)
    erased(claim, 2)
    with pytest.raises(Refused, match="was erased already"):
        erased(claim, 2)


@pytest.mark.django_db
def test_an_erasure_sent_twice_is_done_once_and_a_stale_one_is_a_conflict() -> None:
    by, command, claim = person("ada"), uuid4(), recorded(begins(), disputed())
    first = review.erase(1, decision(by, 2, command), reason="Privacy.")
    again = review.erase(1, decision(by, 2, command), reason="Privacy.")
    assert (again.first, again.appended) == (first.first, False)
    with pytest.raises(Conflict):
        review.erase(0, decision(by, 2), reason="Privacy.")
    with pytest.raises(history.CommandReused):
        review.erase(1, decision(by, 2, command), reason="Another reason.")
    assert len(history.read(claim)) == 3


@pytest.mark.django_db
def test_the_reason_of_an_erasure_can_be_erased_in_turn() -> None:
    claim = recorded(begins(), Withdrawn(version=1, reason="Un autre compte."))
    erased(claim, 2, reason=SECRET)
    erased(claim, 3)

    assert SECRET not in told()
    entries = history.read(claim)
    assert history.past(claim).state.status is Status.WITHDRAWN
    by = [history.erased(entry) for entry in entries]
    assert [one and one.reason for one in by] == [None, "", "Privacy.", None]
    assert replay(mend=False).different == []


# Copies that a merge made


def merged(claim: UUID, into: UUID) -> None:
    ada, _ = User.objects.get_or_create(username="ada")
    seen = {one: history.past(one).state.version for one in (claim, into)}
    review.merge(claim, decision(ada, seen[claim]), into=into, into_expected=seen[into])


@pytest.mark.django_db
def test_every_copy_goes_with_it_and_what_else_was_carried_over_stays() -> None:
    first = recorded(begins(speaker=SECRET, wording=SECRET), disputed(2))
    second, third = recorded(begins(5)), recorded(begins(6))
    merged(first, second)
    merged(second, third)
    assert [loss.entry.type for loss in history.losses(0)] == ["asserted", "absorbed", "absorbed"]

    erased(first, 1)

    assert SECRET not in told()
    assert [entry.type for entry in log.feed(8, 9)] == ["erased"] * 3
    shown = Claim.objects.get(id=third)
    assert [(e["claim"], e["version"]) for e in shown.evidence if e["via"]] == [
        (str(second), 1), (str(first), 2),
    ]  # fmt: skip
    assert shown.status == "disputed"
    assert replay(mend=False).different == []


@pytest.mark.django_db
def test_copies_go_one_by_one_and_the_merge_can_still_be_undone() -> None:
    first, second = recorded(begins(), disputed(2), disputed(3)), recorded(begins(5))
    merged(first, second)
    for version in (2, 3, 1):
        erased(first, version)
        assert replay(mend=False).different == []

    emptied = {e.version for e in history.read(first) if e.body is None}
    assert emptied == {1, 2, 3}
    state = history.past(second).state
    assert [item.via for item in state.standing] == [""]
    assert state.absorbed == (str(first),)
    ada, here = person("bea"), history.past(first).state.version
    review.unmerge(first, decision(ada, here), out_of_expected=history.past(second).state.version)
    assert history.past(first).state.merged_into == ""
    assert history.past(second).state.absorbed == ()


@pytest.mark.django_db
def test_an_erased_rewording_goes_from_the_merge_that_copied_it() -> None:
    first, second = recorded(begins(), Reworded(wording=SECRET)), recorded(begins(5))
    merged(first, second)
    erased(first, 2)
    assert SECRET not in told()


@pytest.mark.django_db
def test_what_is_only_a_copy_is_erased_where_it_came_from() -> None:
    first, second = recorded(begins()), recorded(begins(5))
    merged(first, second)
    with pytest.raises(Refused, match=f"only carries over what claim {first} holds"):
        erased(second, 2)


# Proposals


@pytest.mark.django_db
def test_the_proposals_lose_the_passage_and_what_surrounds_it() -> None:
    ada, claim = person("ada"), uuid4()
    around = {"title": SECRET, "speaker": SECRET, "before": SECRET, "after": SECRET}
    opened = proposals.propose(
        claim, build.found(1, **around | {"because": (SECRET,)}), at=build.AT,
        beginning=build.beginning(wording=SECRET, claimant=SECRET, context=SECRET),
    )  # fmt: skip
    assert opened
    near = build.found(1, quote="Un autre passage.", start=90, before=SECRET)
    review.accept(opened.id, decision(ada, 0), revision=1)
    link = proposals.propose(claim, near, at=build.AT)
    assert link

    review.erase(0, decision(ada, 1), reason="Privacy.")

    assert SECRET not in told()
    found = Finding.objects.get(proposal=opened)
    assert (found.quote, found.document, found.start) == ("", f"{1:064x}", 10)
    link.refresh_from_db()
    assert (link.state, link.wording) == ("open", "Un autre passage.")
    same = build.found(1)
    assert proposals.propose(uuid4(), same, at=build.AT, beginning=build.beginning()) is None


@pytest.mark.django_db
def test_an_open_proposal_loses_an_erased_passage_and_goes_on_with_what_is_left() -> None:
    ada, claim, waiting = person("ada"), recorded(begins(1)), uuid4()
    quote = SECRET.ljust(len(build.QUOTE), ".")
    opening = build.beginning(wording=SECRET)
    both = proposals.propose(waiting, build.found(1, quote=quote), at=build.AT, beginning=opening)
    proposals.propose(waiting, build.found(2, stance="disputes", kind="denial"), at=build.AT)
    only = proposals.propose(uuid4(), build.found(1, quote=quote, start=12), at=build.AT,
                             beginning=opening)  # fmt: skip
    assert both
    assert only

    review.erase(0, decision(ada, 1), reason="Privacy.")

    assert SECRET not in told()
    both.refresh_from_db()
    only.refresh_from_db()
    assert (both.state, both.wording, both.disputed) == ("open", build.QUOTE, True)
    assert (only.state, only.decided_by, only.position) == ("dismissed", ada, None)
    done = review.accept(
        both.id, decision(ada, 0), revision=both.revision, stance="supports", wording="Ainsi."
    )
    assert done.state == "accepted"
    assert [entry.type for entry in history.read(waiting)] == ["asserted"]
    assert Claim.objects.get(id=claim).status == "withdrawn"


# Whatever happens


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=build.histories(longest=12), gone=st.lists(st.integers(1, 12), max_size=4))
@pytest.mark.django_db
def test_replay_equals_live_and_no_text_is_left_whatever_is_erased(
    said: list[build.Said], gone: list[int]
) -> None:
    claim = uuid4()
    for version, (word, actor) in enumerate(said):
        change = history.Change(claim=claim, expected=version, words=(word,))
        history.record([change], actor=actor, at=build.AT, command=uuid4())
    for version in gone:
        before = history.past(claim)
        try:
            erased(claim, version)
        except (Refused, StopIteration):
            assert history.past(claim) == before
    entries = history.read(claim)
    assert replay(mend=False).different == []
    for version in range(len(entries) + 1):
        state = history.past(claim, version=version).state
        lost = {entry.version for entry in entries if entry.body is None}
        assert lost.isdisjoint(item.version for item in state.standing if not item.claim)
