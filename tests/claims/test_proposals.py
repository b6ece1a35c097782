"""The life of a proposal: opened by a machine, joined by findings, closed by a person."""

import unicodedata
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from claims import proposals, review
from claims.ledger import log
from claims.memory import fingerprint
from claims.models import Claim, Proposal
from claims.proposals import Found, propose
from claims.status import Refused
from tests.claims import build
from tests.claims.build import AT, beginning, found, person, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return person("ada")


def opened(claim: UUID, passage: Found, **changes: Any) -> Proposal:
    proposal = propose(claim, passage, at=AT, **changes)
    assert proposal is not None
    return proposal


def new_claim(passage: Found | None = None) -> Proposal:
    """A proposal of a new claim."""
    return opened(uuid4(), passage or found(1), beginning=beginning())


def dismiss(proposal: Proposal, by: User, expected: int = 0) -> None:
    proposal.refresh_from_db()
    decision = build.decision(by, expected)
    review.dismiss(proposal.id, decision, revision=proposal.revision, reason="Un autre compte.")


def accept(proposal: Proposal, by: User, expected: int = 0) -> None:
    proposal.refresh_from_db()
    review.accept(proposal.id, build.decision(by, expected), revision=proposal.revision)


# Opened


def test_a_machine_may_propose_and_nothing_is_on_the_ledger() -> None:
    proposal = new_claim()
    assert (proposal.state, proposal.begins, proposal.revision) == ("open", True, 1)
    assert (proposal.wording, proposal.language) == ("Le compte a 80 000 abonnés.", "fr")
    assert (proposal.created_at, proposal.decided_at, proposal.decided_by) == (AT, None, None)
    assert log.size() == 0
    assert not Claim.objects.exists()


def test_a_finding_is_kept_with_all_that_a_reviewer_needs() -> None:
    passage = found(
        2, stance="disputes", kind="figure", ours=build.OURS, theirs=build.THEIRS,
        before="Hier, ", after=" Fin.", speaker="Ada Roy", published_at=AT,
    )  # fmt: skip
    finding = new_claim(passage).findings.get()
    for name in ("quote", "start", "end", "ours", "theirs", "before", "after", "speaker"):
        assert getattr(finding, name) == getattr(passage, name)
    assert (finding.because, finding.matcher) == (["same figure"], "matcher/1")


def test_a_passage_for_a_claim_on_the_ledger_is_a_proposal_of_its_own() -> None:
    claim = recorded()
    one, other = opened(claim, found(2)), opened(claim, found(3))
    assert one != other
    assert not one.begins
    assert (one.wording, one.context) == (build.QUOTE, "Un compte très suivi")


def test_a_passage_for_a_claim_that_still_waits_joins_its_proposal() -> None:
    first = new_claim()
    disputing = found(2, stance="disputes", kind="denial", score=0.9)
    joined = opened(first.claim, disputing)
    assert joined.id == first.id
    assert (joined.revision, joined.score, joined.disputed) == (2, 0.9, True)
    assert joined.findings.count() == 2
    again = opened(first.claim, found(3, score=0.1))
    assert (again.revision, again.score, again.disputed) == (3, 0.9, True)


def test_a_passage_for_a_claim_begun_meanwhile_is_a_link_to_it(ada: User) -> None:
    first = new_claim()
    accept(first, ada)
    link = opened(first.claim, found(2))
    assert (link.begins, link.claim) == (False, first.claim)


@pytest.mark.parametrize("waits", [True, False])
def test_nothing_is_linked_to_a_claim_that_nobody_could_decide_on(waits: bool, ada: User) -> None:
    claim = uuid4()
    if waits:
        proposal = new_claim()
        claim = proposal.claim
        dismiss(proposal, ada)
    assert propose(claim, found(2), at=AT) is None
    assert Proposal.objects.filter(state="open").count() == 0


# Seen before


def test_a_passage_is_proposed_once() -> None:
    first = new_claim(found(1))
    assert propose(uuid4(), found(1), at=AT, beginning=beginning()) is None
    assert propose(first.claim, found(1), at=AT) is None
    claim = recorded()
    opened(claim, found(2))
    assert propose(claim, found(2), at=AT) is None
    assert Proposal.objects.count() == 2


def test_a_passage_that_was_judged_for_a_claim_begins_no_claim_of_its_own() -> None:
    opened(recorded(), found(2))
    assert propose(uuid4(), found(2), at=AT, beginning=beginning()) is None


@pytest.mark.parametrize(
    "reprint",
    [
        found(9),
        found(9, quote="LE COMPTE  réunit 80 000 abonnés"),
        found(9, quote="« Le compte réunit 80 000 abonnés ! »"),
        found(9, start=700, stance="disputes", kind="denial"),
    ],
)
def test_what_was_dismissed_stays_dismissed_in_any_reprint(reprint: Found, ada: User) -> None:
    claim = recorded()
    dismiss(opened(claim, found(2)), ada, 1)
    assert propose(claim, reprint, at=AT) is None


def test_what_was_dismissed_for_one_claim_can_be_proposed_for_another(
    ada: User,
) -> None:
    dismiss(opened(recorded(), found(2)), ada, 1)
    assert opened(recorded(), found(2)).state == "open"


def test_a_new_claim_that_was_dismissed_is_not_proposed_again(ada: User) -> None:
    dismiss(new_claim(found(1)), ada)
    assert propose(uuid4(), found(9), at=AT, beginning=beginning()) is None


def test_other_words_about_a_dismissed_matter_are_proposed(ada: User) -> None:
    claim = recorded()
    dismiss(opened(claim, found(2)), ada, 1)
    assert opened(claim, found(9, quote="Ils sont 80 000 à le suivre."))


def test_a_reprint_of_what_was_accepted_is_one_more_article(ada: User) -> None:
    claim = recorded()
    accept(opened(claim, found(2)), ada, 1)
    assert opened(claim, found(9)).state == "open"


def test_the_next_version_of_an_article_does_not_repeat_what_it_said(
    ada: User,
) -> None:
    claim = recorded()
    accept(opened(claim, found(2)), ada, 1)
    same_article = found(8, url=found(2).url, start=90)
    assert propose(claim, same_article, at=AT) is None
    changed = found(8, url=found(2).url, quote="Le compte réunit 61 000 abonnés.")
    assert opened(claim, changed)


def test_two_uploads_without_an_address_are_not_one_article(ada: User) -> None:
    claim = recorded()
    accept(opened(claim, found(2, url="")), ada, 1)
    assert opened(claim, found(8, url=""))


@given(
    st.text("abcéèçàœ 0189", max_size=20), st.sampled_from(["", " ", "\n", "« ", "\u00a0!", "…"])
)
def test_a_fingerprint_sees_past_case_spacing_and_punctuation(text: str, mark: str) -> None:
    assert fingerprint(mark + text + mark) == fingerprint(text)
    assert fingerprint(text.upper()) == fingerprint(text)
    assert fingerprint(text.replace(" ", "\u00a0\n")) == fingerprint(text)


def test_a_fingerprint_sees_past_how_a_pdf_writes_its_accents() -> None:
    assert fingerprint(unicodedata.normalize("NFD", build.QUOTE)) == fingerprint(build.QUOTE)


@pytest.mark.parametrize("other", ["Le compte réunit 60 000 abonnés.", "Le compte reunit 80 000."])
def test_other_words_have_another_fingerprint(other: str) -> None:
    assert fingerprint(other) != fingerprint(build.QUOTE)


# What the database sees to


def test_a_claim_is_begun_by_one_proposal() -> None:
    proposal = new_claim()
    row = {"wording": "x", "language": "fr", "score": 1.0, "priority": 1.0, "created_at": AT}
    with pytest.raises(IntegrityError, match="one_proposal_begins_a_claim"), transaction.atomic():
        Proposal.objects.create(id=uuid4(), claim=proposal.claim, begins=True, **row)


def test_a_decision_has_its_time() -> None:
    proposal = new_claim()
    with pytest.raises(IntegrityError, match="a_decision_has_its_time"), transaction.atomic():
        Proposal.objects.filter(id=proposal.id).update(state="accepted")


def test_a_person_who_decided_cannot_be_deleted_from_the_record(ada: User) -> None:
    dismiss(new_claim(), ada)
    with pytest.raises(DatabaseError), transaction.atomic():
        ada.delete()


# Held for a decision


def test_there_is_nothing_to_decide_where_there_is_no_proposal() -> None:
    with pytest.raises(Refused, match="no such proposal"):
        proposals.held(uuid4(), "accepted", command=uuid4(), revision=1)
