"""Files that are made to explode, and files that only look odd."""

import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from tests.workers.reading.test_extract import PARAGRAPH
from workers.reading import Reading, Unreadable, read

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)


def html(body: str) -> Reading:
    page = (
        f"<html><body>{body}<article><p>{PARAGRAPH}</p><p>{PARAGRAPH}</p></article></body></html>"
    )
    return read(page.encode(), content_type="text/html", fetched_at=AT)


@pytest.mark.parametrize(
    "attribute",
    ["a{0}=1 ", 'a{0}=">" ', "a{0}='<' ", 'a{0}="1"', "<{0}=1 ", "a{0}=it's ", "a{0} "],
)
def test_an_element_with_a_hundred_thousand_attributes_is_refused_at_once(attribute: str) -> None:
    attributes = "".join(attribute.format(number) for number in range(100_000))
    began = time.monotonic()
    with pytest.raises(Unreadable, match="attributes"):
        html(f"<div {attributes}>")
    assert time.monotonic() - began < 5


def test_a_large_attribute_is_no_bomb() -> None:
    data = '{"a": 1, "b": [2, 3]} ' * 2000
    assert PARAGRAPH in html(f"<div data-props='{data}'></div>").text


def test_elements_nested_a_hundred_thousand_deep_are_read_or_refused() -> None:
    began = time.monotonic()
    with suppress(Unreadable):
        assert "théâtre" in html("<div>" * 100_000).text
    assert time.monotonic() - began < 20


def test_a_line_of_ten_million_characters_is_refused_in_a_sentence() -> None:
    with pytest.raises(Unreadable, match="send it in parts"):
        read(b"mot " * 2_500_000, content_type="text/plain", fetched_at=AT)


def test_a_pdf_that_places_every_letter_by_itself_is_read_in_words() -> None:
    letters = "".join(f"({letter}) Tj " for letter in "Le conseil a voté 42 euros lundi soir")
    body = pdf(f"BT /F1 12 Tf 72 720 Td {letters} ET")
    found = read(body, content_type="application/pdf", fetched_at=AT)
    assert "Le conseil a voté 42 euros lundi soir" in found.text


def test_the_signal_that_reading_takes_too_long_is_no_broken_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class TooLong(Exception):
        """As Celery raises it, which this package does not know."""

    def slow(*_args: object, **_named: object) -> None:
        raise TooLong

    monkeypatch.setattr("pypdf.PdfReader", slow)
    with pytest.raises(TooLong):
        read(pdf(""), content_type="application/pdf", fetched_at=AT)


def pdf(drawn: str) -> bytes:
    """A PDF of one page on which that is drawn."""
    stream = drawn.encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
