"""Five prints of one text are one origin, whoever prints it, whenever it arrives."""

from datetime import UTC, datetime
from random import Random

import pytest

from claims import review
from claims.models import Claim, Finding, Proposal
from sources import intake
from sources.models import Document, Sketch, Source
from tests.claims.build import decision, person
from tests.workers.test_ingest import AGENCY, AT, finding, read
from workers import reprints

pytestmark = pytest.mark.django_db

BODY = " ".join(
    f"Le capitaine {name} a rapporté au port de Landévern {count} caisses de documents saisies à "
    f"bord du cargo {ship}, selon le procès-verbal que le tribunal maritime a rendu public."
    for name, count, ship in (
        ("Morizur", 14, "Astrée"), ("Le Floc'h", 31, "Bételgeuse"), ("Quéméneur", 9, "Corvus"),
    )
)  # fmt: skip


def article(
    outlet: str, day: int, *, credit: str = "", body: str = BODY, title: str = "Saisie"
) -> Document:
    head = f"{title} au port de Landévern\n\nPar {outlet}{credit}\n{day} mai 2026 09:00\n\n"
    return read(f"{head}{body}\n", filename=f"{outlet}-{day}.txt")


def origins() -> dict[str, str]:
    return {
        d.source.name: d.counts_as for d in Document.objects.select_related("source") if d.source
    }


def test_a_copy_without_a_credit_counts_as_the_earlier_article() -> None:
    article("La Gazette du Ponant", 3)
    copy = article("Radio Armorique", 4, title="Des caisses saisies")
    assert (copy.counts_as, copy.origin_by) == ("La Gazette du Ponant", "copy")
    assert copy.origin_because.startswith("100% of the text is in “Saisie au port de Landévern”")
    found = Finding.objects.filter(outlet="Radio Armorique").first()
    assert found is not None
    assert (found.origin, found.origin_because) == (copy.origin, copy.origin_because)


def test_a_copy_counts_as_the_agency_that_the_other_credits() -> None:
    article("La Gazette du Ponant", 4, credit=" avec AFP")
    copy = article("Radio Armorique", 3, title="Des caisses saisies")
    assert copy.counts_as == "AFP"
    assert "where the text is credited" in copy.origin_because


def test_an_agency_named_later_becomes_the_origin_of_the_copies_that_wait() -> None:
    article("Radio Armorique", 3)
    article("La Gazette du Ponant", 4, credit=" avec AFP", title="Des caisses saisies")
    assert origins() == {"Radio Armorique": "AFP", "La Gazette du Ponant": "AFP"}
    assert set(Finding.objects.values_list("origin", flat=True)) == {"AFP"}


def test_an_earlier_article_that_arrives_later_becomes_the_origin() -> None:
    article("Radio Armorique", 5)
    before = {proposal.id: proposal.revision for proposal in Proposal.objects.all()}
    article("La Gazette du Ponant", 2, title="Des caisses saisies")
    assert set(origins().values()) == {"La Gazette du Ponant"}
    assert set(Finding.objects.values_list("origin", flat=True)) == {"La Gazette du Ponant"}
    # Whoever had the proposal on the screen is told that it has changed.
    assert all(p.revision > before[p.id] for p in Proposal.objects.filter(id__in=before))


def test_what_was_accepted_keeps_its_name_and_the_text_still_counts_once() -> None:
    article("Radio Armorique", 5)
    accept_all()
    article("La Gazette du Ponant", 2, title="Des caisses saisies")
    assert set(origins().values()) == {"Radio Armorique"}
    accept_all()
    assert {(c.articles, c.origins) for c in Claim.objects.all()} == {(2, 1)}


def test_five_reprints_are_five_articles_and_one_origin() -> None:
    for number, outlet in enumerate(("Gazette A", "Gazette B", "Gazette C", "Gazette D"), 3):
        article(outlet, number, title=f"Saisie {outlet[-1]}")
    article("Gazette E", 9, credit=" avec AFP", title="Saisie E")
    accept_all()
    assert {(c.articles, c.origins, c.status) for c in Claim.objects.all()} == {(5, 1, "asserted")}


def test_outlets_of_one_owner_are_one_origin() -> None:
    for name in ("Radio Armorique", "La Gazette du Ponant"):
        Source.objects.create(name=name, owner="Groupe Kermadec")
    mine = article("Radio Armorique", 3)
    own_words = BODY.replace("a rapporté", "serait revenu avec").replace("caisses de", "cartons de")
    other = article("La Gazette du Ponant", 4, body=reworded(own_words), title="Un navire")
    assert (mine.counts_as, other.counts_as) == ("Groupe Kermadec", "Groupe Kermadec")
    assert other.origin_by == "owner"
    assert other.origin_because == "La Gazette du Ponant belongs to Groupe Kermadec"


def reworded(text: str) -> str:
    """The same words in another order: no triple of them is left."""
    words = text.rstrip(".").split()
    Random(7).shuffle(words)
    return " ".join(words).capitalize() + "."


def test_an_article_on_the_same_matter_in_other_words_is_an_origin_of_its_own() -> None:
    article("La Gazette du Ponant", 3)
    other = article("Radio Armorique", 4, body=reworded(BODY), title="Des caisses saisies")
    assert other.counts_as == "Radio Armorique"


def test_an_appeal_that_one_outlet_prints_under_everything_makes_no_copy() -> None:
    appeal = "\n\nSoutenez Radio Armorique : faites un don dès maintenant, " * 3
    article("Radio Armorique", 3, body=BODY + appeal)
    other = article("Radio Armorique", 4, body=reworded(BODY) + appeal, title="Des caisses")
    assert other.origin_by == ""


def test_a_corrected_version_is_no_copy_of_its_own_document() -> None:
    url = "https://gazette.example/saisie"
    first = read(f"Saisie\n\nPar La Gazette du Ponant\n3 mai 2026\n\n{BODY}\n", url=url)
    again = read(f"Saisie\n\nPar La Gazette du Ponant\n3 mai 2026\n\n{BODY} Fin.\n", url=url)
    assert first == again
    assert (again.counts_as, again.origin_by) == ("La Gazette du Ponant", "")


def test_a_reviewers_word_stands_and_reaches_what_waits_and_the_copies() -> None:
    document = article("Radio Armorique", 3)
    article("La Gazette du Ponant", 4, title="Des caisses saisies")
    intake.overrule(document, name="AVP", because="Le rédacteur l'a dit.", by="amina")
    assert reprints.tell() == 1
    assert set(origins().values()) == {"AVP"}
    assert set(Finding.objects.values_list("origin", flat=True)) == {"AVP"}
    assert reprints.tell() == 0
    # Neither another reading nor a credit in a later version says otherwise.
    article("Le Courrier du Large", 2, credit=" avec AFP", title="Un cargo")
    document.refresh_from_db()
    assert (document.counts_as, document.origin_by) == ("AVP", "person")


def test_a_credit_in_the_text_is_its_own_reason() -> None:
    read(AGENCY)
    assert finding("80.000 abonnés").origin_because == "the text is credited “avec AVP”"


def test_a_version_taken_down_leaves_no_sketch() -> None:
    document = article("Radio Armorique", 3)
    version = intake.newest(document)
    assert version is not None
    assert Sketch.objects.filter(version=version).exists()
    intake.take_down(version.sha256, because="Ruling 3.", at=AT)
    assert not Sketch.objects.exists()


def accept_all() -> None:
    """Accept whatever waits, as somebody else each time."""
    for number, proposal in enumerate(Proposal.objects.filter(state="open")):
        claim = Claim.objects.filter(id=proposal.claim).first()
        by = person(f"reviewer {datetime.now(UTC).timestamp()} {number}")
        review.accept(
            proposal.id,
            decision(by, claim.version if claim else 0),
            revision=proposal.revision,
        )
