"""Newer rules on older documents: shown before anything changes, and no decision is touched."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from claims import review
from claims.models import Finding, Proposal
from claims.proposals import propose
from sources import intake
from sources.models import Document, Passage, Version
from tests.claims.build import beginning, decision, found, person
from tests.workers.test_ingest import AGENCY, AT, finding, read
from workers.reading import READER
from workers.reread import outdated, reread

pytestmark = pytest.mark.django_db


@pytest.fixture
def older() -> tuple[Document, Version]:
    """A document that older rules took for boilerplate all through."""
    document = read(AGENCY)
    Proposal.objects.all().delete()
    Passage.objects.update(kind="boilerplate")
    Version.objects.update(reader="reader/0")
    version = intake.newest(document)
    assert version
    return document, version


def kinds() -> set[str]:
    return set(Passage.objects.values_list("kind", flat=True))


def test_what_would_change_is_told_and_nothing_changes(older: tuple[Document, Version]) -> None:
    told = reread(older[0], apply=False, at=AT)
    assert told.passages > 0
    assert told.new > 0
    assert kinds() == {"boilerplate"}
    assert not Finding.objects.exists()
    assert list(outdated(at=AT)) == [older[0]]


def test_applied_it_is_changed_and_is_not_outdated_any_more(
    older: tuple[Document, Version],
) -> None:
    told = reread(older[0], apply=True, at=AT)
    assert Finding.objects.count() == told.new
    assert "statement" in kinds()
    assert Version.objects.get().reader == READER
    assert list(outdated(at=AT)) == []


def test_what_waits_and_is_not_proposed_any_more_is_taken_back(
    older: tuple[Document, Version],
) -> None:
    _, version = older
    stray = found(5, document=version.sha256, quote=AGENCY[:10], start=0)
    proposal = propose(uuid4(), stray, at=AT, beginning=beginning())
    assert proposal
    assert reread(older[0], apply=True, at=AT).gone == 1
    proposal.refresh_from_db()
    assert proposal.state == "superseded"


def test_decisions_stay_and_what_was_dismissed_is_not_proposed_again() -> None:
    document = read(AGENCY)
    proposal = finding("80.000 abonnés").proposal
    by = person("amina")
    review.dismiss(proposal.id, decision(by, 0), revision=proposal.revision, reason="Sans intérêt.")
    Version.objects.update(reader="reader/0")
    reread(document, apply=True, at=AT)
    assert Finding.objects.filter(quote__contains="80.000").count() == 1
    proposal.refresh_from_db()
    assert proposal.state == "dismissed"


def test_reading_again_with_the_same_rules_changes_nothing() -> None:
    document = read(AGENCY)
    Version.objects.update(reader="reader/0")
    told = reread(document, apply=True, at=AT)
    assert (told.passages, told.new, told.gone) == (0, 0, 0)


def test_the_command_tells_document_by_document(older: tuple[Document, Version]) -> None:
    said = StringIO()
    call_command("reread", stdout=said)
    assert "Irène Castaing quitte Plumo:" in said.getvalue()
    assert "would change; --apply does it" in said.getvalue()
    call_command("reread", apply=True, stdout=said)
    assert list(outdated(at=AT)) == []


def test_what_was_taken_down_meanwhile_is_not_brought_back(older: tuple[Document, Version]) -> None:
    intake.take_down(older[1].sha256, because="Ruling 3.", at=AT)
    assert reread(older[0], apply=True, at=AT).note == "there is nothing that was read"
    assert not Passage.objects.exists()
    assert not Finding.objects.exists()


def test_a_document_that_was_placed_by_another_matcher_is_outdated_and_can_be_named(
    older: tuple[Document, Version],
) -> None:
    Version.objects.update(reader=READER, matcher="rules/0")
    assert list(outdated(at=AT)) == [older[0]]
    said = StringIO()
    call_command("reread", str(older[0].id), apply=True, stdout=said)
    assert list(outdated(at=AT)) == []
    with pytest.raises(CommandError, match="There is no document https"):
        call_command("reread", "https://nowhere.example/")
