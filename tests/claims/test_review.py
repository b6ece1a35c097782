"""What a person may decide: each verb one command on the ledger, or refused in a sentence."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from claims import history, review
from claims.history import Receipt
from claims.ledger import log
from claims.models import Claim, Proposal
from claims.proposals import Decided, Found, propose
from claims.review import CommandReused, Conflict, Refused
from claims.status import Standing
from tests.claims import build
from tests.claims.build import (
    AT,
    at_once,
    beginning,
    begins,
    corroborated,
    decision,
    disputed,
    found,
    person,
    recorded,
    say,
)


@pytest.fixture
def ada(request: pytest.FixtureRequest) -> User:
    _database(request)
    return person("ada")


@pytest.fixture
def bo(request: pytest.FixtureRequest) -> User:
    _database(request)
    return person("bo")


def _database(request: pytest.FixtureRequest) -> None:
    """A test that asks for `committed` commits; any other is rolled back."""
    name = "committed" if "committed" in request.fixturenames else "db"
    request.getfixturevalue(name)


FIGURE = {"stance": "disputes", "kind": "figure", "ours": build.OURS, "theirs": build.THEIRS}


def proposed(passage: Found | None = None, *more: Found) -> Proposal:
    """A new claim that waits, with what has joined it."""
    proposal = propose(uuid4(), passage or found(1), at=AT, beginning=beginning())
    assert proposal is not None
    for other in more:
        assert propose(proposal.claim, other, at=AT)
    proposal.refresh_from_db()
    return proposal


def linked(claim: UUID, passage: Found) -> Proposal:
    """A passage that waits as a link to a claim on the ledger."""
    proposal = propose(claim, passage, at=AT)
    assert proposal is not None
    return proposal


def accept(proposal: Proposal, by: User, expected: int = 0, **changes: Any) -> Proposal:
    given = {"revision": proposal.revision, **changes}
    command = given.pop("command", None)
    return review.accept(proposal.id, decision(by, expected, command), **given)


def dismiss(proposal: Proposal, by: User, expected: int = 0, **changes: Any) -> Proposal:
    given = {"revision": proposal.revision, "reason": "Un autre compte.", **changes}
    command = given.pop("command", None)
    return review.dismiss(proposal.id, decision(by, expected, command), **given)


def words_of(claim: UUID) -> list[str]:
    return [entry.type for entry in history.read(claim)]


@pytest.fixture
def nothing_changes(ada: User) -> Any:
    """Used as `with nothing_changes(Error, match=...)`: refused, and everything is as before."""

    class Refusing:
        def __init__(self, error: type[Exception], match: str | None = None) -> None:
            self.raises = pytest.raises(error, match=match)

        def __enter__(self) -> Any:
            self.before = everything()
            self.point = transaction.atomic()
            caught = self.raises.__enter__()
            self.point.__enter__()
            return caught

        def __exit__(self, *error: Any) -> bool:
            self.point.__exit__(*error)
            caught = bool(self.raises.__exit__(*error))
            assert everything() == self.before
            return caught

    return Refusing


def everything() -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.command")
        commands = cursor.fetchone()
    claims = list(Claim.objects.order_by("id").values())
    return log.size(), commands, claims, list(Proposal.objects.order_by("id").values())


# Accept


def test_an_accepted_new_claim_is_asserted(ada: User) -> None:
    proposal = proposed(found(1, speaker="Ada Roy"))
    done = accept(proposal, ada)
    assert (done.state, done.decided_by, done.decided_at) == ("accepted", ada, AT)
    assert done.position == log.size() - 1
    row = Claim.objects.get(id=proposal.claim)
    assert (row.status, row.wording, row.language) == (
        "asserted",
        "Le compte a 80 000 abonnés.",
        "fr",
    )
    (entry,) = history.read(proposal.claim)
    assert (entry.actor, entry.type, entry.effective_at) == (f"user:{ada.pk}", "asserted", AT)
    assert row.evidence[0]["quote"] == build.QUOTE
    assert row.evidence[0]["found_by"] == "matcher/1"


def test_a_new_claim_can_be_put_better_when_it_is_accepted(ada: User) -> None:
    proposal = proposed()
    accept(proposal, ada, wording="  Le compte compte 80 000 abonnés. ")
    assert Claim.objects.get().wording == "Le compte compte 80 000 abonnés."


def test_figures_that_differ_end_as_one_claim_with_a_dispute_that_carries_both(
    ada: User,
) -> None:
    proposal = proposed(found(1), found(2, **FIGURE))
    accept(proposal, ada)
    assert words_of(proposal.claim) == ["asserted", "disputed"]
    row = Claim.objects.get(id=proposal.claim)
    assert (row.status, row.disputes) == ("disputed", 1)
    assert (row.evidence[1]["ours"], row.evidence[1]["theirs"]) == (build.OURS, build.THEIRS)


def test_what_supports_a_new_claim_is_recorded_before_what_disputes_it(
    ada: User,
) -> None:
    denial = found(1, stance="disputes", kind="denial")
    reprint, other = found(2), found(3, origin="Agency 2")
    proposal = proposed(denial, reprint, other, found(4))
    accept(proposal, ada)
    assert words_of(proposal.claim) == ["asserted", "asserted", "corroborated", "disputed"]


def test_what_nobody_asserts_begins_no_claim(ada: User, nothing_changes: Any) -> None:
    proposal = proposed(found(1, stance="disputes", kind="denial"))
    with nothing_changes(Refused, "begins with an assertion"):
        accept(proposal, ada)


def test_support_of_an_origin_that_stands_is_one_more_article_of_it(
    ada: User,
) -> None:
    claim = recorded(begins(1, origin="AFP"))
    accept(linked(claim, found(2, origin="AFP")), ada, 1)
    row = Claim.objects.get(id=claim)
    assert words_of(claim) == ["asserted", "asserted"]
    assert (row.status, row.origins, row.articles) == ("asserted", 1, 2)


def test_support_of_another_origin_corroborates(ada: User) -> None:
    claim = recorded(begins(1, origin="AFP"))
    accept(linked(claim, found(2, origin="Reuters")), ada, 1)
    assert words_of(claim) == ["asserted", "corroborated"]
    assert Claim.objects.get(id=claim).status == "corroborated"


def test_support_after_all_was_withdrawn_stands_again(ada: User) -> None:
    claim = recorded(begins(1, origin="AFP"))
    review.withdraw(claim, decision(ada, 1), version=1, reason="Article retiré.")
    assert Claim.objects.get(id=claim).status == "withdrawn"
    accept(linked(claim, found(2, origin="AFP")), ada, 2)
    assert Claim.objects.get(id=claim).status == "asserted"


@pytest.mark.parametrize(
    ("passage", "stance", "kind", "word"),
    [
        (found(2), "disputes", "", "disputed"),
        (found(2), "disputes", "denial", "disputed"),
        (found(2, stance="disputes", kind="denial"), "supports", "", "corroborated"),
        (found(2, **FIGURE), "supports", "", "corroborated"),
        (found(2, **FIGURE), "disputes", "contradiction", "disputed"),
    ],
)
def test_a_person_may_see_it_otherwise_than_the_machine(
    passage: Found, stance: str, kind: str, word: str, ada: User
) -> None:
    claim = recorded()
    accept(linked(claim, passage), ada, 1, stance=stance, kind=kind)
    assert words_of(claim)[-1] == word


@pytest.mark.parametrize(
    ("stance", "kind"), [("dispute", ""), ("disputes", "nonsense"), ("", "nonsense")]
)
def test_a_stance_that_the_desk_does_not_know_is_refused(
    stance: str, kind: str, ada: User, nothing_changes: Any
) -> None:
    proposal = linked(recorded(), found(2, stance="disputes", kind="denial"))
    with nothing_changes(Refused, "supports or disputes"):
        accept(proposal, ada, 1, stance=stance, kind=kind)


def test_a_dispute_of_figures_without_figures_is_refused(ada: User, nothing_changes: Any) -> None:
    proposal = linked(recorded(), found(2))
    with nothing_changes(Refused, "names both figures"):
        accept(proposal, ada, 1, stance="disputes", kind="figure")


def test_a_proposal_can_be_accepted_for_another_claim(ada: User) -> None:
    proposal, claim = proposed(found(2)), recorded(begins(1))
    accept(proposal, ada, 1, to=claim)
    assert words_of(claim) == ["asserted", "corroborated"]
    assert words_of(proposal.claim) == []


# Dismiss


def test_a_dismissed_link_is_an_event_with_its_reason(ada: User) -> None:
    claim = recorded()
    done = dismiss(linked(claim, found(2)), ada, 1)
    assert (done.state, done.reason, done.position) == (
        "dismissed",
        "Un autre compte.",
        log.size() - 1,
    )
    assert words_of(claim) == ["asserted", "dismissed"]
    assert Claim.objects.get(id=claim).status == "asserted"


def test_a_dismissed_new_claim_is_no_event(ada: User) -> None:
    done = dismiss(proposed(), ada)
    assert (done.state, done.position) == ("dismissed", None)
    assert log.size() == 0


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_no_needs_its_reason(reason: str, ada: User, nothing_changes: Any) -> None:
    for proposal, expected in ((proposed(), 0), (linked(recorded(), found(2)), 1)):
        with nothing_changes(Refused, "Say why"):
            dismiss(proposal, ada, expected, reason=reason)


# Twice, too late, grown, stale


@pytest.mark.parametrize("verb", [accept, dismiss])
def test_a_double_click_decides_once(verb: Any, ada: User) -> None:
    proposal, command = linked(recorded(), found(2)), uuid4()
    first = verb(proposal, ada, 1, command=command)
    before = everything()
    assert verb(proposal, ada, 1, command=command) == first
    assert everything() == before
    assert log.size() == 2


@pytest.mark.parametrize("verb", [accept, dismiss])
@pytest.mark.parametrize("first", [accept, dismiss])
def test_what_was_decided_in_another_tab_says_by_whom_and_when(
    first: Any, verb: Any, ada: User, bo: User, nothing_changes: Any
) -> None:
    proposal = linked(recorded(), found(2))
    first(proposal, bo, 1)
    word = "accepted" if first is accept else "dismissed"
    with nothing_changes(Decided, f"^bo has {word} this proposal already, at 09:30 UTC"):
        verb(proposal, ada, 1)
    with nothing_changes(Decided, "^bo has"):
        verb(proposal, ada, 2)


@pytest.mark.parametrize(("first", "then"), [(accept, dismiss), (dismiss, accept)])
def test_a_command_that_accepted_is_not_taken_for_one_that_dismisses(
    first: Any, then: Any, ada: User, nothing_changes: Any
) -> None:
    proposal, command = linked(recorded(), found(2)), uuid4()
    first(proposal, ada, 1, command=command)
    with nothing_changes(Decided, "already"):
        then(proposal, ada, 1, command=command)


def test_one_command_is_not_taken_for_two_proposals(ada: User, nothing_changes: Any) -> None:
    claim, command = recorded(), uuid4()
    one, other = linked(claim, found(2)), linked(claim, found(3))
    accept(one, ada, 1, command=command)
    with nothing_changes(CommandReused):
        accept(other, ada, 2, command=command)


@pytest.mark.parametrize("verb", [accept, dismiss])
def test_a_proposal_that_has_grown_is_looked_at_again(
    verb: Any, ada: User, nothing_changes: Any
) -> None:
    proposal = proposed(found(1))
    seen = proposal.revision
    assert propose(proposal.claim, found(2, **FIGURE), at=AT)
    with nothing_changes(Decided, "This proposal has changed"):
        verb(proposal, ada, revision=seen)
    verb(proposal, ada, revision=seen + 1)


@pytest.mark.parametrize("verb", [accept, dismiss])
def test_a_decision_on_a_claim_that_has_moved_on_changes_nothing(
    verb: Any, ada: User, nothing_changes: Any
) -> None:
    claim = recorded()
    proposal = linked(claim, found(2))
    say(claim, corroborated(5))
    with nothing_changes(Conflict, "at version 2, and not at 1"):
        verb(proposal, ada, 1)
    verb(proposal, ada, 2)


@pytest.mark.parametrize("verb", [accept, dismiss])
def test_a_link_to_a_merged_claim_is_decided_where_that_claim_went(
    verb: Any, ada: User, nothing_changes: Any
) -> None:
    claim, into = recorded(begins(1)), recorded(begins(2))
    proposal = linked(claim, found(5))
    review.merge(claim, decision(ada, 1), into=into, into_expected=1)
    with nothing_changes(Refused, f"merged into {into}; decide there"):
        verb(proposal, ada, 2)
    verb(proposal, ada, 2, to=into)
    assert words_of(into)[-1] == ("corroborated" if verb is accept else "dismissed")


def test_of_two_reviewers_who_accept_at_once_one_wins(committed: None, ada: User, bo: User) -> None:
    proposal = proposed()
    results = at_once(partial(accept, proposal, ada), partial(accept, proposal, bo))
    won = [result for result in results if isinstance(result, Proposal)]
    lost = [result for result in results if isinstance(result, Decided)]
    assert (len(won), len(lost), log.size()) == (1, 1, 1)
    assert str(lost[0]).startswith(f"{won[0].decided_by} has accepted this proposal already")


def test_of_accept_and_dismiss_at_once_one_wins(committed: None, ada: User, bo: User) -> None:
    claim = recorded()
    proposal = linked(claim, found(2))
    results = at_once(partial(accept, proposal, ada, 1), partial(dismiss, proposal, bo, 1))
    assert sorted(type(result).__name__ for result in results) == ["Decided", "Proposal"]
    assert log.size() == 2


def test_one_click_that_arrives_eight_times_at_once_is_one_decision(
    committed: None, ada: User
) -> None:
    proposal = proposed()
    click = partial(accept, proposal, ada, command=uuid4())
    results = at_once(*[click] * 8)
    assert {getattr(result, "state", result) for result in results} == {"accepted"}
    assert log.size() == 1


def test_a_passage_that_two_workers_find_at_once_joins_once(committed: None, ada: User) -> None:
    proposal = proposed()
    results = at_once(*[partial(propose, proposal.claim, found(2), at=AT)] * 2)
    assert [result is None for result in results].count(True) == 1
    proposal.refresh_from_db()
    assert (proposal.revision, proposal.findings.count()) == (2, 2)


def test_a_finding_that_joins_while_a_reviewer_accepts_is_not_lost(
    committed: None, ada: User
) -> None:
    for number in range(2, 8):
        proposal = proposed(found(number, quote=f"Le compte réunit {number}0 000 abonnés."))
        late = found(number + 10, **FIGURE)
        joined, decided = at_once(
            partial(propose, proposal.claim, late, at=AT), partial(accept, proposal, ada)
        )
        # Whoever was first: the finding is on the ledger, or it still waits for a person.
        waits = Proposal.objects.filter(state="open", findings__document=late.document)
        if isinstance(decided, Proposal):
            assert joined is None or waits.exists()
        else:
            assert isinstance(decided, Decided)
            assert waits.exists()


# Withdraw, reword, rate


def test_evidence_is_withdrawn_and_the_status_follows(ada: User) -> None:
    claim = recorded(begins(1), disputed(3))
    receipt = review.withdraw(claim, decision(ada, 2), version=2, reason="Démenti retiré.")
    assert receipt.appended
    assert Claim.objects.get(id=claim).status == "asserted"


def test_a_claim_is_reworded_and_the_old_wording_stays_in_its_history(
    ada: User,
) -> None:
    claim = recorded()
    review.reword(claim, decision(ada, 1), wording=" Près de 80 000. ", reason="Plus clair.")
    assert Claim.objects.get(id=claim).wording == "Près de 80 000."
    assert "80 000 abonnés" in (history.read(claim)[0].body or "")


def test_a_rating_by_one_is_confirmed_by_another_and_not_by_oneself(
    ada: User, bo: User, nothing_changes: Any
) -> None:
    claim = recorded()
    review.rate(claim, decision(ada, 1), verdict="false", explanation="Le compteur dit 61 000.")
    with nothing_changes(Refused, "by a second person"):
        review.confirm(claim, decision(ada, 2), rating=2)
    review.confirm(claim, decision(bo, 2), rating=2)
    verdict = Claim.objects.get(id=claim).verdict
    assert verdict is not None
    assert (verdict["state"], verdict["by"], verdict["confirmed_by"]) == (
        "confirmed",
        f"user:{ada.pk}",
        f"user:{bo.pk}",
    )
    review.unrate(claim, decision(bo, 3), rating=2, reason="Le compteur a changé.")
    assert Claim.objects.get(id=claim).verdict is None


def test_a_verdict_is_one_of_the_desks_scale(ada: User, nothing_changes: Any) -> None:
    claim = recorded()
    with nothing_changes(Refused, "no “sort of”; it has true, mostly-true"):
        review.rate(claim, decision(ada, 1), verdict="sort of", explanation="Hm.")


def test_verbs_on_a_claim_that_nobody_knows_are_refused(ada: User, nothing_changes: Any) -> None:
    now = decision(ada, 0)
    with nothing_changes(Refused, "has none yet"):
        review.withdraw(uuid4(), now, version=1, reason="x")
    with nothing_changes(Refused, "has none yet"):
        review.merge(uuid4(), now, into=recorded(), into_expected=1)
    with nothing_changes(Refused, "not part of another"):
        review.unmerge(uuid4(), now, out_of_expected=1)


@pytest.mark.parametrize("verb", ["withdraw", "reword", "rate", "merge"])
def test_every_verb_names_the_version_it_was_made_on_and_is_done_once(
    verb: str, ada: User, nothing_changes: Any
) -> None:
    claim, into, command = recorded(begins(1), disputed(3)), recorded(begins(2)), uuid4()
    said: dict[str, Any] = {
        "withdraw": {"version": 2, "reason": "Démenti retiré."},
        "reword": {"wording": "Autrement."},
        "rate": {"verdict": "false", "explanation": "Le compteur dit 61 000."},
        "merge": {"into": into, "into_expected": 1},
    }
    do = partial(getattr(review, verb), claim, **said[verb])
    with nothing_changes(Conflict, "at version 2, and not at 1"):
        do(decision(ada, 1))
    first = do(decision(ada, 2, command))
    before = everything()
    again = do(decision(ada, 2, command))
    assert (again.first, again.last, again.appended) == (first.first, first.last, False)
    assert everything() == before


# Merge and unmerge


def standing(claim: UUID) -> tuple[Standing, ...]:
    return history.past(claim).state.standing


def test_merge_and_unmerge_restore_both(ada: User) -> None:
    claim, into = recorded(begins(1), disputed(3)), recorded(begins(2))
    before = {one: (standing(one), Claim.objects.get(id=one).status) for one in (claim, into)}

    review.merge(claim, decision(ada, 2), into=into, into_expected=1, reason="La même chose.")
    merged, row = Claim.objects.get(id=claim), Claim.objects.get(id=into)
    assert (merged.status, merged.merged_into) == ("merged", into)
    assert (row.status, row.origins, row.disputes) == ("disputed", 2, 1)
    assert [piece["via"] for piece in row.evidence] == ["", str(claim), str(claim)]

    review.unmerge(claim, decision(ada, 3), out_of_expected=2, reason="Deux comptes.")
    after = {one: (standing(one), Claim.objects.get(id=one).status) for one in (claim, into)}
    assert after == before
    assert Claim.objects.get(id=claim).merged_into is None


def test_an_unmerge_sent_twice_is_done_once(ada: User) -> None:
    claim, into, command = recorded(begins(1)), recorded(begins(2)), uuid4()
    review.merge(claim, decision(ada, 1), into=into, into_expected=1)
    undo = partial(review.unmerge, claim, decision(ada, 2, command), out_of_expected=2)
    first, again = undo(), undo()
    assert (again.first, again.last, again.appended) == (first.first, first.last, False)


def test_a_claim_can_be_merged_again_after_it_was_unmerged(ada: User) -> None:
    claim, into = recorded(begins(1)), recorded(begins(2))
    review.merge(claim, decision(ada, 1), into=into, into_expected=1)
    review.unmerge(claim, decision(ada, 2), out_of_expected=2)
    review.merge(claim, decision(ada, 3), into=into, into_expected=3)
    assert Claim.objects.get(id=into).origins == 2


def test_a_chain_of_merges_carries_all_evidence_and_is_undone_from_its_end(
    ada: User, nothing_changes: Any
) -> None:
    one, two, three = (recorded(begins(number)) for number in (1, 2, 3))
    review.merge(one, decision(ada, 1), into=two, into_expected=1)
    review.merge(two, decision(ada, 2), into=three, into_expected=1)
    assert Claim.objects.get(id=three).origins == 3
    with nothing_changes(Refused, f"merged into {three}; decide there"):
        review.unmerge(one, decision(ada, 2), out_of_expected=3)
    review.unmerge(two, decision(ada, 3), out_of_expected=2)
    review.unmerge(one, decision(ada, 2), out_of_expected=4)
    for claim in (one, two, three):
        assert Claim.objects.get(id=claim).origins == 1


def test_evidence_counts_under_another_origin_and_the_history_tells_of_both(ada: User) -> None:
    claim = recorded(begins(1), corroborated(2))
    assert Claim.objects.get(id=claim).status == "corroborated"
    review.reattribute(
        claim, decision(ada, 2), version=2, origin="Agency 1", reason="Même dépêche."
    )
    row = Claim.objects.get(id=claim)
    assert (row.status, row.articles, row.origins, row.version) == ("asserted", 2, 1, 4)
    assert [entry.type for entry in history.read(claim)][2:] == ["withdrawn", "asserted"]


def test_evidence_that_turns_out_to_be_independent_corroborates(ada: User) -> None:
    claim = recorded(begins(1), build.asserted(2, origin="Agency 1"))
    review.reattribute(
        claim, decision(ada, 2), version=2, origin="Agency 2", reason="Enquête propre."
    )
    assert Claim.objects.get(id=claim).status == "corroborated"


def test_the_only_evidence_and_a_dispute_keep_their_words_under_another_origin(ada: User) -> None:
    claim = recorded(begins(1), disputed(3))
    for version, expected in ((1, 2), (2, 4)):
        review.reattribute(
            claim, decision(ada, expected), version=version, origin="AVP", reason="Signé AVP."
        )
    said = [(entry.type, history.decode(entry)) for entry in history.read(claim)][2:]
    assert [name for name, _ in said] == ["withdrawn", "asserted", "withdrawn", "disputed"]
    state = history.past(claim).state
    assert {item.evidence.origin for item in state.standing} == {"AVP"}
    assert state.wording == begins(1).wording


def test_an_origin_that_is_no_news_is_refused(ada: User) -> None:
    claim = recorded(begins(1))
    with pytest.raises(Refused, match="counts under Agency 1 already"):
        review.reattribute(claim, decision(ada, 1), version=1, origin="Agency 1 ", reason="x")
    with pytest.raises(Refused, match="No evidence of version 7"):
        review.reattribute(claim, decision(ada, 1), version=7, origin="AVP", reason="x")


def test_what_was_withdrawn_before_the_merge_is_not_carried(ada: User) -> None:
    claim, into = recorded(begins(1), corroborated(4)), recorded(begins(2))
    review.withdraw(claim, decision(ada, 2), version=1, reason="Article retiré.")
    review.merge(claim, decision(ada, 3), into=into, into_expected=1)
    assert history.past(into).state.origins == {"Agency 2", "Agency 4"}


def test_carried_evidence_is_withdrawn_where_it_went(ada: User) -> None:
    claim, into = recorded(begins(1)), recorded(begins(2))
    review.merge(claim, decision(ada, 1), into=into, into_expected=1)
    review.withdraw(into, decision(ada, 2), version=1, reason="Article retiré.", of=str(claim))
    assert history.past(into).state.origins == {"Agency 2"}


def test_a_claim_is_not_merged_into_itself_a_circle_or_a_merged_claim(
    ada: User, nothing_changes: Any
) -> None:
    one, two, three = (recorded(begins(number)) for number in (1, 2, 3))
    with nothing_changes(Refused, "part of itself"):
        review.merge(one, decision(ada, 1), into=one, into_expected=1)
    review.merge(one, decision(ada, 1), into=two, into_expected=1)
    with nothing_changes(Refused, "decide there"):
        review.merge(two, decision(ada, 2), into=one, into_expected=2)
    with nothing_changes(Refused, "decide there"):
        review.merge(three, decision(ada, 1), into=one, into_expected=2)
    with nothing_changes(Refused, "decide there"):
        review.merge(one, decision(ada, 2), into=three, into_expected=1)


def test_a_merge_on_a_claim_that_has_moved_on_changes_neither(
    ada: User, nothing_changes: Any
) -> None:
    claim, into = recorded(begins(1)), recorded(begins(2))
    say(into, corroborated(5))
    with nothing_changes(Conflict, f"{into} is at version 2"):
        review.merge(claim, decision(ada, 1), into=into, into_expected=1)
    with nothing_changes(Refused, "not part of another"):
        review.unmerge(claim, decision(ada, 1), out_of_expected=2)


def test_two_editors_who_merge_at_once_do_it_once(committed: None, ada: User, bo: User) -> None:
    claim, into = recorded(begins(1)), recorded(begins(2))
    results = at_once(
        *[
            partial(review.merge, claim, decision(by, 1), into=into, into_expected=1)
            for by in (ada, bo)
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Receipt"]
    assert any(isinstance(result, Receipt) for result in results)
    assert Claim.objects.get(id=into).origins == 2
