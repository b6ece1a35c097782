"""Press releases and newsletters as mail programs save them."""

from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workers.reading import Unreadable, read
from workers.reading.mail import is_mail

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
HEAD = (
    "Received: from mx.orsund.example\r\nFrom: Orsund Presse <presse@orsund.example>\r\n"
    "Date: Mon, 04 May 2026 09:30:00 +0200\r\nSubject: =?utf-8?q?Orsund_d=C3=A9ment?=\r\n"
)
SAID = "Orsund n'a vendu aucune donnée en 2025, selon un audit de 42 pages."


def mail(kind: str, content: str) -> bytes:
    more = f'MIME-Version: 1.0\r\nContent-Type: {kind}; charset="utf-8"\r\n\r\n'
    return (HEAD + more + content).encode()


@pytest.mark.parametrize(
    "body",
    [mail("text/plain", SAID), mail("text/html", f"<html><body><p>{SAID}</p></body></html>")],
)
def test_a_mail_is_read_with_its_sender_subject_and_date(body: bytes) -> None:
    found = read(body, content_type="message/rfc822", fetched_at=AT)
    assert SAID in found.text
    assert (found.title, found.outlet) == ("Orsund dément", "Orsund Presse")
    assert found.published_at == datetime(2026, 5, 4, 7, 30, tzinfo=UTC)
    assert "mx.orsund.example" not in found.text


def test_the_plain_text_of_a_mail_with_both_is_read_and_attachments_are_not() -> None:
    parts = (
        f"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{SAID}\r\n"
        "--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n"
        "--x--\r\n"
    )
    body = (HEAD + f"Content-Type: multipart/mixed; boundary=x\r\n\r\n{parts}").encode()
    found = read(body, content_type="", fetched_at=AT)
    assert SAID in found.text
    assert "PDF" not in found.text


def test_a_mail_of_attachments_alone_says_what_to_send() -> None:
    body = (HEAD + "Content-Type: application/pdf\r\n\r\n%PDF").encode().replace(b"%PDF", b"PDF")
    with pytest.raises(Unreadable, match="no text"):
        read(body, content_type="", fetched_at=AT)


def test_an_article_that_has_a_colon_in_its_first_lines_is_no_mail() -> None:
    assert not is_mail("Réforme : le débat\nPar: La Gazette\n\nTexte.".encode())


@given(st.binary(max_size=500))
def test_whatever_follows_the_header_is_read_or_unreadable(rest: bytes) -> None:
    with suppress(Unreadable):
        read(HEAD.encode() + rest, content_type="message/rfc822", fetched_at=AT)


def test_attachments_are_named_and_not_read() -> None:
    message = EmailMessage()
    message["From"], message["Date"] = (
        "Presse <p@orsund.example>",
        "Mon, 04 May 2026 09:30:00 +0200",
    )
    message.set_content(SAID)
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="audit.pdf")
    found = read(bytes(message), content_type="message/rfc822", fetched_at=AT)
    assert found.left_out == ("audit.pdf",)
    assert found.told_by["outlet"] == "header"
    assert SAID in found.text


def test_a_mail_from_the_future_has_no_date() -> None:
    body = mail("text/plain", SAID).replace(b"2026", b"2036", 1)
    assert read(body, content_type="", fetched_at=AT).published_at is None


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=60))
@example("=?utf-8?q?=")
@example("a@[")
@example('"<@')
def test_no_header_keeps_a_mail_from_being_read(said: str) -> None:
    body = f"From: {said}\r\nDate: {said}\r\nSubject: {said}\r\n\r\n{SAID}".encode()
    if is_mail(body):
        assert SAID in read(body, content_type="", fetched_at=AT).text
