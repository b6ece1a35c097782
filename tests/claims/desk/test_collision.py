"""Two people on one claim: nothing is lost, and each sees what the other did."""

from typing import Any
from uuid import UUID

import pytest

from claims.models import Claim, Entry
from tests.claims import build
from tests.claims.desk.screens import EVIL, at, browser, form, page, proposed, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim() -> Claim:
    return Claim.objects.get(id=build.recorded(build.begins(), build.corroborated()))


def again(answer: Any) -> dict[str, str]:
    """The form that does it all the same."""
    (found,) = [one for one in page(answer).forms if "command" in dict(one.fields)]
    return {name: value or "" for name, value in found.fields.items()}


def test_what_i_was_about_to_do_stands_beside_what_happened_and_can_be_done(claim: Claim) -> None:
    amina, bo = browser(), browser(name="bo")
    sent = form(amina.get(at(claim)), "rate") | {
        "verdict": "false",
        "explanation": f"Le compte est fermé. {EVIL}",
    }
    other = form(bo.get(at(claim)), "reword") | {"wording": "Mieux dit."}
    bo.post(at(claim), other)
    answer = amina.post(at(claim), sent)
    assert answer.status_code == 409
    shown = text(answer)
    for words in ("Rate the claim", "False", "Le compte est fermé.", "Bo Diallo reworded it"):
        assert words in shown
    assert not page(answer).xpath("//script[contains(., 'evil')]")
    assert Entry.objects.count() == 3
    amina.post(at(claim), again(answer))
    assert Claim.objects.get().verdict["verdict"] == "false"  # type: ignore[index]


def test_it_collides_again_where_the_claim_moves_on_again(claim: Claim) -> None:
    amina = browser()
    sent = form(amina.get(at(claim)), "reword") | {"wording": "Un."}
    build.say(claim.pk, build.corroborated(5, origin="X"))
    answer = amina.post(at(claim), sent)
    build.say(claim.pk, build.corroborated(6, origin="Y"))
    third = amina.post(at(claim), again(answer))
    assert third.status_code == 409
    amina.post(at(claim), again(third))
    assert Claim.objects.get().wording == "Un."


def test_a_proposal_whose_claim_moved_on_is_decided_all_the_same(claim: Claim) -> None:
    proposal, amina = proposed(claim.pk, 7, origin="Reuters"), browser()
    sent = form(amina.get(at(proposal)), "dismiss") | {"reason": "Autre chose."}
    build.say(claim.pk, build.disputed(5))
    answer = amina.post(at(proposal), sent)
    assert answer.status_code == 409
    assert "Dismiss the proposal" in text(answer)
    assert "Autre chose." in text(answer)
    amina.post(at(proposal), again(answer))
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason) == ("dismissed", "Autre chose.")


def merge_form(client: Any, claim: UUID, other: UUID) -> tuple[str, dict[str, str]]:
    address = f"/admin/claims/claim/{claim}/merge/?with={other}"
    return address, form(client.get(address), "merge")


def test_a_merge_collides_on_either_claim(claim: Claim) -> None:
    other = build.recorded(build.begins(8, origin="Reuters"))
    editor = browser("Editor")
    address, sent = merge_form(editor, claim.pk, other)
    build.say(other, build.disputed(9))
    answer = editor.post(address, sent)
    assert answer.status_code == 409
    assert "recorded a denial" in text(answer)
    answer = editor.post(address, again(answer), follow=True)
    assert "part of the other one now" in text(answer)
    assert Claim.objects.get(id=claim.pk).merged_into == other
