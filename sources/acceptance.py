"""What the desk takes: neither nothing nor too much, from an address of the web or from none."""

from urllib.parse import urlsplit

from django.conf import settings


class Unacceptable(Exception):
    """The desk does not take this document; the message says why and what to send instead."""


class Known(Unacceptable):
    """The desk has these very bytes already, as another document."""


def check_size(size: int) -> None:
    """Refuse a document of so many bytes, where they are known before they are read."""
    most = settings.MAX_DOCUMENT_BYTES
    if size > most:
        raise Unacceptable(
            f"The file has {size / 1e6:,.0f} MB; at most {most / 1e6:,.0f} MB are taken. "
            "Send the article without its pictures, or as text."
        )


def check(body: bytes | None, url: str) -> None:
    """Refuse what the desk does not take, whoever sends it."""
    if body is None and not url:
        raise Unacceptable("Nothing was sent: give a file, a text or an address.")
    if body is not None and not body.strip():
        raise Unacceptable("The file is empty.")
    if body is not None:
        check_size(len(body))
    if url:
        _check_address(url)


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        web = parts.scheme in {"http", "https"} and 0 < len(host) <= 253 and parts.port != 0
    except ValueError:
        web = False
    # PostgreSQL indexes no more than 2704 bytes.
    too_long = len(url.encode(errors="replace")) > 2000
    if not web or too_long or " " in url or not url.isprintable():
        raise Unacceptable("This is no web address: it must begin with https:// or http://.")
    if parts.username or parts.password:
        raise Unacceptable("The address holds a user name or password; send it without.")


def printable(text: str) -> str:
    """The text without what PostgreSQL cannot keep, as the bytes of a file name may bring it."""
    return "".join(letter for letter in text if letter.isprintable())
