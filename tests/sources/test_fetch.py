"""Fetching a page: within limits, politely, and never from an inner network.

A real HTTP server on loopback stands for the outside world. Loopback is a private network, so
most tests let it pass for a public one; those about private networks do not.
"""

import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpcore
import pytest
from django.core.cache import cache

from sources import connecting, fetch
from sources.fetch import NotNow, Unfetchable

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A web site with an answer for each path; what it was asked for is in `asked`."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, self.headers.get("User-Agent", "")))
                site.answers.get(self.path, missing)(self)

            def log_message(self, format: str, *args: Any) -> None:
                """A test's output is no place for an access log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server.server_port}{path}"


def missing(request: BaseHTTPRequestHandler) -> None:
    request.send_error(404)


def page(body: bytes, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for name, value in {"Content_Type": "text/html", **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def redirect(where: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", where)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


@pytest.fixture
def site() -> Iterator[Site]:
    cache.clear()
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Loopback passes for a public network, on which nobody has to wait."""
    monkeypatch.setattr(connecting, "is_public", lambda address: True)
    settings.HOST_PAUSE = 0
    settings.FETCH_PORTS = range(65536)


def test_a_page_comes_with_its_type_and_the_desk_names_itself(site: Site, public: None) -> None:
    site.answers["/a"] = page(b"<p>Bonjour", Content_Type="text/html; charset=utf-8")
    fetched = fetch.fetch(site.url("/a"))
    assert (fetched.body, fetched.content_type) == (b"<p>Bonjour", "text/html; charset=utf-8")
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a"]
    assert all("ClaimTracker" in agent for _, agent in site.asked)


def test_a_redirect_is_followed_and_the_last_address_is_told(site: Site, public: None) -> None:
    site.answers["/old"] = redirect("/new")
    site.answers["/new"] = page(b"moved")
    assert fetch.fetch(site.url("/old")).url == site.url("/new")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert connecting.is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"])
def test_no_spelling_of_an_inner_address_is_read(site: Site, host: str) -> None:
    site.answers["/a"] = page(b"secret")
    with pytest.raises(Unfetchable, match=r"private network|no host called|browser reads"):
        fetch.fetch(site.url("/a", host))
    assert site.asked == []


def test_a_redirect_to_an_inner_address_is_not_followed(
    site: Site, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.FETCH_PORTS = range(65536)
    inner = Site()
    inner.answers["/secret"] = page(b"secret")
    site.answers["/a"] = redirect(inner.url("/secret", "localhost"))
    resolve = socket.getaddrinfo

    def resolved(host: str, *args: Any, **kwargs: Any) -> Any:
        return resolve("127.0.0.1" if host == "paper.example" else host, *args, **kwargs)

    # Only the outer name passes for public: the inner one is checked as every hop is.
    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    checked = iter([True, True, False])
    monkeypatch.setattr(connecting, "is_public", lambda address: next(checked, False))
    with pytest.raises(Unfetchable, match="private network"):
        fetch.fetch(site.url("/a", "paper.example"))
    assert inner.asked == []
    inner.server.server_close()


def test_a_name_that_changes_its_mind_leads_nowhere_else(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: what was checked is what is connected to; the name is not asked again."""
    asked: list[str] = []

    def resolved(host: str, port: int, **kwargs: Any) -> Any:
        asked.append(host)
        address = "93.184.215.14" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected: list[str] = []

    def connect(backend: Any, host: str, *args: Any) -> Any:
        connected.append(host)
        raise httpcore.ConnectError("refused")

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(Unfetchable, match="does not answer"):
        fetch.fetch("http://rebind.example/")
    assert connected == ["93.184.215.14"]


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://paper.example/", "gopher://x/"])
def test_a_redirect_to_something_else_than_the_web_is_refused(
    site: Site, public: None, where: str
) -> None:
    site.answers["/a"] = redirect(where)
    with pytest.raises(Unfetchable, match="no web address"):
        fetch.fetch(site.url("/a"))


def test_redirects_without_end_are_given_up(site: Site, public: None) -> None:
    site.answers["/a"] = redirect("/a")
    with pytest.raises(Unfetchable, match="redirects more than 5 times"):
        fetch.fetch(site.url("/a"))


def test_a_site_that_wants_no_robots_is_left_alone(site: Site, public: None) -> None:
    site.answers["/robots.txt"] = page(b"User-agent: *\nDisallow: /private")
    site.answers["/private/a"] = page(b"not for robots")
    with pytest.raises(Unfetchable, match=r"robots\.txt"):
        fetch.fetch(site.url("/private/a"))
    assert [path for path, _ in site.asked] == ["/robots.txt"]


def test_a_robots_txt_is_asked_for_once_an_hour(site: Site, public: None) -> None:
    site.answers["/a"] = page(b"one")
    for _ in range(2):
        fetch.fetch(site.url("/a"))
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a", "/a"]


def test_a_site_that_cannot_give_its_robots_txt_is_left_alone_for_now(
    site: Site, public: None
) -> None:
    site.answers["/robots.txt"] = lambda request: request.send_error(503)
    site.answers["/a"] = page(b"one")
    with pytest.raises(Unfetchable, match=r"robots\.txt"):
        fetch.fetch(site.url("/a"))


def test_rules_for_the_desk_by_name_and_the_longest_match_count(site: Site, public: None) -> None:
    rules = b"User-agent: *\nDisallow: /\n\nUser-agent: ClaimTracker\nDisallow: /a\nAllow: /a/b"
    site.answers["/robots.txt"] = page(rules)
    site.answers["/a/b"] = page(b"allowed")
    assert fetch.fetch(site.url("/a/b")).body == b"allowed"
    with pytest.raises(Unfetchable, match=r"robots\.txt"):
        fetch.fetch(site.url("/a/c"))


def test_a_host_is_asked_no_more_often_than_its_pause_lets(
    site: Site, public: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOST_PAUSE = 30
    site.answers["/a"] = page(b"one")
    assert fetch.fetch(site.url("/a")).body == b"one"
    monkeypatch.setattr(fetch, "SECONDS", 0.3)
    with pytest.raises(NotNow, match="has to wait") as refusal:
        fetch.fetch(site.url("/a"))
    assert refusal.value.ours


def test_a_redirect_with_a_password_in_it_is_refused(site: Site, public: None) -> None:
    site.answers["/a"] = redirect("http://user:secret@127.0.0.1/b")
    with pytest.raises(Unfetchable, match="user name or password"):
        fetch.fetch(site.url("/a"))


def test_a_missing_page_is_told_with_the_answer_of_its_host(site: Site, public: None) -> None:
    with pytest.raises(Unfetchable, match="answers 404 Not Found"):
        fetch.fetch(site.url("/gone"))


def test_a_page_that_is_too_large_is_not_read_to_its_end(
    site: Site, public: None, settings: Any
) -> None:
    settings.MAX_DOCUMENT_BYTES = 1_000_000
    site.answers["/a"] = page(b"x" * 3_000_000)
    with pytest.raises(Unfetchable, match="larger than the 1 MB"):
        fetch.fetch(site.url("/a"))


def test_a_small_bomb_does_not_become_a_large_page(site: Site, public: None, settings: Any) -> None:
    settings.MAX_DOCUMENT_BYTES = 1_000_000
    site.answers["/a"] = page(gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip")
    with pytest.raises(Unfetchable, match="larger than the 1 MB"):
        fetch.fetch(site.url("/a"))


def test_a_host_that_answers_byte_by_byte_is_cut_off(
    site: Site, public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.5)

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(50):
            request.wfile.write(b".")
            request.wfile.flush()
            time.sleep(0.05)

    site.answers["/a"] = drip
    with pytest.raises(Unfetchable, match="took longer than"):
        fetch.fetch(site.url("/a"))


def test_what_is_packed_several_times_over_is_not_unpacked(site: Site, public: None) -> None:
    body = b"0" * 50_000_000
    for _ in range(3):
        body = gzip.compress(body)
    site.answers["/a"] = page(body, Content_Encoding="gzip, gzip, gzip")
    with pytest.raises(Unfetchable, match="only gzip was asked for"):
        fetch.fetch(site.url("/a"))


def test_no_more_of_a_bomb_is_unpacked_than_the_desk_takes(
    site: Site, public: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_DOCUMENT_BYTES = 1_000_000
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join([*(packer.compress(b"0" * 10_000_000) for _ in range(100)), packer.flush()])
    site.answers["/a"] = page(bomb, Content_Encoding="gzip")
    unpacked: list[int] = []
    make = fetch._unpacker

    class Counted:
        def __init__(self) -> None:
            self.unpacker = make()

        def decompress(self, packed: bytes, most: int) -> bytes:
            piece: bytes = self.unpacker.decompress(packed, most)
            unpacked.append(len(piece))
            return piece

        def __getattr__(self, name: str) -> Any:
            return getattr(self.unpacker, name)

    monkeypatch.setattr(fetch, "_unpacker", Counted)
    tracemalloc.start()
    with pytest.raises(Unfetchable, match="larger than the 1 MB"):
        fetch.fetch(site.url("/a"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 1_000_000 < sum(unpacked) < 1_100_000
    assert peak - len(bomb) < 3_000_000


@pytest.mark.parametrize("coding", ["deflate", "br", "zstd", "gzip, identity", "x-unknown"])
def test_a_coding_that_was_not_asked_for_is_named(site: Site, public: None, coding: str) -> None:
    site.answers["/a"] = page(b"whatever", Content_Encoding=coding)
    with pytest.raises(Unfetchable, match=f"{coding}.*only gzip was asked for"):
        fetch.fetch(site.url("/a"))


def test_members_without_content_and_without_end_are_given_up(
    site: Site, public: None, settings: Any
) -> None:
    settings.MAX_DOCUMENT_BYTES = 100_000
    site.answers["/a"] = page(gzip.compress(b"") * 20_000, Content_Encoding="gzip")
    with pytest.raises(Unfetchable, match="even while it is packed"):
        fetch.fetch(site.url("/a"))


def test_a_page_whose_packing_breaks_off_is_not_taken_for_a_whole_one(
    site: Site, public: None
) -> None:
    packed = gzip.compress(b"The bridge is closed. " * 100)
    site.answers["/a"] = page(packed[:-12], Content_Encoding="gzip")
    with pytest.raises(Unfetchable, match="ends before the page does"):
        fetch.fetch(site.url("/a"))
    site.answers["/empty"] = page(b"", Content_Encoding="gzip")
    assert fetch.fetch(site.url("/empty")).body == b""


def test_a_page_in_two_gzip_members_is_read_whole_and_a_damaged_one_is_told(
    site: Site, public: None
) -> None:
    site.answers["/a"] = page(
        gzip.compress(b"one ") + gzip.compress(b"two"), Content_Encoding="gzip"
    )
    assert fetch.fetch(site.url("/a")).body == b"one two"
    site.answers["/b"] = page(b"no gzip at all", Content_Encoding="gzip")
    with pytest.raises(Unfetchable, match="damaged"):
        fetch.fetch(site.url("/b"))


def test_a_host_that_drips_its_headers_is_cut_off_as_well(
    site: Site, public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answers["/b"] = page(b"two")
    fetch.fetch(site.url("/b"))  # robots.txt is known now
    monkeypatch.setattr(fetch, "SECONDS", 0.5)

    def drip(request: BaseHTTPRequestHandler) -> None:
        for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60:
            request.wfile.write(bytes([letter]))
            request.wfile.flush()
            time.sleep(0.05)

    site.answers["/a"] = drip
    began = time.monotonic()
    with pytest.raises(NotNow, match="took longer than"):
        fetch.fetch(site.url("/a"))
    assert time.monotonic() - began < 2


def test_a_desk_with_accents_names_itself_all_the_same(
    site: Site, public: None, settings: Any
) -> None:
    settings.DESK_NAME, settings.DESK_CONTACT = "L'Écho (de Brême)\ndesk", "écho@écho.example"
    site.answers["/a"] = page(b"one")
    fetch.fetch(site.url("/a"))
    _, named = site.asked[-1]
    assert named == f"{fetch.PRODUCT} (L'Echo de Breme desk; echo@echo.example)"


@pytest.mark.parametrize(("status", "passing"), [(503, True), (429, True), (403, False)])
def test_a_busy_host_is_told_from_one_that_says_no(
    site: Site, public: None, status: int, passing: bool
) -> None:
    site.answers["/a"] = lambda request: request.send_error(status)
    with pytest.raises(Unfetchable) as refusal:
        fetch.fetch(site.url("/a"))
    assert isinstance(refusal.value, NotNow) is passing


@pytest.mark.parametrize(("told", "seconds"), [("120", 120), ("", None), ("soon", None)])
def test_a_site_may_say_after_how_many_seconds_to_ask_again(told: str, seconds: int | None) -> None:
    assert fetch._later(told) == seconds


def test_a_site_may_say_so_by_a_date() -> None:
    assert fetch._later("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    soon = fetch._later(formatdate(time.time() + 300, usegmt=True))
    assert soon is not None
    assert 290 <= soon <= 300


def test_only_the_ports_of_the_web_are_asked(site: Site, public: None, settings: Any) -> None:
    settings.FETCH_PORTS = [80, 443]
    site.answers["/a"] = page(b"one")
    with pytest.raises(Unfetchable, match="where no web page is"):
        fetch.fetch(site.url("/a"))
    assert site.asked == []


def test_a_robots_txt_may_be_elsewhere_and_may_be_too_long(site: Site, public: None) -> None:
    site.answers["/robots.txt"] = redirect("/rules")
    rules = b"User-agent: *\nDisallow: /private\n"
    site.answers["/rules"] = page(rules + b"# " + b"x" * 30_000_000)
    site.answers["/a"] = page(b"one")
    assert fetch.fetch(site.url("/a")).body == b"one"
    with pytest.raises(Unfetchable, match=r"robots\.txt"):
        fetch.fetch(site.url("/private/a"))


def test_the_host_that_a_redirect_leads_to_is_asked_for_its_rules_too(
    site: Site, public: None
) -> None:
    other = Site()
    other.answers["/robots.txt"] = page(b"User-agent: *\nDisallow: /")
    other.answers["/b"] = page(b"not for robots")
    site.answers["/a"] = redirect(other.url("/b", "localhost"))
    with pytest.raises(Unfetchable, match=r"robots\.txt"):
        fetch.fetch(site.url("/a"))
    assert [path for path, _ in other.asked] == ["/robots.txt"]
    other.server.server_close()


def test_a_host_that_is_silent_is_given_up(
    site: Site, public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "SILENCE", 0.3)
    site.answers["/a"] = lambda request: time.sleep(1)
    with pytest.raises(Unfetchable, match="does not answer"):
        fetch.fetch(site.url("/a"))


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(Unfetchable, match=r"no host called nowhere\.invalid"):
        fetch.fetch("https://nowhere.invalid/a")


def test_a_host_that_speaks_no_http_is_told_apart(public: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
            connection.close()

        Thread(target=answer, daemon=True).start()
        with pytest.raises(Unfetchable, match=r"127\.0\.0\.1"):
            fetch.fetch(f"http://127.0.0.1:{server.getsockname()[1]}/")
