"""Bytes to plain text: what the document says, whatever it came wrapped in.

The real type is read from the bytes and not from the name, and the text is normalised once, here:
every offset a Reading holds is into the text this module gives. White space inside a line is left
as it stands, no-break spaces too, so that a quote can be found again in the document itself.
"""

import codecs
import io
import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import puremagic
import pypdf
import pypdf.errors

from workers.reading.docx import is_docx, read_docx
from workers.reading.mail import is_mail, read_mail
from workers.reading.passages import words
from workers.reading.types import BROKEN, Unreadable
from workers.reading.webpage import Extract, read_page

MAX_CHARACTERS = 1_000_000
MAX_PAGES = 500
MIN_LETTERS = 20
MAX_WRAPPED_WIDTH = 110

_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028]")
_INVISIBLE = frozenset(
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
)
_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|article|meta|title|div|p|h1)\b[^<]{0,500}>", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s{0,3}=\s{0,3}[\"']?([\w\-]{1,30})", re.IGNORECASE)
# Only these: a codec like "zlib" or "utf-7" would make bytes mean what no page means by them.
_WESTERN = frozenset(words("cp1252 iso8859-15 iso8859-2 cp1250 iso8859-9 cp1254 mac-roman"))
_BINARY_KINDS = {
    "image": "a picture",
    "audio": "a sound recording",
    "video": "a film",
    "application": "a file for a program",
    "font": "a font",
}
_SIGNATURES = (b"PK\x03\x04", b"\x7fELF", b"MZ\x90", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"{\\rtf")


def extract(body: bytes, *, content_type: str, url: str, fetched_at: datetime) -> Extract:
    """The text of the document in its normal form; Unreadable says why there is none."""
    if not body.strip():
        raise Unreadable("The file is empty; send the document again.")
    head = body[:1024]
    if b"%PDF-" in head:
        found = Extract(text=_pdf(body))
    elif is_docx(body):
        found = read_docx(body)
    elif is_mail(body):
        found = read_mail(body, fetched_at=fetched_at)
    elif _is_markup(head, content_type) and not _is_binary(body):
        html = decode(body, declared=_charset(head, content_type))
        found = read_page(html, url=url, fetched_at=fetched_at)
    else:
        found = Extract(text=unwrap(_plain(body)))
    if len(found.text) > MAX_CHARACTERS:
        raise Unreadable(
            f"The text has {len(found.text):,} characters and the limit is {MAX_CHARACTERS:,}; "
            "send it in parts."
        )
    text = normalise(found.text)
    _refuse_the_unreadable(text)
    return replace(found, text=text)


def _refuse_the_unreadable(text: str) -> None:
    letters = sum(map(str.isalpha, text))
    if letters < MIN_LETTERS:
        raise Unreadable(
            f"Only {letters} letters of text were found; a document needs at least {MIN_LETTERS}."
        )
    if text.count("\ufffd") * 20 > letters:
        raise Unreadable(
            "Most of the text cannot be decoded; save the document as UTF-8 and send it again."
        )


def normalise(text: str) -> str:
    """One line end, one Unicode form, no control characters, at most one blank line in a row."""
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n").replace("\t", " ")
    text = "".join(char for char in text if char == "\n" or not _is_control(char))
    text = unicodedata.normalize("NFC", text)
    bare = [line.strip() for line in text.split("\n")]
    kept = [line for at, line in enumerate(bare) if line or (at and bare[at - 1])]
    return "\n".join(kept).strip("\n")


def _is_control(char: str) -> bool:
    return char in _INVISIBLE or unicodedata.category(char) in ("Cc", "Cs")


def _is_markup(head: bytes, content_type: str) -> bool:
    declared = "html" in content_type.lower()
    stripped = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    if stripped.startswith(b"<"):
        return declared or _MARKUP.search(stripped) is not None
    return declared and _MARKUP.search(stripped) is not None


def _is_binary(body: bytes) -> bool:
    """Control bytes give a binary away; UTF-16 is full of zeros and says so by its mark."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    sample = body[:65536]
    control = sum(sample.count(byte) for byte in range(32) if byte not in (9, 10, 12, 13, 27))
    return body.startswith(_SIGNATURES) or (control > 3 and control * 100 > len(sample))


def _plain(body: bytes) -> str:
    if _is_binary(body) and not _looks_like_utf16(body):
        raise Unreadable(f"This is {_what_it_is(body)}, not a text, whatever its name says.")
    return decode(body)


def _what_it_is(body: bytes) -> str:
    try:
        mime = puremagic.from_string(body[:4096], mime=True)
    except (puremagic.PureError, ValueError):
        return "a binary file"
    kind = _BINARY_KINDS.get(mime.split("/")[0])
    return f"{kind} ({mime})" if kind else "a binary file"


def _looks_like_utf16(body: bytes) -> bool:
    """Without a mark, every second byte of a western text is zero."""
    sample = body[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return max(even, odd) * 10 > len(sample) * 4 and min(even, odd) * 50 < len(sample)


def _charset(head: bytes, content_type: str) -> str:
    declared = _CHARSET.search(content_type) or _CHARSET.search(head.decode("latin-1"))
    try:
        return codecs.lookup(declared[1]).name if declared else ""
    except (LookupError, ValueError):
        return ""


def decode(body: bytes, *, declared: str = "") -> str:
    """Text from bytes: by its mark, as UTF-8, as declared, else as Windows' western letters.

    Where UTF-8 is broken in few places only, those become U+FFFD and the rest stays true.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", errors="replace")
    if _looks_like_utf16(body):
        little = body[1:4096:2].count(0) > body[:4096:2].count(0)
        return body.decode("utf-16-le" if little else "utf-16-be", errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        lenient = body.decode("utf-8-sig", errors="replace")
    beyond_ascii = sum(char > "\x7f" for char in lenient)
    if lenient.count("\ufffd") * 2 < beyond_ascii:
        return lenient
    return body.decode(declared if declared in _WESTERN else "cp1252", errors="replace")


def _pdf(body: bytes) -> str:
    try:
        reader = pypdf.PdfReader(io.BytesIO(body))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("This PDF asks for a password; remove it and send the result.")
        if len(reader.pages) > MAX_PAGES:
            raise Unreadable(
                f"This PDF has {len(reader.pages)} pages and the limit is {MAX_PAGES}; "
                "send the part that matters."
            )
        pages = [page.extract_text() for page in reader.pages]
    except (*BROKEN, pypdf.errors.PyPdfError) as error:
        # pypdf raises whatever a broken file makes it meet.
        raise Unreadable("This PDF is broken and cannot be opened; export it again.") from error
    if sum(char.isalpha() for page in pages for char in page) < MIN_LETTERS:
        raise Unreadable(
            "This PDF holds pictures of pages and no text; run it through OCR and send the result."
        )
    return "\n\n".join(unwrap(page, wrapped=True) for page in pages)


def unwrap(text: str, *, wrapped: bool | None = None) -> str:
    """Join the lines of paragraphs that were broken at a fixed width.

    A text counts as broken at a width when its lines are short and most of them stop in
    mid-sentence.
    """
    rows = [row.rstrip() for row in _LINE_ENDS.sub("\n", text).split("\n")]
    width = max((len(row) for row in rows), default=0)
    if wrapped is None:
        ends = [(a, b) for a, b in pairwise(rows) if a and b]
        stops = sum(_stops_in_mid_sentence(a, b) for a, b in ends)
        wrapped = width <= MAX_WRAPPED_WIDTH and len(ends) > 3 and stops * 2 > len(ends)
    if not wrapped:
        return text
    joined: list[str] = []
    last = ""
    for row in rows:
        if last and row and _goes_on(last, row, width):
            joined[-1] = _join(joined[-1], row.lstrip())
        else:
            joined.append(row)
        last = row
    return "\n".join(joined)


def _stops_in_mid_sentence(row: str, following: str) -> bool:
    return row[-1] not in '.!?…:»”"' and following.lstrip()[:1].islower()


def _goes_on(row: str, following: str, width: int) -> bool:
    if following.lstrip()[:1] in "-–—•*":
        return False
    if _stops_in_mid_sentence(row, following):
        return True
    return len(row) > width * (0.85 if row[-1] in ".!?…" else 0.7)


def _join(row: str, following: str) -> str:
    if row.endswith("-") and row[-2:-1].isalpha() and following[:1].islower():
        return row[:-1] + following
    return f"{row} {following}"
