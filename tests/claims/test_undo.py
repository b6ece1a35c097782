"""A decision of a moment ago is taken back: by an event, by who made it, and not for long."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from claims import history, memory, review
from claims.models import Claim, Proposal
from claims.proposals import propose
from claims.replay import replay
from claims.review import Decision
from tests.claims.build import AT, beginning, begins, corroborated, found, person, recorded, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return person("ada")


def decided(by: User, expected: int, after: timedelta = timedelta()) -> Decision:
    return Decision(by=by, at=AT + after, expected=expected, command=uuid4())


def opened(claim: object = None, number: int = 2) -> Proposal:
    begun = None if claim else beginning()
    proposal = propose(claim or uuid4(), found(number), at=AT, beginning=begun)  # type: ignore[arg-type]
    assert proposal
    return proposal


def words(claim: object) -> list[str]:
    return [entry.type for entry in history.read(claim)]  # type: ignore[arg-type]


def test_an_acceptance_is_undone_by_withdrawing_what_it_recorded(ada: User) -> None:
    claim = recorded(begins(1))
    proposal = opened(claim)
    review.accept(proposal.id, decided(ada, 1), revision=1)
    again = review.undo(proposal.id, decided(ada, 2))
    assert words(claim) == ["asserted", "corroborated", "withdrawn"]
    assert (again.state, again.decided_by, again.revision) == ("open", None, 2)
    assert "Undone" in (list(history.read(claim))[2].body or "")
    assert Claim.objects.get().origins == 1
    review.accept(proposal.id, decided(ada, 3), revision=2)
    assert Claim.objects.get().origins == 2
    assert not replay(mend=False).different


def test_a_claim_that_began_by_mistake_is_withdrawn_and_can_begin_again(ada: User) -> None:
    proposal = opened()
    review.accept(proposal.id, decided(ada, 0), revision=1)
    review.undo(proposal.id, decided(ada, 1))
    assert Claim.objects.get().status == "withdrawn"
    review.accept(proposal.id, decided(ada, 2), revision=2)
    assert Claim.objects.get().status == "asserted"
    assert words(proposal.claim) == ["asserted", "withdrawn", "asserted"]


def test_a_dismissal_is_undone_by_an_event_of_its_own(ada: User) -> None:
    claim = recorded(begins(1))
    proposal = opened(claim)
    review.dismiss(proposal.id, decided(ada, 1), revision=1, reason="Autre chose.")
    review.undo(proposal.id, decided(ada, 2))
    assert words(claim) == ["asserted", "dismissed", "reopened"]
    assert history.past(claim).state.dismissed == ()
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason) == ("open", "")
    assert memory.dismissed_before(proposal) == []


def test_what_began_nothing_is_undone_without_an_event(ada: User) -> None:
    proposal = opened()
    review.dismiss(proposal.id, decided(ada, 0), revision=1, reason="Autre chose.")
    assert review.undo(proposal.id, decided(ada, 0)).state == "open"


def test_nobody_else_undoes_it_and_nobody_does_it_late(ada: User) -> None:
    claim = recorded(begins(1))
    proposal = opened(claim)
    review.accept(proposal.id, decided(ada, 1), revision=1)
    with pytest.raises(review.Refused, match="Only who decided"):
        review.undo(proposal.id, decided(person("bo"), 2))
    with pytest.raises(review.Refused, match="too late"):
        review.undo(proposal.id, decided(ada, 2, timedelta(minutes=11)))
    review.undo(proposal.id, decided(ada, 2, timedelta(minutes=9)))
    with pytest.raises(review.Refused, match="nothing to undo"):
        review.undo(proposal.id, decided(ada, 3))


def test_a_claim_that_moved_on_is_looked_at_again_first(ada: User) -> None:
    claim = recorded(begins(1))
    proposal = opened(claim)
    review.accept(proposal.id, decided(ada, 1), revision=1)
    say(claim, corroborated(9, origin="Reuters"))
    with pytest.raises(review.Conflict):
        review.undo(proposal.id, decided(ada, 2))
    proposal.refresh_from_db()
    assert proposal.state == "accepted"


def test_a_passage_that_was_accepted_for_another_claim_goes_back_to_its_own(ada: User) -> None:
    one, other = recorded(begins(1)), recorded(begins(7))
    proposal = opened(one)
    review.accept(proposal.id, decided(ada, 1), revision=1, to=other)
    review.undo(proposal.id, decided(ada, 2))
    assert proposal.findings.get().claim == one
    assert words(other)[-1] == "withdrawn"


def test_a_passage_begins_a_claim_of_its_own_instead(ada: User) -> None:
    claim, new = recorded(begins(1)), uuid4()
    proposal = opened(claim)
    told = {"wording": "Une autre affirmation.", "language": "fr", "stance": "supports"}
    review.accept(proposal.id, decided(ada, 0), revision=1, to=new, **told)
    begun = Claim.objects.get(id=new)
    assert (begun.wording, begun.language, begun.status) == (told["wording"], "fr", "asserted")
    assert words(claim) == ["asserted"]
    review.undo(proposal.id, decided(ada, 1))
    assert Claim.objects.get(id=new).status == "withdrawn"
