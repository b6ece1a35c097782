"""An article is corrected under a claim: a real worker reads it, and a person is asked."""

import pytest
from django.utils import timezone

from claims import review
from claims.models import Claim, Finding, Proposal
from sources import intake
from sources.models import Document, Passage, Version
from tests.claims.build import decision, person
from tests.claims.desk.screens import browser
from tests.conftest import Server
from tests.journeys.at_work import until
from workers.reading import READER

pytestmark = pytest.mark.slow
URL = "https://gazette.example/pont"
FIRST = """Le pont de Brize rouvre

Par La Gazette
3 mai 2026

La préfète a annoncé que la réparation du pont de Brize a coûté 84 000 euros.

Le maire Yann Morizur a inauguré mardi un quai de 300 mètres.
"""


def hand_in(text: str) -> Document:
    body, at = text.encode(), timezone.now()
    received = intake.receive(body=body, url=URL, content_type="text/plain", by="test", at=at)
    return received.document


def finding(quote: str) -> Finding:
    return Finding.objects.select_related("proposal").get(quote__contains=quote)


def test_what_was_decided_is_asked_about_and_what_waits_is_superseded(worker: Server) -> None:
    hand_in(FIRST)
    until(lambda: Proposal.objects.filter(state="open").count() == 2)
    decided, waiting = finding("84 000").proposal, finding("300 mètres").proposal
    review.accept(decided.id, decision(person("amina"), 0), revision=decided.revision)

    hand_in(FIRST.replace("84 000", "48 000").replace("300 mètres", "200 mètres"))
    until(lambda: Proposal.objects.filter(replaces__isnull=False).exists())

    waiting.refresh_from_db()
    assert waiting.state == "superseded"
    question = Proposal.objects.get(replaces__isnull=False)
    assert "48 000" in question.findings.get().quote
    review.accept(question.id, decision(person("bo"), 1), revision=question.revision)
    claim = Claim.objects.get(id=decided.claim)
    assert ["48 000" in piece["quote"] for piece in claim.evidence] == [True]
    assert claim.status == "asserted"


def test_a_document_is_judged_anew_from_its_list_and_decisions_stay(worker: Server) -> None:
    document = hand_in(FIRST)
    until(lambda: Proposal.objects.filter(state="open").count() == 2)
    decided = finding("84 000").proposal
    review.accept(decided.id, decision(person("amina"), 0), revision=decided.revision)
    Version.objects.update(reader="reader/0")
    Passage.objects.update(kind="boilerplate")
    chosen = {"action": "judge_anew", "_selected_action": str(document.pk)}
    browser(name="bo").post("/admin/sources/document/", chosen)
    until(lambda: Version.objects.get().reader == READER)
    assert Passage.objects.filter(kind="statement").exists()
    decided.refresh_from_db()
    assert decided.state == "accepted"
