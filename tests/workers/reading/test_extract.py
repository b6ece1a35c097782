"""Whatever comes in, the desk gets its text or a sentence that says why not."""

import io
import unicodedata
from datetime import UTC, datetime

import pypdf
import pytest

from workers.reading import Reading, Unreadable, read

FETCHED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PARAGRAPH = (
    "La ville de Montreuil-le-Haut a dépensé 420.000 euros en 2024 pour rénover son théâtre, "
    "selon le rapport du conseil. Le maire a présenté les comptes lundi soir."
)


def _read(body: bytes, content_type: str = "text/plain", url: str = "") -> Reading:
    return read(body, content_type=content_type, url=url, fetched_at=FETCHED)


def _page(main: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{main}</body></html>".encode()


def _pdf(text: str) -> bytes:
    """A PDF of one page with a text layer, written by hand."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_text_reads_the_same_in_every_usual_encoding(encoding: str) -> None:
    assert _read(PARAGRAPH.encode(encoding)).text == PARAGRAPH


def test_a_few_broken_bytes_are_shown_as_such_and_the_rest_stays_true() -> None:
    body = PARAGRAPH.encode() + b" Il reste \xff 12 jours \xc3\x28 avant la f\xc3\xaate."
    text = _read(body).text
    assert text.count("�") == 2
    assert "rénover son théâtre" in text


def test_line_ends_control_characters_and_accents_have_one_form() -> None:
    decomposed = unicodedata.normalize("NFD", "Le théâtre a rouvert.")
    body = decomposed.encode() + b"\r\n\r\n\r\n\r\nLe maire\x00 a parl\xc3\xa9.\r"
    assert _read(body).text == "Le théâtre a rouvert.\n\nLe maire a parlé."


def test_lines_broken_at_a_width_become_paragraphs_again() -> None:
    body = (
        b"The council of Harrow Vale spent two million pounds on its\n"
        b"swimming pool last year, a report published on Monday by the\n"
        b"auditors shows. The pool has been closed since the month of\n"
        b"March because its roof leaks and nobody wants to pay for the\n"
        b"repair of it.\n\nThe mayor did not answer."
    )
    reading = _read(body)
    assert "spent two million pounds on its swimming pool last year" in reading.text
    assert len(reading.passages) == 3


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"12 - 34", "letters"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "picture"),
        (b"PK\x03\x04" + bytes(range(256)) * 20, "binary|program"),
        (b"\x7fELF" + bytes(2000), "binary|program"),
        (b"\x81\x8d\x8f\x90\x9d " * 40 + b"Une phrase en clair dans tout cela.", "decoded"),
        (b"%PDF-1.7\nnothing of a PDF follows", "broken"),
        (("a b " * 300_000).encode(), "send it in parts"),
    ],
)
def test_what_cannot_be_read_says_why_in_a_sentence(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as refused:
        _read(body)
    assert str(refused.value).endswith(".")


def test_the_text_of_a_pdf_is_read_whatever_its_name() -> None:
    body = _pdf("The council spent 2,000 pounds on its pool in 2024.")
    assert _read(body).text == "The council spent 2,000 pounds on its pool in 2024."


def test_a_scanned_pdf_is_sent_to_ocr() -> None:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=200, height=200)
    writer.write(out)
    with pytest.raises(Unreadable, match="OCR"):
        _read(out.getvalue(), "application/pdf")


def test_a_locked_pdf_asks_for_one_without_a_password() -> None:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=200, height=200)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    with pytest.raises(Unreadable, match="password"):
        _read(out.getvalue(), "application/pdf")


def test_a_page_gives_its_text_without_menus_and_what_it_says_of_itself() -> None:
    head = """<title>Le théâtre a coûté cher</title>
      <link rel="canonical" href="https://gazette.example/theatre">
      <meta property="og:site_name" content="La Gazette du Haut">
      <script type="application/ld+json">{"@type": "NewsArticle",
        "datePublished": "2026-04-02T08:30:00+02:00", "author": {"name": "Ana Morel"}}</script>"""
    main = (
        "<nav><a href='/'>Accueil</a><a href='/s'>Sport</a></nav>"
        f"<article><h1>Le théâtre a coûté cher</h1><p>{PARAGRAPH}</p><p>{PARAGRAPH}</p></article>"
    )
    reading = _read(_page(main, head), "text/html", "https://gazette.example/theatre?x=1")
    assert PARAGRAPH in reading.text
    assert "Accueil" not in reading.text
    assert reading.outlet == "La Gazette du Haut"
    assert reading.authors == ("Ana Morel",)
    assert reading.canonical_url == "https://gazette.example/theatre"
    assert reading.published_at == datetime(2026, 4, 2, 6, 30, tzinfo=UTC)


def test_a_page_that_only_asks_to_sign_in_is_no_article() -> None:
    main = (
        "<h1>Connexion</h1><p>Cet article est réservé aux abonnés.</p>"
        "<form><input name=u><input type=password name=p><button>Se connecter</button></form>"
    )
    with pytest.raises(Unreadable, match="sign-in"):
        _read(_page(main), "text/html")


def test_a_page_of_links_is_no_article() -> None:
    items = "".join(f"<li><a href='/{n}'>Rubrique numéro {n}</a></li>" for n in range(30))
    with pytest.raises(Unreadable, match="navigation"):
        _read(_page(f"<ul>{items}</ul>"), "text/html")
