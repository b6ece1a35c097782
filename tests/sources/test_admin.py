"""The reading room's pages: handing documents in, and reading what was read."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from sources import intake
from sources.models import Document, Passage, Source, Version
from tests.claims.build import AT
from tests.claims.desk.screens import EVIL, browser, page, said, text

pytestmark = pytest.mark.django_db
DOCUMENTS = "/admin/sources/document/"


def at(thing: Document | Version) -> str:
    return f"/admin/sources/{thing._meta.model_name}/{thing.pk}/change/"


def hand_in(**fields: Any) -> Any:
    return browser().post(f"{DOCUMENTS}add/", fields, follow=True)


def read(lines: list[tuple[str, str]], **changes: Any) -> Version:
    """A document that was read, of (kind, text) passages."""
    body = "\n".join(words for _, words in lines)
    given = intake.receive(by="amina", at=AT, body=f"{body} {uuid4()}".encode())
    version = given.document.versions.get()
    passages, start = [], 0
    for number, (kind, words) in enumerate(lines):
        passages.append(
            Passage(version=version, number=number, start=start, end=start + len(words), kind=kind,
                    speaker=changes.get("speaker", ""), hedged=False, negated=False,
                    checkworthy=0.75, because=changes.get("because", []))
        )  # fmt: skip
        start += len(words) + 1
    outcome = {
        "text": body, "reader": "reader/1", "matcher": "rules/2", "outlet": "Le Courrier",
        "title": "Un compte",
        "language": "fr", "published_at": AT, "origin": "AFP", "origin_because": "signature",
    }  # fmt: skip
    known = {name: changes[name] for name in outcome if name in changes}
    done = intake.Outcome(**{**outcome, **known}, passages=passages)
    assert intake.finish(version, done, at=AT)
    version.refresh_from_db()
    return version


def failed() -> Document:
    document = intake.receive(by="amina", at=AT, url="https://mur.example/a").document
    intake.fail(document, "The page asks for a login.", at=AT)
    return document


def test_a_file_is_handed_in() -> None:
    answer = hand_in(file=SimpleUploadedFile("article.html", b"<p>80 000</p>", "text/html"))

    document = Document.objects.get()
    assert answer.redirect_chain[-1][0] == at(document)
    assert (document.filename, document.received_by) == ("article.html", "amina")
    assert document.versions.get().content_type == "text/html"


def test_a_text_and_an_address_are_handed_in() -> None:
    hand_in(text="Le compte a 80 000 abonnés.", url="https://courrier.example/a")
    hand_in(url="https://courrier.example/b")

    first, second = Document.objects.order_by("url")
    assert first.versions.get().body == "Le compte a 80 000 abonnés.".encode()
    assert not second.versions.exists()


def test_a_pasted_text_is_kept_as_it_was_written() -> None:
    hand_in(text="Une ligne.\r\nUne autre.")

    assert Version.objects.get().body == b"Une ligne.\nUne autre."


def test_the_same_bytes_lead_to_the_document_there_is() -> None:
    hand_in(text="Le compte.")

    assert said(hand_in(text="Le compte.")) == ["The desk has this document already: here it is."]
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "label", "sentence"),
    [
        ({"url": "ftp://courrier.example/a"}, "Address", "This is no web address"),
        ({"file": SimpleUploadedFile("empty.html", b"")}, "File", "The file is empty."),
        ({"file": SimpleUploadedFile("big.pdf", b"x" * 2000)}, "File", "at most 1000"),
    ],
)
def test_a_refusal_stands_at_the_field_it_is_about(
    settings: Settings, sent: dict[str, Any], label: str, sentence: str
) -> None:
    settings.MAX_DOCUMENT_BYTES = 1000

    answer = hand_in(**sent)

    (error,) = page(answer).xpath("//*[@class='desk-errors']")
    assert sentence in error.text_content()
    assert label in error.getparent().xpath("label")[0].text_content()
    assert not Document.objects.exists()


def test_an_empty_form_and_two_documents_at_once_are_refused() -> None:
    assert "Nothing was sent" in text(hand_in())
    both = {"text": "Le compte.", "file": SimpleUploadedFile("a.txt", b"Le compte.")}
    assert "one at a time" in text(hand_in(**both))


def test_who_may_not_hand_in_sees_no_form() -> None:
    auditor = browser("Auditor", name="ruth")

    assert auditor.get(f"{DOCUMENTS}add/").status_code == 403
    assert auditor.post(f"{DOCUMENTS}add/", {"text": "Le compte."}).status_code == 403
    assert auditor.get(DOCUMENTS).status_code == 200
    assert browser("", name="stranger").get(DOCUMENTS).status_code == 403


def test_a_document_shows_its_passages_in_reading_order() -> None:
    version = read([("heading", "Un titre"), ("quotation", "« Non »"), ("boilerplate", "Menu")],
                   speaker="la maire")  # fmt: skip

    answer = browser().get(at(version.document))

    rows = page(answer).xpath("//*[@class='desk-passages']/li")
    assert [row.xpath(".//p")[0].text for row in rows] == ["Un titre", "« Non »", "Menu"]
    assert [row.get("class") for row in rows] == ["desk-grey", None, "desk-grey"]
    assert "AFP (signature)" in text(answer)
    assert "la maire" in text(answer)


def test_a_link_from_a_proposal_marks_the_quote() -> None:
    version = read([("statement", "Avant tout."), ("statement", "Le compte a 80 000 abonnés.")])
    start = (version.text or "").index("80 000")

    answer = browser().get(at(version), {"start": start, "end": start + 6})

    (marked,) = page(answer).xpath("//*[@id='quote']//mark")
    assert marked.text == "80 000"
    assert browser().get(at(version), {"start": "x"}).status_code == 200


def test_the_words_that_name_the_speaker_are_titled_and_an_opinion_is_grey() -> None:
    version = read([("quotation", "« Non », a dit Léa Brun."), ("opinion", "C'est une honte.")],
                   speaker="Léa Brun")  # fmt: skip
    version.passages.filter(number=0).update(
        cue_start=9, cue_end=14, speaker_start=15, speaker_end=23, attribution="direct"
    )

    answer = browser().get(at(version))

    rows = page(answer).xpath("//*[@class='desk-passages']/li")
    titled = rows[0].xpath(".//*[@class='desk-said']")
    assert [(one.text, one.get("title")) for one in titled] == [
        ("a dit", "Says that somebody speaks"),
        ("Léa Brun", "Léa Brun"),
    ]
    assert rows[0].xpath("string(.//p)") == "« Non », a dit Léa Brun."
    assert "quoted" in rows[0].text_content()
    assert rows[1].get("class") == "desk-grey"


def test_the_quote_is_on_the_page_that_a_link_opens_however_long_the_document() -> None:
    version = read([("statement", f"Phrase {number}.") for number in range(900)])
    start = (version.text or "").index("Phrase 500.")

    answer = browser().get(at(version), {"start": start, "end": start + 11})

    (marked,) = page(answer).xpath("//*[@id='quote']//mark")
    assert marked.text == "Phrase 500."
    assert "Page 2 of 3" in text(answer)


def test_a_failed_document_tells_why_and_is_read_again() -> None:
    document, client = failed(), browser()
    assert "The page asks for a login." in text(client.get(DOCUMENTS))
    waiting = intake.receive(by="amina", at=AT, url="https://mur.example/b").document

    chosen = [str(document.pk), str(waiting.pk)]
    sent = {"action": "read_again", "index": "0", "_selected_action": chosen}
    answer = client.post(DOCUMENTS, sent, follow=True)

    done, kept = said(answer)
    assert done == "1 document is read again."
    assert kept.startswith("1 document has not failed")
    document.refresh_from_db()
    assert document.state == Document.State.WAITING


def test_documents_are_found_by_state_and_words() -> None:
    failed()
    read([("statement", "Le compte.")])
    client = browser()

    def count(**asked: str) -> int:
        rows = page(client.get(DOCUMENTS, asked)).xpath("//tr[contains(@class, 'data-row')]")
        return len(rows)

    assert count() == 2
    assert count(state__exact="failed") == 1
    assert count(q="Un compte") == 1
    assert count(q="girafe") == 0


def test_documents_change_only_through_intake() -> None:
    version, root = read([("statement", "Le compte.")]), browser("", name="root", is_superuser=True)

    for thing in (version, version.document):
        assert root.post(at(thing), {"title": "x"}).status_code == 403
        assert root.post(at(thing).replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert root.get("/admin/sources/version/add/").status_code == 403


def test_editors_keep_the_list_of_outlets_and_reviewers_read_it() -> None:
    source = Source.objects.create(name="Le Courrier")
    address = f"/admin/sources/source/{source.pk}/change/"
    sent = {
        "name": "Le Courrier",
        "kind": "outlet",
        "owner": "Groupe",
        "domain": "",
        "reach": "0",
        "language": "",
    }

    assert browser().get(address).status_code == 200
    assert browser().post(address, sent).status_code == 403
    assert browser("Editor", name="jeanne").post(address, sent).status_code == 302
    assert Source.objects.get().owner == "Groupe"


def test_a_long_list_takes_no_more_queries_than_a_short_one() -> None:
    client = browser()

    def queries() -> int:
        client.get(DOCUMENTS)
        with CaptureQueriesContext(connection) as captured:
            client.get(DOCUMENTS)
        return len(captured)

    read([("statement", "Le compte.")])
    short = queries()
    for number in range(5):
        read([("statement", f"Le compte {number}.")], outlet=f"Journal {number}")

    assert queries() == short


def test_hostile_text_in_a_document_is_text() -> None:
    evil = {name: f"{name} {EVIL}" for name in ("title", "outlet", "origin", "speaker")}
    version = read([("statement", EVIL)], because=[EVIL], **evil)
    version.passages.update(speaker_start=1, speaker_end=4, cue_start=5, cue_end=7)
    client = browser()

    for address in (DOCUMENTS, at(version), at(version.document), "/admin/sources/version/"):
        answer = client.get(address)
        assert EVIL not in answer.content.decode()
        assert EVIL in text(answer)


def test_a_reviewer_says_whose_words_a_document_prints_and_why() -> None:
    version = read([("statement", "Le compte a 80 000 abonnés.")])
    address = f"{DOCUMENTS}{version.document_id}/origin/"
    assert "signature" in text(browser().get(at(version)))

    answer = browser().post(address, {"origin": "AVP", "because": "Signé AVP."}, follow=True)

    assert said(answer) == ["Its passages that wait in the queue follow in a moment."]
    assert "AVP (amina: Signé AVP.)" in text(answer)
    assert Document.objects.get().origin_by == "person"


def test_an_origin_without_a_reason_is_refused_and_an_auditor_may_not_change_it() -> None:
    version = read([("statement", "Le compte a 80 000 abonnés.")])
    address = f"{DOCUMENTS}{version.document_id}/origin/"

    answer = browser().post(address, {"origin": "AVP", "because": " "}, follow=True)

    assert said(answer)[0].startswith("Say why")
    assert Document.objects.get().origin == "AFP"
    auditor = browser("Auditor", name="ruth")
    assert auditor.post(address, {"origin": "AVP", "because": "x"}).status_code == 403
    assert "Change the origin" not in text(auditor.get(at(version)))
