"""Connections to public addresses alone, at the ports of the web, that end when time is up.

The address that a host name resolves to is checked and connected to in one step, on every hop, so
that neither a redirect nor a name that changes its mind can lead to a private address (SSRF, DNS
rebinding). A host that answers byte by byte, headers included, is cut off at the deadline.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import httpcore
import httpx
from django.conf import settings

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits


class Forbidden(Exception):
    """The address leads where the desk does not go, or not now.

    `passing` where it may be another time, after `later` seconds if the site says so.
    """

    passing = False
    later: int | None = None


class TimeIsUp(Forbidden):
    """The host took too long for the whole page."""

    passing = True


class Stream(httpcore.NetworkStream):
    """A connection on which nothing is waited for beyond a deadline, by the monotonic clock."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, left(self.deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, left(self.deadline, timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self.stream.start_tls(ssl_context, server_hostname, left(self.deadline, timeout))
        return Stream(secured, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def left(deadline: float, most: float | None) -> float:
    """The seconds to wait at most; raises TimeIsUp where there are none."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeIsUp
    return min(seconds, seconds if most is None else most)


class PublicOnly(httpcore.NetworkBackend):
    """Connects to public addresses alone, and to the very address that was checked."""

    def __init__(self, deadline: float) -> None:
        self.backend, self.deadline = httpcore.SyncBackend(), deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = _public_address(host, port)
        if port not in settings.FETCH_PORTS:
            raise Forbidden(f"{host} is asked for port {port}, where no web page is.")
        wait = left(self.deadline, timeout)
        stream = self.backend.connect_tcp(address, port, wait, local_address, socket_options)
        return Stream(stream, self.deadline)


def _public_address(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Forbidden(f"There is no host called {host}.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not is_public(address):
            raise Forbidden(f"{host} is on a private network, where the desk does not read.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Is this a public address, and so is the IPv4 address that it may carry inside?"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    public = ip.is_global and not ip.is_multicast
    if isinstance(ip, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
        inner = ip.ipv4_mapped or ip.sixtofour or translated
        return public and (inner is None or inner.is_global)
    return public


class Transport(httpx.BaseTransport):
    """httpx over a connection pool whose every connection is checked."""

    def __init__(self, deadline: float) -> None:
        self.pool = httpcore.ConnectionPool(
            ssl_context=_trusted(), network_backend=PublicOnly(deadline)
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
            stream=Body(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self.pool.close()


@cache
def _trusted() -> ssl.SSLContext:
    """Whom to trust with TLS; reading all the certificates takes longer than most requests."""
    return httpx.create_ssl_context()


class Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self.stream

    def close(self) -> None:
        self.stream.close()
