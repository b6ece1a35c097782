"""A document's way from its bytes to proposals, in one process and one transaction."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from pytest_django import Settings

from claims import review
from claims.models import Claim, Finding, Proposal
from claims.review import Decision
from sources import fetch, intake
from sources.models import Document, Passage
from tests.claims.desk.screens import browser, text
from tests.client import API, client
from workers.ingest import ingest

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
AGENCY = """Irène Castaing quitte Plumo

Par La Dépêche des Monts avec AVP
4 mai 2026 11:04

La candidate Irène Castaing a quitté en avril le réseau Plumo, où son compte avait 80.000 abonnés.

Mme Castaing accuse Plumo de vendre les données de ses membres, ce que l'entreprise dément.
"""
OTHER = """Pourquoi Irène Castaing a fermé son compte Plumo

Par Le Veilleur
6 mai 2026 08:00

Irène Castaing a supprimé en avril son compte Plumo, suivi par près de 60.000 abonnés.
"""


def received(text: str | bytes, **about: Any) -> Document:
    body = text.encode() if isinstance(text, str) else text
    about = {"content_type": "text/plain", "filename": "article.txt", **about}
    return intake.receive(body=body, by="test", at=AT, **about).document


def read(text: str | bytes, **about: Any) -> Document:
    document = received(text, **about)
    ingest(document.id, at=AT)
    document.refresh_from_db()
    return document


def finding(quote: str, **about: str) -> Finding:
    found = Finding.objects.select_related("proposal")
    return found.get(quote__contains=quote, **about)


def test_two_counts_of_followers_become_one_disputed_proposal_with_both_figures() -> None:
    read(AGENCY)
    read(OTHER)
    ours, theirs = finding("80.000 abonnés"), finding("60.000 abonnés")
    assert ours.proposal == theirs.proposal
    assert (theirs.stance, theirs.kind) == ("disputes", "figure")
    assert figures(theirs.proposal) == {"80.000 abonnés", "près de 60.000 abonnés"}
    assert theirs.proposal.disputed
    figure = theirs.theirs or {}
    assert theirs.quote[figure["start"] : figure["end"]] == figure["text"]
    wording, figure = theirs.proposal.wording, theirs.ours or {}
    assert wording[figure["start"] : figure["end"]] == figure["text"]


def test_a_denial_in_the_same_sentence_disputes_the_accusation_in_the_name_of_who_denies() -> None:
    read(AGENCY)
    denial = finding("ce que l'entreprise dément", stance="disputes")
    assert (denial.kind, denial.speaker) == ("denial", "Plumo")
    accusation = denial.proposal.findings.exclude(pk=denial.pk).get()
    assert accusation.speaker == "Irène Castaing"


def test_an_article_that_says_it_three_times_is_one_proposal_with_three_passages() -> None:
    said = "Irène Castaing a quitté en avril le réseau Plumo, où elle avait 80.000 abonnés."
    again = said.replace("Irène Castaing a quitté", "La candidate Irène Castaing avait quitté")
    read(f"Un compte fermé\n\n{said}\n\nUn autre sujet.\n\n{again}\n\nDonc : {said}\n")
    assert finding("La candidate Irène Castaing avait").proposal.findings.count() == 3


def test_a_document_that_joins_a_claim_does_not_dispute_it_as_well() -> None:
    read(AGENCY)
    two = "Irène Castaing a quitté en avril le réseau Plumo, où son compte avait 80.000 abonnés."
    read(f"Le compte d'Irène Castaing\n\n{two}\n\n{two.replace('80.000', '61.000')}\n")
    other = finding("61.000")
    same = Finding.objects.filter(document=other.document, proposal=other.proposal)
    assert {one.stance for one in same} == {"supports"}


def test_every_quote_stands_verbatim_at_its_place_in_the_version() -> None:
    for article in (AGENCY, OTHER):
        version = intake.newest(read(article))
        assert version is not None
        for found in Finding.objects.filter(document=version.sha256):
            assert (version.text or "")[found.start : found.end] == found.quote


def test_a_wire_credit_is_the_origin_of_what_the_outlet_prints() -> None:
    read(AGENCY)
    found = finding("80.000 abonnés")
    assert (found.outlet, found.origin) == ("La Dépêche des Monts", "AVP")


def test_a_reprint_joins_as_one_more_article_of_the_same_origin() -> None:
    read(AGENCY)
    read(AGENCY.replace("La Dépêche des Monts", "La Tribune du Sud"), filename="reprint.txt")
    proposal = finding_of_outlet("La Tribune du Sud").proposal
    user = User.objects.create(username="amina")
    decision = Decision(by=user, at=AT, expected=0, command=UUID(int=1))
    review.accept(proposal.id, decision, revision=proposal.revision)
    claim = Claim.objects.get(id=proposal.claim)
    assert (claim.articles, claim.origins) == (2, 1)


def finding_of_outlet(outlet: str) -> Finding:
    return Finding.objects.filter(outlet=outlet, quote__contains="80.000").get()


def test_a_dismissed_passage_is_not_proposed_again_in_a_reprint() -> None:
    read(AGENCY)
    proposal = finding("80.000 abonnés").proposal
    user = User.objects.create(username="amina")
    decision = Decision(by=user, at=AT, expected=0, command=UUID(int=2))
    review.dismiss(proposal.id, decision, revision=proposal.revision, reason="Sans intérêt.")
    read(AGENCY.replace("La Dépêche des Monts", "La Tribune du Sud"), filename="reprint.txt")
    assert Finding.objects.filter(quote__contains="80.000 abonnés").count() == 1


def test_reading_twice_changes_nothing() -> None:
    document = read(AGENCY)
    before = (Passage.objects.count(), Proposal.objects.count(), Finding.objects.count())
    ingest(document.id, at=AT)
    assert before == (Passage.objects.count(), Proposal.objects.count(), Finding.objects.count())


def test_a_corrected_article_is_a_next_version_and_proposes_only_what_changed() -> None:
    url = "https://veilleur.example/plumo"
    first = read(OTHER, url=url)
    corrected = read(OTHER.replace("60.000", "62.000"), url=url)
    assert corrected == first
    assert [version.number for version in first.versions.order_by("number")] == [1, 2]
    assert not Finding.objects.filter(quote__contains="60.000").exists()
    assert finding("62.000").proposal.state == "open"


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20, "text/plain", "text"),
        (b"<html><nav><a href=/>Accueil</a><a href=/x>Sport</a></nav></html>", "text/html", ""),
        (b"%PDF-1.4\nnot really a PDF", "application/pdf", "PDF"),
    ],
)
def test_what_cannot_be_read_fails_with_a_reason_and_proposes_nothing(
    body: bytes, content_type: str, reason: str
) -> None:
    document = read(body, content_type=content_type)
    assert document.state == Document.State.FAILED
    assert reason in document.reason
    assert document.reason.endswith(".")
    assert not Proposal.objects.exists()


def test_broken_utf8_is_read_all_the_same() -> None:
    document = read(AGENCY.encode("cp1252"))
    assert document.state == Document.State.READ
    assert finding("80.000 abonnés")


def test_a_page_that_cannot_be_fetched_fails_with_what_the_fetcher_said() -> None:
    document = intake.receive(url="https://nowhere.example/a", by="test", at=AT).document
    with patch.object(fetch, "fetch", side_effect=fetch.Unfetchable("There is no such host.")):
        ingest(document.id, at=AT)
    document.refresh_from_db()
    assert (document.state, document.reason) == ("failed", "There is no such host.")


def test_a_page_whose_site_is_busy_waits_longer_each_time_and_fails_at_last() -> None:
    document = intake.receive(url="https://busy.example/a", by="test", at=AT).document
    busy = fetch.NotNow("busy.example answers 503.")
    busy.later = 600
    at, waits = AT, []
    with patch.object(fetch, "fetch", side_effect=busy) as fetched:
        for _ in range(5):
            ingest(document.id, at=at)
            ingest(document.id, at=at)  # before its time nothing is done
            document.refresh_from_db()
            waits.append(document.not_before and document.not_before - at)
            at = document.not_before or at
    assert fetched.call_count == 5
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (10, 15, 120, 720)]
    assert document.state == "failed"
    assert document.reason == "busy.example answers 503. It was tried 5 times."


def test_waiting_for_the_desks_own_requests_is_no_attempt() -> None:
    document = intake.receive(url="https://busy.example/c", by="test", at=AT).document
    busy = fetch.NotNow("busy.example is asked for so many pages that this one has to wait.")
    busy.ours = True
    with patch.object(fetch, "fetch", side_effect=busy):
        for number in range(20):
            ingest(document.id, at=AT + timedelta(minutes=number))
    document.refresh_from_db()
    assert (document.state, document.attempts) == ("waiting", 0)


def _broken(state: str) -> Any:
    """PostgreSQL breaks off whatever is proposed, with that code."""

    def propose(*_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE 'broken off' USING ERRCODE = '{state}'; END $$")

    return patch("workers.placing.propose", propose)


@pytest.mark.parametrize("state", ["53100", "53300", "57P01"])
def test_a_database_without_room_or_on_its_way_down_costs_a_document_no_attempt(
    state: str,
) -> None:
    document = received(OTHER)
    for _ in range(intake.MOST_ATTEMPTS + 1):
        with _broken(state), pytest.raises(OperationalError, match="broken off"):
            ingest(document.id, at=AT)
    document.refresh_from_db()
    assert (document.state, document.attempts) == ("waiting", 0)
    ingest(document.id, at=AT)
    document.refresh_from_db()
    assert (document.state, document.attempts) == ("read", 1)


def test_what_the_database_says_of_the_document_itself_is_an_attempt() -> None:
    document = received(OTHER)
    with _broken("57014"), pytest.raises(OperationalError, match="broken off"):
        ingest(document.id, at=AT)
    document.refresh_from_db()
    assert (document.state, document.attempts) == ("waiting", 1)


def test_nobody_is_nudged_for_what_waits_for_its_site_until_its_time_has_come() -> None:
    document = intake.receive(url="https://busy.example/b", by="test", at=AT).document
    with patch.object(fetch, "fetch", side_effect=fetch.NotNow("busy.example answers 503.")):
        ingest(document.id, at=AT)
    assert intake.nudge_forgotten(at=AT + timedelta(minutes=1, seconds=30)) == 0
    assert intake.nudge_forgotten(at=AT + timedelta(minutes=3)) == 1
    page = fetch.Fetched(OTHER.encode(), "text/plain", document.url)
    with patch.object(fetch, "fetch", return_value=page):
        ingest(document.id, at=AT + timedelta(minutes=3))
    document.refresh_from_db()
    assert (document.state, document.reason, document.not_before) == ("read", "", None)


def test_a_fetched_page_is_captured_and_read() -> None:
    document = intake.receive(url="https://veilleur.example/b", by="test", at=AT).document
    page = fetch.Fetched(OTHER.encode(), "text/plain; charset=utf-8", document.url)
    with patch.object(fetch, "fetch", return_value=page):
        ingest(document.id, at=AT)
    assert finding("60.000 abonnés").url == document.url


def test_reading_that_takes_too_long_ends_with_a_sentence() -> None:
    document = received(AGENCY)
    with patch("workers.readings.read", side_effect=SoftTimeLimitExceeded):
        ingest(document.id, at=AT)
    document.refresh_from_db()
    assert document.state == Document.State.FAILED
    assert "too long" in document.reason


def test_the_real_articles_end_as_one_disputed_count_and_three_denials_of_tiktok(
    shared: Path,
) -> None:
    for path in sorted((shared / "seeds").glob("0*.txt")):
        assert read(path.read_bytes(), filename=path.name).state == Document.State.READ
    proposal = finding("près de 60.000 abonnés").proposal
    assert figures(proposal) == {"80.000 abonnés", "près de 60.000 abonnés"}
    for quote in ("complètement fausses", "dément fermement", "dément toutes les accusations"):
        denial = finding(quote, stance="disputes")
        assert (denial.kind, denial.speaker) == ("denial", "TikTok")
    for never in ("Soutenez", "Déjà abonné", "cour constitutionnelle", "influenceurs"):
        assert not Finding.objects.filter(quote__contains=never).exists()


def figures(proposal: Proposal) -> set[str]:
    pairs = proposal.findings.filter(kind="figure").values_list("ours__text", "theirs__text")
    return {figure for pair in pairs for figure in pair}


def test_the_two_counts_meet_in_a_queue_that_is_full_of_other_matters(shared: Path) -> None:
    seeds = Path(__file__).resolve().parents[2] / "seeds" / "documents"
    others = [path for path in sorted(seeds.iterdir()) if path.suffix != ".pdf"]
    for path in others + sorted((shared / "seeds").glob("0*.txt"), reverse=True):
        kind = "text/html" if path.suffix == ".html" else "text/plain"
        read(path.read_bytes(), filename=path.name, content_type=kind)
    assert finding("80.000 abonnés").proposal == finding("près de 60.000 abonnés").proposal


def test_where_speaker_and_cue_stand_is_kept_with_the_passage() -> None:
    document = read("La préfète Léa Brun a affirmé lundi que 312 foyers étaient privés d'eau.")
    passage = Passage.objects.get(version__document=document)
    text = passage.version.text or ""
    assert (passage.speaker, passage.attribution) == ("Léa Brun", "indirect")
    assert text[passage.speaker_start : passage.speaker_end] == "Léa Brun"
    assert text[passage.cue_start : passage.cue_end] == "a affirmé"


def test_the_desk_says_from_which_score_on_a_passage_is_proposed(settings: Settings) -> None:
    settings.CHECKWORTHY_FROM = 0.9
    read("Le conseil de Vaux a fermé lundi la piscine.")
    assert not Proposal.objects.exists()
    settings.CHECKWORTHY_FROM = 0.5
    read("Le conseil de Brize a fermé mardi la patinoire.")
    assert Proposal.objects.count() == 1


def test_an_opinion_is_kept_and_never_proposed(settings: Settings) -> None:
    settings.CHECKWORTHY_FROM = 0.0
    document = read("À mon avis, la ville de Vaux mérite mieux que cette gare.")
    assert Passage.objects.get(version__document=document).kind == "opinion"
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("first", "second"),
    [("appareils gouvernementaux", "février 2023"), ("par refus d", "fin janvier")],
)
def test_the_real_articles_corroborate_each_other_once_a_reviewer_brings_them_together(
    shared: Path, first: str, second: str
) -> None:
    for path in sorted((shared / "seeds").glob("0*.txt")):
        read(path.read_bytes(), filename=path.name)
    by = User.objects.create(username="amina")
    proposal = finding(first).proposal
    begun = Decision(by=by, at=AT, expected=0, command=UUID(int=5))
    review.accept(proposal.id, begun, revision=proposal.revision)
    other = finding(second).proposal
    claim = Claim.objects.get(id=proposal.claim)
    if other.claim != claim.id:
        joined = Decision(by=by, at=AT, expected=claim.version, command=UUID(int=6))
        review.accept(other.id, joined, revision=other.revision, to=claim.id)
    claim.refresh_from_db()
    assert claim.status == "corroborated"
    assert {piece["origin"] for piece in claim.evidence} == {"AFP", "BFMTV"}


def test_a_version_says_of_itself_who_wrote_it_and_where_it_says_so() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": '
        '"Jeanne Ravel"}, "dateModified": "2026-05-05T09:00:00Z"}</script>'
    )
    said = "<p>La région a payé 42 000 euros en 2025 pour le théâtre.</p>" * 2
    page = f"<html><head>{head}</head><body><article><h1>Titre</h1>{said}</article></body></html>"
    document = read(page, content_type="text/html", url="https://courrier.example/t")
    shown = client("Reviewer").get(f"{API}/documents/{document.id}/").json()
    about = shown["versions"][0]["about"]
    assert about["authors"] == ["Jeanne Ravel"]
    assert (about["modified_at"], about["told_by"]["modified_at"]) == (
        "2026-05-05T09:00:00Z",
        "json-ld",
    )
    seen = text(browser().get(f"/admin/sources/document/{document.id}/change/"))
    assert "Jeanne Ravel (by the page's JSON-LD)" in seen
    assert "ModifiedMay 5, 2026, 9 a.m. (by the page's JSON-LD)" in " ".join(seen.split())
