"""Verdicts with four eyes, on the desk's own scale; withdrawing one is one step."""

from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.utils.translation import override

from claims.apps import scale
from claims.models import Claim, Entry
from claims.scale import named
from tests.claims import build
from tests.claims.desk.screens import at, browser, form, page, text

pytestmark = pytest.mark.django_db
CLAIMS = "/admin/claims/claim/"


@pytest.fixture
def claim() -> Claim:
    return Claim.objects.get(id=build.recorded(build.begins(), build.corroborated()))


def do(client: Client, claim: Claim, verb: str, **fields: Any) -> Any:
    sent = form(client.get(at(claim)), verb) | fields
    return client.post(at(claim), sent, follow=True)


def rated(client: Client, claim: Claim, **fields: Any) -> Any:
    return do(client, claim, "rate", verdict="misleading", explanation="Vieux chiffre.", **fields)


def forms(client: Client, claim: Claim) -> set[str]:
    verbs = page(client.get(at(claim))).xpath("//input[@name='verb']/@value")
    return set(map(str, verbs))


def test_a_verdict_names_what_it_rests_on(claim: Claim) -> None:
    chosen = claim.evidence[0]["url"]
    answer = rated(browser(), claim, source=[chosen], sources=f"https://insee.example/1\n{chosen}")
    assert Claim.objects.get().verdict["sources"] == [chosen, "https://insee.example/1"]  # type: ignore[index]
    assert page(answer).xpath("//a[@href='https://insee.example/1']")


def test_a_source_that_is_no_address_is_refused_and_nothing_typed_is_lost(claim: Claim) -> None:
    answer = rated(browser(), claim, sources="javascript:alert(1)")
    assert answer.status_code == 409
    assert "is no web address" in text(answer)
    assert "Vieux chiffre." in text(answer)


def test_a_second_person_sends_it_back_and_says_what_is_missing(claim: Claim) -> None:
    amina, bo = browser(), browser(name="bo")
    rated(amina, claim)
    assert {"confirm", "send_back"} & forms(amina, claim) == set()
    answer = do(bo, claim, "send_back", reason="Il manque la source.")
    assert "Bo Diallo sent back the rating of version 3: Il manque la source." in text(answer)
    assert Claim.objects.get().verdict is None
    sent = {"verb": "send_back", "rating": "3", "reason": "x", "expected": "3"}
    refused = amina.post(at(claim), sent | {"command": "x"})
    assert refused.status_code == 400


def test_the_author_cannot_send_it_back_by_a_form_of_their_own(claim: Claim) -> None:
    amina = browser()
    rated(amina, claim)
    sent = form(amina.get(at(claim)), "rate") | {"verb": "send_back", "rating": "3", "reason": "x"}
    answer = amina.post(at(claim), sent)
    assert answer.status_code == 409
    assert "Only a second person" in text(answer)


def test_a_confirmed_verdict_is_withdrawn_by_an_editor_in_one_step(claim: Claim) -> None:
    amina, bo, editor = browser(), browser(name="bo"), browser("Editor", name="jeanne")
    rated(amina, claim)
    do(bo, claim, "confirm")
    assert "unrate" not in forms(amina, claim)
    sent = form(bo.get(at(claim)), "rate") | {"verb": "unrate", "rating": "3", "reason": "Faux."}
    assert bo.post(at(claim), sent).status_code == 403
    answer = do(editor, claim, "unrate", reason="Le chiffre est faux.")
    assert "took back the rating of version 3: Le chiffre est faux." in text(answer)
    assert Claim.objects.get().verdict is None
    assert Entry.objects.filter(type="unrated").count() == 1


def test_what_waits_for_a_second_person_is_a_list_and_not_for_its_author(claim: Claim) -> None:
    amina, bo = browser(), browser(name="bo")
    rated(amina, claim)
    link = f"//a[contains(@href, '{claim.pk}')]"
    assert page(bo.get(f"{CLAIMS}?verdict=mine")).xpath(link)
    assert not page(amina.get(f"{CLAIMS}?verdict=mine")).xpath(link)
    assert page(amina.get(f"{CLAIMS}?verdict=waits")).xpath(link)
    assert not page(amina.get(f"{CLAIMS}?verdict=none")).xpath(link)


def test_the_scale_is_the_desks_own_and_a_verdict_that_left_it_is_still_shown(
    claim: Claim, settings: Any
) -> None:
    amina = browser()
    rated(amina, claim)
    settings.VERDICTS = {"ok": [2, "Fine", "Bien"], "nok": [1, "Not fine", "Pas bien"]}
    shown = page(amina.get(at(claim)))
    assert [one.get("value") for one in shown.xpath("//select[@name='verdict']/option")] == [
        "",
        "ok",
        "nok",
    ]
    assert "misleading" in shown.text_content()
    sent = form(amina.get(at(claim)), "rate") | {"verdict": "misleading", "explanation": "x"}
    answer = amina.post(at(claim), sent)
    assert "The desk's scale has no “misleading”; it has ok, nok." in text(answer)
    with override("fr"):
        assert named("ok") == "Bien"
    with override("en"):
        assert named("ok") == "Fine"


@pytest.mark.parametrize(
    "given",
    [
        [],
        {},
        {"x": []},
        {"x": [1, "X"]},
        {"x": ["1", "X", "X"]},
        {"x": [1, "", "X"]},
        {"": [1, "X", "X"]},
    ],
)
def test_a_scale_that_is_none_is_refused_before_anything_runs(settings: Any, given: Any) -> None:
    settings.VERDICTS = given
    (error, *_more) = scale()
    assert error.msg.startswith("VERDICTS")
    assert error.hint


def test_the_scale_that_comes_with_the_desk_is_one() -> None:
    assert [one for one in run_checks() if one.id == "claims.E001"] == []
