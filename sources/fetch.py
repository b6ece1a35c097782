"""The outside world: one page by its address, within limits, and never from an inner network.

The address that a host name resolves to is checked and connected to in one step, on every hop, so
that neither a redirect nor a name that changes its mind can lead to a private address (SSRF, DNS
rebinding). The limits hold for the decompressed body, so that a small bomb stays small.
"""

import ipaddress
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from django.conf import settings

from sources import politeness

MOST_HOPS = 5
SECONDS = 30.0  # for the whole page, with all its redirects
SILENCE = 10.0  # seconds without a byte
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits
PRODUCT = "ClaimTracker/0.1"


class Unfetchable(Exception):
    """The page cannot be had; the message says why, in a sentence for a person.

    `later` is the number of seconds after which the site asks to be asked again, if it does.
    """

    later: int | None = None


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
        Unfetchable: the host is unknown, silent, private or forbids robots, the page is missing,
            too large or too slow, or it redirects without end.
    """
    deadline = time.monotonic() + SECONDS
    try:
        with httpx.Client(transport=_Transport(), timeout=SILENCE, trust_env=False) as client:
            _ask_robots(client, url, deadline)
            return _follow(client, url, deadline, _known(etag, last_modified))
    except Forbidden as error:
        refusal = Unfetchable(str(error))
        refusal.later = error.later
        raise refusal from error
    except (httpx.HTTPError, httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise Unfetchable(f"{_host(url)} does not answer: {error or 'time is up'}.") from error
    except (httpx.InvalidURL, httpcore.ProtocolError, ValueError) as error:
        raise Unfetchable(f"{_host(url)} answers with what no browser reads: {error}.") from error


class Forbidden(Exception):
    """The address leads where the desk does not go, or not now."""

    later: int | None = None


def _known(etag: str, last_modified: str) -> dict[str, str]:
    """The headers that ask for nothing where the page is the one that was had."""
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}


def _follow(client: httpx.Client, url: str, deadline: float, headers: Mapping[str, str]) -> Fetched:
    for _ in range(MOST_HOPS + 1):
        with _get(client, url, headers) as response:
            if not response.has_redirect_location:
                return _body(response, url, deadline)
            url = urljoin(url, response.headers["location"])
    raise Forbidden(f"{_host(url)} redirects more than {MOST_HOPS} times.")


def _get(client: httpx.Client, url: str, headers: Mapping[str, str] | None = None) -> Any:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise Forbidden(f"The page redirects to {url[:100]}, which is no web address.")
    if parts.username or parts.password:
        raise Forbidden(f"{_host(url)} redirects to an address with a user name or password.")
    return client.stream("GET", url, headers={"User-Agent": agent(), **(headers or {})})


def _body(response: httpx.Response, url: str, deadline: float) -> Fetched:
    told = {
        "etag": response.headers.get("etag", ""),
        "last_modified": response.headers.get("last-modified", ""),
    }
    if response.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(b"", "", url, changed=False, **told)
    if response.status_code != httpx.codes.OK:
        raise _refused(response, url)
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > settings.MAX_DOCUMENT_BYTES:
            most = settings.MAX_DOCUMENT_BYTES / 1e6
            raise Forbidden(f"The page is larger than the {most:,.0f} MB the desk takes.")
        if time.monotonic() > deadline:
            raise Forbidden(f"{_host(url)} took longer than {SECONDS:.0f} seconds.")
    return Fetched(bytes(body), response.headers.get("content-type", ""), url, **told)


def _refused(response: httpx.Response, url: str) -> Forbidden:
    status = f"{response.status_code} {response.reason_phrase}".strip()
    refusal = Forbidden(f"{_host(url)} answers {status}.")
    later = response.headers.get("retry-after", "")
    refusal.later = int(later) if later.isascii() and later.isdecimal() else None
    return refusal


def agent() -> str:
    """How the desk names itself to the sites that it reads."""
    about = "; ".join(filter(None, [settings.DESK_NAME, settings.DESK_CONTACT]))
    return f"{PRODUCT} ({about or 'newsroom fact-checking'})"


def _ask_robots(client: httpx.Client, url: str, deadline: float) -> None:
    """Wait for the host's turn, where its robots.txt lets robots read the page at all."""

    def fetched(address: str) -> tuple[int, bytes]:
        with _get(client, address) as response:
            if response.status_code != httpx.codes.OK:
                return response.status_code, b""
            return response.status_code, _body(response, address, deadline).body

    try:
        pause = politeness.ask(url, PRODUCT, fetched=fetched)
        politeness.wait_turn(url, pause, deadline=deadline)
    except politeness.Impolite as error:
        raise Forbidden(f"{_host(url)} {error}.") from error


def _host(url: str) -> str:
    return urlsplit(url).hostname or "The host"


class _PublicOnly(httpcore.NetworkBackend):
    """Connects to public addresses alone, and to the very address that was checked."""

    def __init__(self) -> None:
        self.backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return self.backend.connect_tcp(
            _public_address(host, port), port, timeout, local_address, socket_options
        )


def _public_address(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Forbidden(f"There is no host called {host}.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not _is_public(address):
            raise Forbidden(f"{host} is on a private network, where the desk does not read.")
    return addresses[0]


def _is_public(address: str) -> bool:
    """Is this a public address, and so is the IPv4 address that it may carry inside?"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    public = ip.is_global and not ip.is_multicast
    if isinstance(ip, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
        inner = ip.ipv4_mapped or ip.sixtofour or translated
        return public and (inner is None or inner.is_global)
    return public


class _Transport(httpx.BaseTransport):
    """httpx over a connection pool whose every connection is checked."""

    def __init__(self) -> None:
        self.pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(), network_backend=_PublicOnly()
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=str(request.url),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Stream(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self.pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self.stream

    def close(self) -> None:
        self.stream.close()
