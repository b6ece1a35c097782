"""A corrected article: what was accepted from it goes back to a person, and is never moved."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from claims import history, memory, review
from claims.models import Claim, Finding, Proposal
from sources import intake
from tests.claims.build import decision, person
from tests.claims.desk.screens import at, browser, form, text
from tests.workers.test_ingest import AT, finding, read
from workers.ingest import ingest

pytestmark = pytest.mark.django_db
URL = "https://gazette.example/port"
FIRST = """Le port de Landévern s'agrandit

Par La Gazette du Ponant
3 mai 2026

Le port de Landévern a accueilli 84 navires de commerce en avril, selon la capitainerie.

Le maire Yann Morizur a inauguré mardi un quai de 300 mètres.
"""


def accepted(quote: str) -> Claim:
    """The claim that the passage began, once it is accepted."""
    proposal = finding(quote).proposal
    by = person(f"reviewer {Proposal.objects.filter(state='accepted').count()}")
    review.accept(proposal.id, decision(by, 0), revision=proposal.revision)
    return Claim.objects.get(id=proposal.claim)


def asked() -> list[Proposal]:
    return list(Proposal.objects.filter(replaces__isnull=False, state="open"))


def test_a_quote_that_still_stands_is_carried_over_without_asking() -> None:
    read(FIRST, url=URL)
    accepted("84 navires")
    read(f"{FIRST}\nLe trafic a repris.\n", url=URL)
    assert asked() == []


def test_a_changed_figure_goes_back_to_the_queue_with_the_new_sentence() -> None:
    read(FIRST, url=URL)
    claim = accepted("84 navires")
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    (proposal,) = asked()
    assert (proposal.claim, proposal.replaces) == (claim.id, 1)
    assert "84 navires" in proposal.wording
    (found,) = proposal.findings.all()
    assert "48 navires" in found.quote
    # The claim itself is as it was: nothing is re-anchored by a machine.
    claim.refresh_from_db()
    assert claim.version == 1


def test_accepting_withdraws_the_old_and_records_the_new_in_one_command() -> None:
    read(FIRST, url=URL)
    claim = accepted("84 navires")
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    (proposal,) = asked()
    review.accept(proposal.id, decision(person("bo"), 1), revision=proposal.revision)
    said = history.read(claim.id)
    assert [entry.type for entry in said] == ["asserted", "withdrawn", "asserted"]
    assert said[1].command_id == said[2].command_id
    claim.refresh_from_db()
    assert claim.status == "asserted"
    assert "48 navires" in claim.evidence[0]["quote"]


def test_dismissing_leaves_the_evidence_as_it_was_and_is_remembered() -> None:
    read(FIRST, url=URL)
    claim = accepted("84 navires")
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    (proposal,) = asked()
    review.dismiss(
        proposal.id, decision(person("bo"), 1), revision=1, reason="Le premier chiffre vaut."
    )
    claim.refresh_from_db()
    assert (claim.version, claim.status) == (1, "asserted")
    read(FIRST.replace("84 navires", "48 navires") + "\nMis à jour.\n", url=URL)
    assert asked() == []
    # Another correction is another question.
    read(FIRST.replace("84 navires", "52 navires"), url=URL)
    assert ["52 navires" in one.findings.get().quote for one in asked()] == [True]


def test_a_sentence_that_vanished_is_asked_about_too() -> None:
    read(FIRST, url=URL)
    claim = accepted("300 mètres")
    gone = FIRST.replace("Le maire Yann Morizur a inauguré mardi un quai de 300 mètres.", "")
    read(gone, url=URL)
    (proposal,) = asked()
    assert not proposal.findings.exists()
    review.accept(proposal.id, decision(person("bo"), 1), revision=proposal.revision)
    claim.refresh_from_db()
    assert claim.status == "withdrawn"


def test_a_question_that_nobody_answered_is_replaced_by_the_next_version() -> None:
    read(FIRST, url=URL)
    accepted("84 navires")
    for figure in ("48", "52"):
        read(FIRST.replace("84 navires", f"{figure} navires"), url=URL)
    (proposal,) = asked()
    assert "52 navires" in proposal.findings.get().quote


def test_the_page_shows_what_changed_word_by_word_and_a_reviewer_decides_on_it() -> None:
    read(FIRST, url=URL)
    accepted("84 navires")
    read(FIRST.replace("84 navires", "<b>48</b> navires"), url=URL)
    (proposal,) = asked()
    page: Any = browser().get(at(proposal))
    assert "<del>84</del>" in page.content.decode()
    assert "&lt;" in page.content.decode().partition("desk-changed")[2][:400]
    assert "The source changed" in text(browser().get("/admin/claims/proposal/?kind=changed"))
    done = browser().post(at(proposal), form(page, "accept"), follow=True)
    assert "Accepted" in text(done)
    assert Finding.objects.filter(proposal=proposal, proposal__state="accepted").exists()


def test_a_question_is_none_any_more_once_the_quote_is_back() -> None:
    read(FIRST, url=URL)
    accepted("84 navires")
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    assert len(asked()) == 1
    read(f"{FIRST}\nL'article a été rétabli.\n", url=URL)
    assert asked() == []


def test_erased_evidence_leaves_no_words_in_what_was_asked_about_it() -> None:
    read(FIRST, url=URL)
    claim = accepted("84 navires")
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    (proposal,) = asked()
    review.erase(0, decision(person("root"), claim.version), reason="Privacy.")
    proposal.refresh_from_db()
    assert (proposal.wording, proposal.state) == ("", "dismissed")


def test_erasing_what_a_claim_took_over_empties_the_question_there_and_no_other() -> None:
    read(FIRST, url=URL)
    moved, target = accepted("84 navires"), accepted("300 mètres")
    by = person("root")
    review.merge(moved.id, decision(by, 1), into=target.id, into_expected=1)
    changed = FIRST.replace("84 navires", "48 navires").replace("300 mètres", "900 mètres")
    read(changed, url=URL)
    carried, own = sorted(asked(), key=lambda one: one.replaces_of, reverse=True)
    assert (carried.replaces, own.replaces) == (1, 1)
    review.erase(0, decision(by, 2), reason="Privacy.")
    carried.refresh_from_db()
    own.refresh_from_db()
    assert (carried.wording, carried.state) == ("", "dismissed")
    assert ("300 mètres" in own.wording, own.state) == (True, "open")


def test_a_question_that_a_merge_overtook_withdraws_the_evidence_it_is_about() -> None:
    read(FIRST, url=URL)
    moved, target = accepted("84 navires"), accepted("300 mètres")
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    (proposal,) = asked()
    by = person("root")
    review.merge(moved.id, decision(by, 1), into=target.id, into_expected=1)
    review.accept(proposal.id, decision(by, 2), revision=proposal.revision, to=target.id)
    target.refresh_from_db()
    quotes = " ".join(piece["quote"] for piece in target.evidence)
    assert "300 mètres" in quotes
    assert "48 navires" in quotes
    assert "84 navires" not in quotes


def test_two_sentences_that_became_one_are_two_questions_and_the_version_is_read() -> None:
    read(FIRST, url=URL)
    moved, target = accepted("84 navires"), accepted("300 mètres")
    by = person("root")
    review.merge(moved.id, decision(by, 1), into=target.id, into_expected=1)
    one = (
        "Le port de Landévern a accueilli 48 navires en avril, selon la capitainerie, et le maire "
        "Yann Morizur a inauguré mardi un quai de 900 mètres."
    )
    head = "Le port s'agrandit\n\nPar La Gazette du Ponant\n3 mai 2026\n\n"
    document = read(f"{head}{one}\n", url=URL)
    assert document.state == "read", document.reason
    assert len(asked()) == 2


def test_what_waits_and_was_corrected_before_anybody_decided_is_superseded() -> None:
    read(FIRST, url=URL)
    waiting = finding("84 navires").proposal
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    waiting.refresh_from_db()
    assert waiting.state == "superseded"
    corrected = finding("48 navires").proposal
    assert (corrected.state, corrected.begins, corrected.disputed) == ("open", True, False)
    with pytest.raises(review.Decided, match="source says otherwise"):
        review.accept(waiting.id, decision(person("bo"), 0), revision=waiting.revision)
    assert "Superseded" in text(browser().get(at(waiting)))


def test_who_disputed_what_was_corrected_supports_the_correction() -> None:
    read(FIRST, url=URL)
    other = "Le port de Landévern a accueilli 48 navires de commerce en avril 2026."
    read(f"Le trafic du port\n\nPar Le Veilleur\n5 mai 2026\n\n{other}\n", filename="autre.txt")
    disputed = finding("48 navires")
    assert (disputed.stance, disputed.kind) == ("disputes", "figure")
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    disputed.proposal.refresh_from_db()
    assert disputed.proposal.state == "superseded"
    both = Finding.objects.filter(quote__contains="48 navires")
    assert {one.stance for one in both} == {"supports"}
    assert len({one.proposal_id for one in both}) == 1
    assert both.count() == 2


def test_a_first_text_that_is_put_back_is_the_newest_again() -> None:
    changed = FIRST.replace("84 navires", "48 navires")
    document = read(FIRST, url=URL)
    accepted("84 navires")
    read(changed, url=URL)
    assert len(asked()) == 1
    late = AT + timedelta(hours=3)
    back = intake.receive(body=FIRST.encode(), url=URL, by="recheck", at=late)
    assert back.new
    ingest(document.id, at=late)
    document.refresh_from_db()
    newest = intake.newest(document)
    assert newest
    assert (document.state, newest.number) == ("read", 1)
    assert asked() == []
    assert not Finding.objects.filter(quote__contains="48 navires").exists()


def test_an_old_print_that_somebody_hands_in_puts_nothing_back() -> None:
    document = read(FIRST, url=URL)
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    late = AT + timedelta(hours=3)
    assert not intake.receive(body=FIRST.encode(), by="amina", at=late).new
    newest = intake.newest(document)
    assert newest
    assert newest.number == 2


def test_what_was_accepted_for_another_claim_is_not_proposed_for_it_again() -> None:
    read(FIRST, url=URL)
    claim = accepted("300 mètres")
    moved = finding("84 navires").proposal
    by = person("bo")
    review.accept(moved.id, decision(by, 1), revision=moved.revision, to=claim.id)
    review.withdraw(claim.id, decision(by, 2), version=2, reason="It is about something else.")
    found = finding("84 navires")
    assert found.claim == claim.id
    place = (found.document, found.start, found.end)
    for judged in (claim.id, moved.claim):
        assert memory.seen(judged, place, found.quote, URL, begins=False)
    assert not memory.seen(UUID(int=9), place, found.quote, URL, begins=False)


def test_the_page_of_an_older_version_says_whether_its_words_still_stand() -> None:
    document = read(FIRST, url=URL)
    read(FIRST.replace("84 navires", "48 navires"), url=URL)
    first, second = document.versions.order_by("number")
    address = f"/admin/sources/version/{first.pk}/change/"
    said = first.text or ""
    start = said.index("Le maire")
    stands = browser().get(f"{address}?start={start}&end={start + 40}")
    assert "These words stand in the newest version as well" in text(stands)
    gone = browser().get(f"{address}?start={said.index('84')}&end={said.index('84') + 10}")
    assert "The newest version does not have these words any more" in text(gone)
    assert second.pk in gone.content.decode()
    assert "There is a newer version" in text(browser().get(address))
    newest = browser().get(f"/admin/sources/version/{second.pk}/change/")
    assert "newest version" not in text(newest)
