"""What was judged before is not proposed again; what changed is, with a reminder."""

from uuid import uuid4

import pytest

from claims import memory, review
from claims.models import Proposal
from claims.proposals import propose
from tests.claims.build import AT, beginning, begins, decision, found, person, recorded
from tests.claims.desk.screens import at, browser, text
from tests.client import API, client

pytestmark = pytest.mark.django_db
SAID = "Le compte réunit 80 000 abonnés."


def dismissed(reason: str = "Un autre compte.", **changes: object) -> Proposal:
    """A passage that somebody dismissed for a claim on record."""
    claim = recorded(begins(1))
    proposal = propose(claim, found(2, **changes), at=AT)
    assert proposal
    return review.dismiss(proposal.id, decision(person("ada"), 1), revision=1, reason=reason)


@pytest.mark.parametrize(
    "again",
    [
        "« Le compte réunit 80 000 abonnés »",
        "LE COMPTE RÉUNIT 80\u202f000 ABONNÉS !",
        "Le compte ré\u00adunit 80000 abonnés",
        "Le compte réunit 80.000 abonnés.",
    ],
)
def test_a_dismissed_quote_stays_dismissed_in_other_typography(again: str) -> None:
    claim = dismissed(quote=SAID).claim
    assert propose(claim, found(3, quote=again), at=AT) is None


def test_a_changed_quote_is_proposed_and_reminds_of_the_no() -> None:
    claim = dismissed(quote=SAID, reason="Compte parodique.").claim
    again = propose(claim, found(3, quote=SAID.replace("80", "90")), at=AT)
    assert again
    (before,) = memory.dismissed_before(again)
    assert (before.quote, before.proposal.reason) == (SAID, "Compte parodique.")
    assert "Dismissed before by ada" in text(browser().get(at(again)))
    shown = client("Reviewer").get(f"{API}/proposals/{again.id}/").json()
    assert shown["dismissed_before"][0]["reason"] == "Compte parodique."


def test_another_matter_of_the_same_claim_reminds_of_nothing() -> None:
    claim = dismissed(quote=SAID).claim
    other = propose(claim, found(3, quote="La mairie a fermé le pont hier soir."), at=AT)
    assert other
    assert memory.dismissed_before(other) == []


def test_a_dismissed_new_claim_is_remembered_too() -> None:
    proposal = propose(uuid4(), found(2, quote=SAID), at=AT, beginning=beginning())
    assert proposal
    review.dismiss(proposal.id, decision(person("ada"), 0), revision=1, reason="Sans intérêt.")
    assert propose(uuid4(), found(3, quote=SAID), at=AT, beginning=beginning()) is None


def test_a_passage_accepted_for_another_claim_is_not_proposed_for_that_one_again() -> None:
    meant, proposed = recorded(begins(1)), recorded(begins(2))
    passage = found(3, start=40)
    proposal = propose(proposed, passage, at=AT)
    assert proposal
    review.accept(proposal.id, decision(person("ada"), 1), revision=1, to=meant)
    assert propose(meant, passage, at=AT) is None
    assert propose(proposed, passage, at=AT) is None
