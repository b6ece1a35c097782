"""E-mail as it is saved by mail programs (RFC 5322, .eml): press releases and newsletters."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from workers.reading.types import Unreadable
from workers.reading.webpage import Extract, read_page

_HEADER = re.compile(rb"\A(?:[!-9;-~]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}", re.DOTALL)
_NEEDED = (b"from:", b"date:")


def is_mail(body: bytes) -> bool:
    """Whether the bytes begin with the header of a mail, which names its sender and its date."""
    header = _HEADER.match(body[:20_000].replace(b"\r\n", b"\n"))
    lines = header[0].lower() if header else b""
    return all(lines.startswith(name) or b"\n" + name in lines for name in _NEEDED)


def read_mail(body: bytes, *, fetched_at: datetime) -> Extract:
    """The text of a mail with who sent it, when and under which subject; attachments are not read.

    Raises Unreadable where it holds no text.
    """
    message = message_from_bytes(body, policy=policy.default)
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        raise Unreadable("This mail holds no text; send the attachment that matters by itself.")
    try:
        said = str(part.get_content())
    except (LookupError, ValueError) as error:
        raise Unreadable("This mail's text is in no encoding that can be read.") from error
    if part.get_content_type() == "text/html":
        said = read_page(said, url="", fetched_at=fetched_at).text
    name, address = parseaddr(str(message["from"] or ""))
    return Extract(
        text=said,
        title=str(message["subject"] or "").strip(),
        outlet=name or address.rpartition("@")[2],
        published_at=_sent(message),
        published_precision="minute" if _sent(message) else "",
    )


def _sent(message: EmailMessage) -> datetime | None:
    """When it was sent; a time without its zone is taken as UTC."""
    found = getattr(message["date"], "datetime", None)
    if not isinstance(found, datetime):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
