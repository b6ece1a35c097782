"""Has this been checked? What a client hears that sends a sentence or a whole article."""

from typing import Any

import pytest
from django.test import Client

from claims.models import Pulled
from tests.claims.build import begins, recorded
from tests.client import API, client, problem, wrong

pytestmark = pytest.mark.django_db
MATCH = f"{API}/match"


@pytest.fixture
def cms() -> Client:
    """The plug-in of a newsroom."""
    return client()


def matches(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    return [match for one in response.json()["passages"] for match in one["matches"]]


def test_a_sentence_meets_the_claim_that_it_repeats(cms: Client) -> None:
    wording = "Le compte Plumo de la candidate avait 80 000 abonnés."
    claim = recorded(begins(wording=wording))

    (match,) = matches(cms.post(MATCH, {"text": wording}, content_type="application/json"))

    assert match["claim"]["id"] == str(claim)
    assert match["claim"]["status"] == "asserted"
    assert match["stance"] == "supports"
    assert 0.5 <= match["score"] <= 1


def test_another_figure_disputes_the_claim_and_both_are_told(cms: Client) -> None:
    recorded(begins(wording="Le compte Plumo de la candidate avait 80 000 abonnés."))
    sent = {"text": "Le compte Plumo de la candidate avait près de 60 000 abonnés."}

    (match,) = matches(cms.post(MATCH, sent, content_type="application/json"))

    assert (match["stance"], match["kind"]) == ("disputes", "figure")
    assert (match["ours"]["value"], match["theirs"]["value"]) == ("80000", "60000")


def test_an_article_is_answered_passage_by_passage(cms: Client) -> None:
    recorded(begins(wording="Le compte Plumo de la candidate avait 80 000 abonnés."))
    page = (
        "<html><body><article><h1>Au port</h1><p>Le pont de Breville est fermé depuis lundi, a"
        " indiqué la mairie dans un communiqué.</p><p>Le compte Plumo de la candidate avait"
        " 80 000 abonnés, selon une enquête publiée mardi par le journal.</p></article></body>"
    )

    answer = cms.post(MATCH, {"html": page}, content_type="application/json").json()

    told = {one["quote"][:12]: len(one["matches"]) for one in answer["passages"]}
    assert told["Le pont de B"] == 0
    assert told["Le compte Pl"] == 1
    assert answer["left_out"] == 0


def test_what_the_desk_has_nothing_on_has_no_match(cms: Client) -> None:
    recorded()
    sent = {"text": "Northgate United won the cup on Monday."}
    assert matches(cms.post(MATCH, sent, content_type="application/json")) == []


def test_whoever_was_told_of_a_claim_hears_when_it_is_recalled(cms: Client) -> None:
    wording = "Le compte Plumo de la candidate avait 80 000 abonnés."
    claim = recorded(begins(wording=wording))
    cms.post(MATCH, {"text": wording}, content_type="application/json")
    assert Pulled.objects.get().claim == claim


@pytest.mark.parametrize("sent", [{}, {"text": "Un.", "html": "<p>Un."}])
def test_either_a_text_or_html_is_sent(cms: Client, sent: dict[str, str]) -> None:
    told = wrong(cms.post(MATCH, sent, content_type="application/json"), "/text")
    assert "either" in told


def test_what_holds_no_text_is_refused(cms: Client) -> None:
    response = cms.post(MATCH, {"html": "<script>1</script>"}, content_type="application/json")
    assert wrong(response, "/html")


def test_asking_takes_a_key_that_may_read() -> None:
    sent = {"text": "Le pont est fermé."}
    problem(Client().post(MATCH, sent, content_type="application/json"), 401, "unauthenticated")
    sender = client(scopes=["submit"])
    problem(sender.post(MATCH, sent, content_type="application/json"), 403, "forbidden")
