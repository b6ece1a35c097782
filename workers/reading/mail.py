"""E-mail as it is saved by mail programs (RFC 5322, .eml): press releases and newsletters."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from workers.reading.types import BROKEN, ToldBy, Unreadable
from workers.reading.webpage import Extract, read_page

_HEADER = re.compile(rb"\A(?:[!-9;-~]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}", re.DOTALL)
_NEEDED = (b"from:", b"date:")


def is_mail(body: bytes) -> bool:
    """Whether the bytes begin with the header of a mail, which names its sender and its date."""
    header = _HEADER.match(body[:20_000].replace(b"\r\n", b"\n"))
    lines = header[0].lower() if header else b""
    return all(lines.startswith(name) or b"\n" + name in lines for name in _NEEDED)


def read_mail(body: bytes, *, fetched_at: datetime) -> Extract:
    """The text of a mail with who sent it, when and under which subject.

    Attachments are named and not read. Raises Unreadable where it holds no text.
    """
    try:
        said, attached = _content(body, fetched_at)
    except BROKEN as error:
        raise Unreadable("This mail is damaged or in no encoding that can be read.") from error
    # The newer policies raise whatever a malformed header makes them meet; this one never does.
    header = message_from_bytes(body, policy=policy.compat32)
    name, address = parseaddr(_plain(header["from"]))
    told = {
        "title": _plain(header["subject"]).strip(),
        "outlet": name or address.rpartition("@")[2],
        "published_at": _sent(_plain(header["date"]), fetched_at),
    }
    known: dict[str, Any] = {name: value for name, value in told.items() if value}
    return Extract(
        text=said,
        published_precision="minute" if "published_at" in known else "",
        told_by=dict.fromkeys(known, ToldBy.HEADER),
        left_out=attached,
        **known,
    )


def _content(body: bytes, fetched_at: datetime) -> tuple[str, tuple[str, ...]]:
    """What the mail says, and the names of what is attached to it."""
    message = message_from_bytes(body, policy=policy.default)
    attached = tuple(_name(part) for part in message.iter_attachments())
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        raise Unreadable("This mail holds no text; send the attachment that matters by itself.")
    said = _text(part)
    if part.get_content_type() == "text/html":
        said = read_page(said, url="", fetched_at=fetched_at).text
    return said, attached


def _text(part: Any) -> str:
    """A part's text; one that names no charset is UTF-8, or else of Windows' western letters."""
    if part.get_content_charset():
        return str(part.get_content())
    payload = part.get_payload(decode=True)
    try:
        return str(payload.decode("utf-8"))
    except UnicodeDecodeError:
        return str(payload.decode("cp1252", "replace"))


def _name(part: Any) -> str:
    return str(part.get_filename() or part.get_content_type())[:200]


def _plain(header: object) -> str:
    """A header's words (RFC 2047), or as they came where they are encoded wrongly."""
    raw = "" if header is None else str(header)
    try:
        found = str(make_header(decode_header(raw)))
    except BROKEN:
        found = raw
    return found.encode("utf-8", "replace").decode()


def _sent(date: str, fetched_at: datetime) -> datetime | None:
    """When it was sent; without a zone it is taken as UTC, and one to come as a slip."""
    try:
        found = parsedate_to_datetime(date)
    except BROKEN:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if found <= fetched_at + timedelta(days=1) else None
