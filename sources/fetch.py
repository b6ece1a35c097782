"""The outside world: one page by its address, within limits, and never from an inner network.

`connecting` sees to where the connections lead. The limits hold for the decompressed body, so that
a small bomb stays small: one gzip coding is taken, which is what is asked for, and no more of it is
unpacked than the desk takes.
"""

import time
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from django.conf import settings

from sources import politeness
from sources.connecting import Forbidden, TimeIsUp, Transport

MOST_HOPS = 5
SECONDS = 30.0  # for the whole page, with all its redirects
SILENCE = 10.0  # seconds without a byte
PRODUCT = "ClaimTracker/0.1"
PIECE = 65_536  # bytes that are unpacked at a time
MARGIN = 65_536  # bytes by which packing may make a page larger
UNPACKED = ("", "identity")
PACKED = ("gzip", "x-gzip")
# What a site answers that is busy, or being mended; 500 and the like are asked again too.
PASSING = {429, 500, 502, 503, 504}


class Unfetchable(Exception):
    """The page cannot be had; the message says why, in a sentence for a person.

    `later` is the number of seconds after which the site asks to be asked again, if it does.
    """

    later: int | None = None


class NotNow(Unfetchable):
    """The page cannot be had now, and perhaps in a while: the host is busy, silent or broken.

    `ours` where it is the desk itself that keeps the host busy, and nothing was asked of it.
    """

    ours = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came: its body, decompressed, what it says it is, and where it was found.

    `etag` and `last_modified` are what to ask with next time; `changed` is False where they were
    given and the page is still the same, which then has no body here.
    """

    body: bytes
    content_type: str
    url: str
    etag: str = ""
    last_modified: str = ""
    changed: bool = True


def fetch(url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
    """The page at a public web address, if it is not the one that the client has (RFC 9110, 13.1).

    Raises:
        NotNow: the host is busy, silent or broken; another time the page may be had.
        Unfetchable: the host is unknown, private or forbids robots, the page is missing or too
            large, or it redirects without end.
    """
    deadline = time.monotonic() + SECONDS
    transport = Transport(deadline)
    try:
        with httpx.Client(transport=transport, timeout=SILENCE, trust_env=False) as client:
            return _follow(client, url, deadline, _known(etag, last_modified))
    except TimeIsUp as error:
        raise NotNow(f"{_host(url)} took longer than {SECONDS:.0f} seconds.") from error
    except Forbidden as error:
        refusal = (NotNow if error.passing else Unfetchable)(str(error))
        refusal.later = error.later
        if isinstance(refusal, NotNow):
            refusal.ours = isinstance(error.__cause__, politeness.Queueing)
        raise refusal from error
    except (httpx.HTTPError, httpcore.NetworkError, httpcore.TimeoutException) as error:
        if time.monotonic() >= deadline:
            raise NotNow(f"{_host(url)} took longer than {SECONDS:.0f} seconds.") from error
        raise NotNow(f"{_host(url)} does not answer: {error or 'time is up'}.") from error
    except (httpx.InvalidURL, httpcore.ProtocolError, ValueError) as error:
        raise Unfetchable(f"{_host(url)} answers with what no browser reads: {error}.") from error


def _known(etag: str, last_modified: str) -> dict[str, str]:
    """The headers that ask for nothing where the page is the one that was had."""
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}


def _follow(client: httpx.Client, url: str, deadline: float, headers: Mapping[str, str]) -> Fetched:
    """The page at the end of the redirects; each host on the way is asked as politely."""
    asked = set[str]()
    for _ in range(MOST_HOPS + 1):
        _ask_robots(client, url, deadline, waits=_host(url) not in asked)
        asked.add(_host(url))
        with _get(client, url, headers) as response:
            if not response.has_redirect_location:
                return _page(response, url)
            url = urljoin(url, response.headers["location"])
    raise Forbidden(f"{_host(url)} redirects more than {MOST_HOPS} times.")


def _get(client: httpx.Client, url: str, headers: Mapping[str, str] | None = None) -> Any:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise Forbidden(f"The page redirects to {url[:100]}, which is no web address.")
    if parts.username or parts.password:
        raise Forbidden(f"{_host(url)} redirects to an address with a user name or password.")
    named = {"User-Agent": agent(), "Accept-Encoding": "gzip", **(headers or {})}
    return client.stream("GET", url, headers=named)


def _page(response: httpx.Response, url: str) -> Fetched:
    told = {
        "etag": response.headers.get("etag", ""),
        "last_modified": response.headers.get("last-modified", ""),
    }
    if response.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(b"", "", url, changed=False, **told)
    if response.status_code != httpx.codes.OK:
        raise _refused(response, url)
    body = _body(response, url, settings.MAX_DOCUMENT_BYTES)
    if len(body) > settings.MAX_DOCUMENT_BYTES:
        most = settings.MAX_DOCUMENT_BYTES / 1e6
        raise Forbidden(f"The page is larger than the {most:,.0f} MB the desk takes.")
    return Fetched(body, response.headers.get("content-type", ""), url, **told)


def _body(response: httpx.Response, url: str, most: int) -> bytes:
    """The body of an answer, unpacked; of one that is larger, `most` bytes and one more."""
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in (*UNPACKED, *PACKED):
        raise Forbidden(f"{_host(url)} packs the page as {coding[:50]!r}; only gzip was asked for.")
    pieces = response.iter_raw()
    body = bytearray()
    for piece in _unzipped(pieces, most) if coding in PACKED else pieces:
        body += piece[: most + 1 - len(body)]
        if len(body) > most:
            break
    return bytes(body)


def _unzipped(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """What a gzip stream of one or more members (RFC 1952) holds, a little at a time.

    Members may hold nothing and never end, so that what is packed has a limit of its own.
    """
    unpacker, taken = _unpacker(), 0
    for piece in pieces:
        packed = piece
        taken += len(piece)
        if taken > most + MARGIN:
            raise Forbidden("The page is larger than the desk takes, even while it is packed.")
        while packed:
            if unpacker.eof:
                unpacker = _unpacker()
            try:
                yield unpacker.decompress(packed, PIECE)
            except zlib.error as error:
                raise Forbidden("The page's gzip packing is damaged.") from error
            packed = unpacker.unconsumed_tail or unpacker.unused_data
    if taken and not unpacker.eof:
        raise Forbidden("The page's gzip packing ends before the page does.")


def _unpacker() -> Any:
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)


def _refused(response: httpx.Response, url: str) -> Forbidden:
    status = f"{response.status_code} {response.reason_phrase}".strip()
    refusal = Forbidden(f"{_host(url)} answers {status}.")
    refusal.passing = response.status_code in PASSING
    refusal.later = _later(response.headers.get("retry-after", ""))
    return refusal


def _later(told: str) -> int | None:
    """The seconds of a Retry-After, which may be a date (RFC 9110, 10.2.3)."""
    if told.isascii() and told.isdecimal():
        return int(told[:9])
    try:
        return max(0, int(parsedate_to_datetime(told).timestamp() - time.time()))
    except (TypeError, ValueError, OverflowError):
        return None


def agent() -> str:
    """How the desk names itself to the sites that it reads; headers are ASCII (RFC 9110, 5.5)."""
    about = "; ".join(filter(None, [settings.DESK_NAME, settings.DESK_CONTACT]))
    plain = unicodedata.normalize("NFKD", about).encode("ascii", "ignore").decode()
    told = " ".join("".join(" " if letter in "()\\" else letter for letter in plain).split())
    return f"{PRODUCT} ({told or 'newsroom fact-checking'})"


def _ask_robots(client: httpx.Client, url: str, deadline: float, *, waits: bool) -> None:
    """Wait for the host's turn, where its robots.txt lets robots read the page at all."""

    def fetched(address: str) -> tuple[int, bytes]:
        for _ in range(MOST_HOPS + 1):  # RFC 9309, 2.3.1.2: redirects are followed
            with _get(client, address) as response:
                if not response.has_redirect_location:
                    found = response.status_code == httpx.codes.OK
                    body = _body(response, address, politeness.LONGEST) if found else b""
                    return response.status_code, body
                address = urljoin(address, response.headers["location"])
        return httpx.codes.NOT_FOUND, b""

    try:
        pause = politeness.ask(url, PRODUCT, fetched=fetched)
        if waits:
            politeness.wait_turn(url, pause, deadline=deadline)
    except politeness.Impolite as error:
        refusal = Forbidden(f"{_host(url)} {error}.")
        refusal.passing = isinstance(error, politeness.Busy)
        raise refusal from error


def _host(url: str) -> str:
    return urlsplit(url).hostname or "The host"
