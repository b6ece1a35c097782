"""Word documents: their paragraphs, and no bomb."""

import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.reading import Unreadable, docx, read

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SAID = "La région a payé 42 000 euros en 2025."


def word(
    *paragraphs: str, before: str = "", title: str = "Note de la région", drawn: str = ""
) -> bytes:
    text = "".join(f"<w:p><w:r><w:t>{said}</w:t></w:r></w:p>" for said in paragraphs) + drawn
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f'<?xml version="1.0"?>{before}<w:document xmlns:w="{W}"><w:body>{text}</w:body>'
            "</w:document>",
        )
        archive.writestr(
            "docProps/core.xml",
            '<?xml version="1.0"?><c xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{title}</dc:title><dc:creator>Ruth Silverlund</dc:creator></c>",
        )
    return packed.getvalue()


def test_paragraphs_are_read_with_title_and_author() -> None:
    found = read(word("Note", SAID), content_type="", fetched_at=AT)
    assert SAID in [found.text[p.start : p.end] for p in found.passages]
    assert (found.title, found.authors) == ("Note de la région", ("Ruth Silverlund",))


def test_what_stands_in_a_text_box_is_read_once_and_what_was_moved_where_it_is_now() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>Encadré : 7 ponts.</w:t></w:r></w:p></w:txbxContent>"
    markup = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    drawn = (
        f"<w:p><w:r><w:t>Autour.</w:t></w:r><mc:AlternateContent {markup}><mc:Choice>{box}"
        f"</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:p>"
        "<w:p><w:moveFrom><w:r><w:t>Déplacé.</w:t></w:r></w:moveFrom></w:p>"
        "<w:p><w:moveTo><w:r><w:t>Déplacé.</w:t></w:r></w:moveTo></w:p>"
    )
    text = read(word("Note", SAID, drawn=drawn), content_type="", fetched_at=AT).text
    assert (text.count("Encadré"), text.count("Autour."), text.count("Déplacé.")) == (1, 1, 1)


def test_what_explodes_when_it_is_unpacked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MOST_BYTES", 10_000)
    with pytest.raises(Unreadable, match="too large when it is unpacked"):
        read(word("a" * 100_000), content_type="", fetched_at=AT)


def test_an_entity_bomb_stays_small() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    found = read(word(SAID, "&b;&b;", before=bomb), content_type="", fetched_at=AT)
    assert "aaaa" not in found.text


@given(st.integers(0, 700), st.binary(min_size=1, max_size=40))
def test_a_damaged_document_is_unreadable_or_read(at: int, noise: bytes) -> None:
    whole = word(SAID)
    body = whole[:at] + noise + whole[at + len(noise) :]
    with suppress(Unreadable):
        read(body, content_type="", fetched_at=AT)
