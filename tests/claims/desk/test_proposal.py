"""A proposal's page: what it shows, and what becomes of a decision."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims import events, proposals, review
from claims.models import Claim, Entry, Proposal
from claims.status import Status
from tests.claims import build
from tests.claims.desk.screens import EVIL, at, browser, form, page, proposed, text

pytestmark = pytest.mark.django_db


def test_the_quote_is_marked_in_its_context() -> None:
    proposal = proposed(before="Avant. ", after=" Après.", speaker="la candidate")

    answer = browser().get(at(proposal))

    (marked,) = page(answer).xpath("//mark")
    assert marked.text == build.QUOTE
    assert f"Avant. {build.QUOTE} Après." in text(answer)
    assert "same figure" in text(answer)
    assert "la candidate" in text(answer)


def test_both_figures_stand_side_by_side() -> None:
    claim = build.recorded(build.begins(7))
    figures = {"ours": build.OURS, "theirs": build.THEIRS}
    proposal = proposed(
        claim, 2, quote="60 000 abonnés", stance="disputes", kind="figure", **figures
    )

    both = page(browser().get(at(proposal))).xpath("//*[@class='desk-versus']//b")

    assert [one.text for one in both] == ["80 000 abonnés", "60 000 abonnés"]


def test_the_other_figure_stands_out_in_the_quote() -> None:
    claim = build.recorded(build.begins(7))
    theirs = {**build.THEIRS, "start": 12, "end": 26}
    proposal = proposed(
        claim,
        2,
        quote="Elle réunit 60 000 abonnés.",
        stance="disputes",
        kind="figure",
        ours=build.OURS,
        theirs=theirs,
    )

    (marked,) = page(browser().get(at(proposal))).xpath("//mark")

    assert [one.text for one in marked] == ["60 000 abonnés"]
    assert "".join(marked.itertext()) == "Elle réunit 60 000 abonnés."


def test_a_new_claim_is_accepted_with_the_wording_of_the_reviewer() -> None:
    proposal, client = proposed(), browser()
    sent = form(client.get(at(proposal)), "accept") | {"wording": "Le compte avait 80 000 abonnés."}

    answer = client.post(at(proposal), sent, follow=True)

    assert Claim.objects.get().wording == "Le compte avait 80 000 abonnés."
    assert "Accepted: “" in text(answer)
    assert answer.redirect_chain[-1][0] == "/admin/claims/proposal/"


def test_after_a_decision_comes_the_next_proposal() -> None:
    first, second = proposed(score=0.9), proposed(number=2, quote="Autre chose.", score=0.5)
    client = browser()

    answer = client.post(at(first), form(client.get(at(first)), "accept"))

    assert answer.headers["Location"] == f"{at(second)}?after={first.id}"


def test_evidence_for_a_claim_moves_its_status() -> None:
    claim = build.recorded(build.begins(9))
    proposal, client = proposed(claim), browser()

    client.post(at(proposal), form(client.get(at(proposal)), "accept"))

    assert Claim.objects.get(id=claim).status == Status.CORROBORATED


def test_a_reviewer_may_judge_a_passage_otherwise() -> None:
    claim = build.recorded(build.begins(9))
    proposal, client = proposed(claim), browser()
    sent = form(client.get(at(proposal)), "accept") | {"stance": "disputes:denial"}

    client.post(at(proposal), sent)

    assert Claim.objects.get(id=claim).status == Status.DISPUTED


def test_dismissing_takes_a_reason_and_says_so() -> None:
    proposal, client = proposed(), browser()
    sent = form(client.get(at(proposal)), "dismiss")

    refused = client.post(at(proposal), sent)

    assert refused.status_code == 409
    assert "Say why" in text(refused)
    again = form(refused, "dismiss") | {"reason": "Hors sujet."}
    client.post(at(proposal), again)
    assert Proposal.objects.get().reason == "Hors sujet."


def test_pressing_accept_twice_decides_once() -> None:
    proposal, client = proposed(), browser()
    sent = form(client.get(at(proposal)), "accept")

    assert [client.post(at(proposal), sent).status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.count() == 1


def test_who_comes_second_is_told_who_was_first_and_keeps_their_words() -> None:
    proposal, client, other = proposed(), browser(), browser(name="tomas")
    sent = form(client.get(at(proposal)), "dismiss") | {"reason": "Une longue explication."}
    other.post(at(proposal), form(other.get(at(proposal)), "accept"))

    answer = client.post(at(proposal), sent)

    assert answer.status_code == 409
    assert "Tomas Diallo has accepted this proposal already" in text(answer)
    assert "Une longue explication." in text(answer)


def test_a_claim_that_moved_on_is_shown_as_it_is_now() -> None:
    claim = build.recorded(build.begins(9))
    proposal, client = proposed(claim), browser()
    sent = form(client.get(at(proposal)), "accept")
    tomas = build.person("tomas")
    build.say(claim, events.Reworded(wording="Mieux dit."), by=f"user:{tomas.pk}")

    answer = client.post(at(proposal), sent)

    assert answer.status_code == 409
    assert "tomas reworded it: “Mieux dit.”" in text(answer)
    assert form(answer, "accept")["expected"] == "2"
    assert client.post(at(proposal), form(answer, "accept")).status_code == 302


def test_a_passage_that_joined_meanwhile_must_be_seen_first() -> None:
    proposal, client = proposed(), browser()
    sent = form(client.get(at(proposal)), "accept")
    proposals.propose(proposal.claim, build.found(2, quote="Encore."), at=build.AT)

    answer = client.post(at(proposal), sent)

    assert "This proposal has changed" in text(answer)
    assert "Encore." in text(answer)


def test_evidence_for_a_merged_claim_goes_to_the_one_it_is_part_of() -> None:
    lost, kept = build.recorded(build.begins(8)), build.recorded(build.begins(9))
    proposal, client = proposed(lost), browser()
    by = build.decision(build.person("editor"), 1)
    review.merge(lost, by, into=kept, into_expected=1)

    client.post(at(proposal), form(client.get(at(proposal)), "accept"))

    assert Claim.objects.get(id=kept).articles == 3


@pytest.mark.parametrize("group", ["Auditor", ""])
def test_nobody_decides_without_the_permission(group: str) -> None:
    proposal = proposed()
    sent = {"verb": "accept", "expected": "0", "revision": "1", "command": str(uuid4())}

    assert browser(group, name="ruth").post(at(proposal), sent).status_code == 403
    assert Proposal.objects.get().state == "open"


def test_an_auditor_sees_no_buttons() -> None:
    answer = browser("Auditor").get(at(proposed()))

    assert answer.status_code == 200
    assert not page(answer).xpath("//*[@name='verb']")


def test_a_decision_from_another_site_is_refused() -> None:
    proposal = proposed()
    browser()
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="amina"))

    assert client.post(at(proposal), {"verb": "accept"}).status_code == 403


@pytest.mark.parametrize("damage", [{"command": "x"}, {"expected": "x"}, {"revision": ""}])
def test_a_damaged_form_is_refused(damage: dict[str, str]) -> None:
    proposal, client = proposed(), browser()
    sent = form(client.get(at(proposal)), "accept") | damage

    assert client.post(at(proposal), sent).status_code == 400


def test_nobody_adds_changes_or_deletes_a_proposal_by_hand() -> None:
    proposal, root = proposed(), browser("", name="root", is_superuser=True)

    assert root.get("/admin/claims/proposal/add/").status_code == 403
    assert root.get(at(proposal).replace("change", "delete")).status_code == 403
    assert root.get(f"/admin/claims/proposal/{uuid4()}/change/").status_code == 404


def test_hostile_text_in_a_proposal_is_text() -> None:
    names = ("outlet", "origin", "speaker", "title")
    evil: dict[str, Any] = {name: f"{name} {EVIL}" for name in names}
    around: dict[str, Any] = {"before": f"before {EVIL}", "after": f"after {EVIL}"}
    proposal = proposed(quote=EVIL, because=(EVIL,), **evil, **around)

    answer = browser().get(at(proposal))

    assert EVIL not in answer.content.decode()
    assert all(words in text(answer) for words in [*evil.values(), *around.values()])


def test_a_passage_is_accepted_for_another_claim_by_the_address_of_its_page() -> None:
    claim = Claim.objects.get(id=build.recorded())
    proposal = proposed(number=2)
    reviewer = browser()
    address = f"{at(proposal)}?to=https://desk.example{at(claim)}"
    shown = reviewer.get(address)
    assert str(claim) in text(shown)
    assert "Dismiss, because" not in text(shown)

    reviewer.post(address, form(shown, "accept"), follow=True)

    claim.refresh_from_db()
    assert (claim.version, claim.status) == (2, "corroborated")
    assert not Claim.objects.filter(id=proposal.claim).exists()


def test_an_address_that_names_no_claim_is_told_and_nothing_is_lost() -> None:
    proposal = proposed(number=2)
    for wrong in ("nowhere", str(proposal.id)):
        assert "There is no such claim" in text(browser().get(f"{at(proposal)}?to={wrong}"))
