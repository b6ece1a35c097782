"""Looking at an address again: another text is another version, other bytes alone are not."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from claims.models import Proposal
from sources import intake
from sources.models import Document
from tests.sources.test_fetch import Site, missing, page, public, redirect, site
from tests.workers.test_corrections import FIRST, accepted
from tests.workers.test_ingest import AT
from workers.ingest import ingest
from workers.recheck import recheck, recheck_due

__all__ = ["public", "site"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public")]
LATER = AT + timedelta(hours=2)


def html(text: str, counter: int = 0) -> bytes:
    head, *rows = [line for line in text.splitlines() if line]
    body = "".join(f"<p>{row}</p>" for row in rows)
    return (
        f"<html><head><title>{head}</title></head><body><article><h1>{head}</h1>{body}</article>"
        f"<script>visits = {counter}</script></body></html>"
    ).encode()


@pytest.fixture
def article(site: Site) -> Document:
    """An article that was published, fetched and read."""
    site.answers["/port"] = page(html(FIRST))
    document = intake.receive(url=site.url("/port"), by="test", at=AT).document
    ingest(document.id, at=AT)
    document.refresh_from_db()
    assert document.state == "read", document.reason
    return document


def versions(document: Document) -> int:
    return document.versions.count()


def test_other_bytes_of_the_same_text_bother_nobody(site: Site, article: Document) -> None:
    site.answers["/port"] = page(html(FIRST, counter=7))
    assert not recheck(article, at=LATER)
    article.refresh_from_db()
    assert (versions(article), article.state) == (1, "read")
    assert (article.checked_at, article.check_note) == (LATER, "")


def test_a_corrected_article_is_a_new_version_and_asks_about_what_rested_on_it(
    site: Site, article: Document
) -> None:
    accepted("84 navires")
    site.answers["/port"] = page(html(FIRST.replace("84 navires", "48 navires")))
    assert recheck(article, at=LATER)
    article.refresh_from_db()
    assert (versions(article), article.state) == (2, "waiting")
    ingest(article.id, at=LATER)
    (proposal,) = Proposal.objects.filter(replaces__isnull=False)
    assert "48 navires" in proposal.findings.get().quote


def test_a_page_that_is_gone_is_noted_and_nothing_is_lost(site: Site, article: Document) -> None:
    site.answers["/port"] = missing
    assert not recheck(article, at=LATER)
    article.refresh_from_db()
    assert (versions(article), article.state) == (1, "read")
    assert "404" in article.check_note


def test_a_wall_in_the_articles_place_is_noted_and_is_no_version(
    site: Site, article: Document
) -> None:
    site.answers["/port"] = page(b"<html><nav><a href=/>Accueil</a></nav></html>")
    assert not recheck(article, at=LATER)
    article.refresh_from_db()
    assert versions(article) == 1
    assert article.check_note.endswith(".")


def test_only_what_is_due_is_looked_at_and_then_put_off(site: Site, article: Document) -> None:
    assert article.check_at
    asked = len(site.asked)
    assert recheck_due(at=article.check_at - timedelta(seconds=1)) == 0
    assert len(site.asked) == asked
    recheck_due(at=article.check_at)
    assert len(site.asked) > asked
    article.refresh_from_db()
    assert article.check_at
    assert article.check_at > article.checked_at  # type: ignore[operator]  # it was checked


def test_a_version_that_was_taken_down_is_not_fetched_back(site: Site, article: Document) -> None:
    newest = intake.newest(article)
    assert newest
    intake.take_down(newest.sha256, because="Ruling 3.", at=AT)
    site.answers["/port"] = page(html(f"{FIRST}\nEncore.\n"))
    asked = len(site.asked)
    article.refresh_from_db()
    assert article.check_at is None
    assert not recheck(article, at=LATER)
    assert (versions(article), len(site.asked)) == (1, asked)


def test_a_text_that_an_older_reader_cut_is_no_correction(site: Site) -> None:
    site.answers["/port"] = page(html(FIRST))
    document = intake.receive(url=site.url("/port"), by="test", at=AT).document
    version = intake.capture(document, html(FIRST), content_type="text/html", at=AT)
    version.text, version.reader = "Le port, autrement découpé.", "reader/0"
    version.save(update_fields=["text", "reader"])
    site.answers["/port"] = page(html(FIRST, counter=7))
    assert not recheck(document, at=LATER)
    site.answers["/port"] = page(html(FIRST.replace("84 navires", "48 navires")))
    assert recheck(document, at=LATER)


def test_a_page_that_shows_an_earlier_version_again_brings_nothing_new(
    site: Site, article: Document
) -> None:
    site.answers["/port"] = page(html(FIRST.replace("84 navires", "48 navires")))
    assert recheck(article, at=LATER)
    ingest(article.id, at=LATER)
    article.refresh_from_db()
    site.answers["/port"] = page(html(FIRST))
    assert not recheck(article, at=LATER)
    assert versions(article) == 2


def test_the_command_looks_at_what_is_named(site: Site, article: Document) -> None:
    site.answers["/port"] = page(html(FIRST.replace("84", "48")))
    said = StringIO()
    call_command("recheck", article.url, stdout=said)
    assert said.getvalue() == "1 of 1 documents have another text.\n"
    with pytest.raises(CommandError, match="no document with an address"):
        call_command("recheck", "https://nowhere.example/")


def test_an_address_that_leads_to_the_home_page_is_noted_and_is_no_version(
    site: Site, article: Document
) -> None:
    site.answers["/"] = page(html("La Gazette\n\nLes titres du jour sont longs et nombreux ici."))
    site.answers["/port"] = redirect("/")
    assert not recheck(article, at=LATER)
    article.refresh_from_db()
    assert versions(article) == 1
    assert article.check_note == "The address leads to the home page now."


def test_an_article_that_moved_is_still_itself_and_another_page_is_not(
    site: Site, article: Document
) -> None:
    site.answers["/ports/landevern"] = page(html(f"{FIRST}\nLe trafic a repris en mai.\n"))
    site.answers["/port"] = redirect("/ports/landevern")
    assert recheck(article, at=LATER)
    ingest(article.id, at=LATER)
    other = "Recette\n\nPelez les pommes et faites-les cuire doucement dans le beurre salé."
    site.answers["/ports/landevern"] = page(html(other))
    article.refresh_from_db()
    assert not recheck(article, at=LATER + timedelta(hours=2))
    article.refresh_from_db()
    assert versions(article) == 2
    assert article.check_note.startswith("The address leads to another page now: http")
