"""Word documents (Office Open XML, ECMA-376): their paragraphs, in order, without what is around.

A document is a ZIP of XML and may be made to explode: only the parts that are needed are opened,
each no further than a limit, and no entity is resolved.
"""

import lzma
import zipfile
from io import BytesIO
from typing import Any

from lxml import etree

from workers.reading.types import BROKEN, ToldBy, Unreadable
from workers.reading.webpage import Extract

# What `zipfile` raises for archives that are broken, encrypted or packed in some other way.
DAMAGED = (*BROKEN, zipfile.BadZipFile, lzma.LZMAError)
MOST_BYTES = 20_000_000  # of one part, unpacked
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXT, _TAB, _BREAK = f"{_W}t", f"{_W}tab", f"{_W}br"
# What says again what stands elsewhere: a text box for older programs, and what was moved away.
_REPEATED = (f"{_MC}Fallback", f"{_W}moveFrom")


def is_docx(body: bytes) -> bool:
    """Whether the bytes are a ZIP that holds a Word document."""
    return body.startswith(b"PK\x03\x04") and b"word/document.xml" in body


def read_docx(body: bytes) -> Extract:
    """The text of a Word document with its title and author; raises Unreadable with the reason."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            document = _part(archive, "word/document.xml")
            about = _part(archive, "docProps/core.xml", needed=False)
    except DAMAGED as error:
        raise Unreadable("This Word document is damaged; save it again.") from error
    for repeated in document.iter(*_REPEATED):
        repeated.clear()
    paragraphs = ("".join(_pieces(paragraph)) for paragraph in document.iter(f"{_W}p"))
    author = "" if about is None else (about.findtext(f"{_DC}creator") or "").strip()
    title = "" if about is None else (about.findtext(f"{_DC}title") or "").strip()
    told: dict[str, Any] = {"title": title, "authors": (author,) if author else ()}
    return Extract(
        text="\n\n".join(paragraph for paragraph in paragraphs if paragraph.strip()),
        told_by={name: ToldBy.PROPERTIES for name, value in told.items() if value},
        **told,
    )


def _part(archive: zipfile.ZipFile, name: str, *, needed: bool = True) -> Any:
    """The root of a part's XML; None where it is missing and not needed."""
    if name not in archive.namelist() and not needed:
        return None
    with archive.open(name) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Unreadable("This Word document is too large when it is unpacked; send its text.")
    safe = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(content, safe)
    except etree.XMLSyntaxError as error:
        raise Unreadable("This Word document is damaged; save it again.") from error


def _pieces(paragraph: Any) -> list[str]:
    """The texts of a paragraph; what was deleted by tracked changes is not among them."""
    found = []
    for element in paragraph.iter(_TEXT, _TAB, _BREAK):
        # What stands in a text box is a paragraph of its own, inside this one.
        if next(element.iterancestors(f"{_W}p"), None) is paragraph:
            found.append((element.text or "") if element.tag == _TEXT else " ")
    return found
