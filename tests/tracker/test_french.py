"""The desk speaks French: everything that it says has a French text, and the pages show it."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from django.test import Client
from django.utils.translation.template import templatize

from claims.models import Claim
from tests.claims import build
from tests.claims.desk.screens import at, browser, page, proposed

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted((ROOT / "tracker" / "locale").rglob("django.po"))
KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return pofile.read_po(file, locale="fr")


FRENCH = catalogue(ROOT / "tracker" / "locale" / "fr" / "LC_MESSAGES" / "django.po")


def said() -> Iterator[tuple[str, str]]:
    """Every string that the desk marks for translation, with the file it stands in."""
    for package in ("claims", "sources", "tracker", "workers"):
        for path in sorted((ROOT / package).rglob("*")):
            source = path.read_text(encoding="utf-8") if path.suffix in {".py", ".html"} else ""
            if path.suffix == ".html":
                source = templatize(source)
            file = io.BytesIO(source.encode())
            for _line, message, _comments, _context in extract("python", file, KEYWORDS):
                yield message if isinstance(message, str) else message[0], str(path.name)


def test_everything_that_the_desk_says_has_a_french_text() -> None:
    known = {one.id if isinstance(one.id, str) else one.id[0] for one in FRENCH}
    found = dict(said())
    assert len(found) > 300
    assert {words: file for words, file in found.items() if words not in known} == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-4])
def test_each_text_is_whole_and_keeps_what_is_filled_in(path: Path) -> None:
    for message in catalogue(path):
        english, french = (
            [text] if isinstance(text, str) else list(text or ())
            for text in (message.id, message.string)
        )
        assert len(french) == len(english)
        for ours, theirs in zip(english, french, strict=True):
            assert theirs or not ours, ours
            if ours:
                assert sorted(PLACE.findall(ours)) == sorted(PLACE.findall(theirs)), ours


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-4])
def test_what_django_loads_is_what_was_written(path: Path) -> None:
    made = io.BytesIO()
    mofile.write_mo(made, catalogue(path))
    assert path.with_suffix(".mo").read_bytes() == made.getvalue(), "compile it with pybabel"


@pytest.fixture
def french() -> Client:
    client = browser("Editor")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    return client


@pytest.mark.django_db
def test_the_pages_show_french_and_no_english(french: Client) -> None:
    build.say(build.recorded(), build.disputed(3))
    addresses = [
        "/admin/", "/admin/claims/proposal/", "/admin/claims/claim/", "/admin/claims/entry/",
        "/admin/sources/document/", "/admin/sources/document/add/", "/admin/sources/source/",
        at(proposed(number=7)), at(Claim.objects.get()),
    ]  # fmt: skip
    english = {
        one.id for one in FRENCH if isinstance(one.id, str) and one.id and one.id != one.string
    }
    for address in addresses:
        shown = page(french.get(address))
        assert shown.get("lang") == "fr"
        texts = {" ".join(text.split()) for text in shown.xpath("//body//text()")}
        assert texts & english == set(), address
