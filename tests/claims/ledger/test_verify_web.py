"""An outsider checks a log over HTTP: the desk's real server, and servers that mean harm."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import httpx
import pytest

from claims import events, review
from claims.ledger.verify import places
from claims.models import Claim
from tests.claims import build
from tests.claims.ledger.exported import desk, signed, verified
from tests.client import API, key

Capture: TypeAlias = pytest.CaptureFixture[str]


@pytest.fixture
def secret(committed: None, tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text(f"{key('Auditor')}\n")
    return file


def test_a_live_log_holds_with_its_texts_claims_and_pinned_checkpoint(
    live: Any, secret: Path, tmp_path: Path, capsys: Capture
) -> None:
    desk(claims=40)
    kept = tmp_path / "kept"
    kept.write_bytes(signed(tmp_path / "memory").note)
    claim, *_ = desk(claims=50)
    signed(tmp_path / "memory")
    where = ["--api-key", secret, "--pinned", kept]
    code, said = verified(capsys, "log", f"{live.url}/log", *where)
    assert (code, "All 90 claims are shown as their events add up." in said) == (0, True)
    code, said = verified(capsys, "claim", f"{live.url}/log", claim, *where)
    assert (code, "They add up to what is shown: disputed" in said) == (0, True)
    code, said = verified(capsys, "event", f"{live.url}/log/", 7, *where)
    assert (code, "It continues the pinned checkpoint of 120 entries." in said) == (0, True)


def test_an_erased_event_is_told_apart_and_everything_holds(
    live: Any, secret: Path, tmp_path: Path, capsys: Capture
) -> None:
    build.recorded(build.begins(), build.disputed())
    erased = build.decision(build.person("ada"), 2)
    review.erase(1, erased, reason="Privacy.")
    signed(tmp_path / "memory")
    code, said = verified(capsys, "log", f"{live.url}/log", "--api-key", secret)
    assert (code, "commit to, but for 1 that were erased." in said) == (0, True)


def test_without_a_key_the_log_is_checked_and_the_texts_are_not(
    live: Any, tmp_path: Path, capsys: Capture
) -> None:
    desk(claims=1)
    signed(tmp_path / "memory")
    code, said = verified(capsys, "log", f"{live.url}/log")
    assert (code, "texts are not published here" in said) == (0, True)
    assert (
        "name a file with one by --api-key"
        in verified(capsys, "claim", f"{live.url}/log", uuid4())[1]
    )


def test_one_event_of_a_long_log_is_proved_with_a_handful_of_requests(
    live: Any, secret: Path, tmp_path: Path, capsys: Capture
) -> None:
    desk(claims=200)
    signed(tmp_path / "memory")
    before = live.log.read_text().count("GET /log/")
    assert verified(capsys, "event", f"{live.url}/log", 300, "--api-key", secret)[0] == 0
    assert live.log.read_text().count("GET /log/") - before <= 6


def test_a_merged_claim_is_found_to_be_merged(
    live: Any, secret: Path, tmp_path: Path, capsys: Capture
) -> None:
    claim, other = desk(claims=2)
    build.say(claim, events.Merged(into=str(other)))
    signed(tmp_path / "memory")
    code, said = verified(capsys, "claim", f"{live.url}/log", claim, "--api-key", secret)
    assert (code, "They add up to what is shown: merged" in said) == (0, True)
    assert verified(capsys, "log", f"{live.url}/log", "--api-key", secret)[0] == 0


def test_a_read_side_that_was_tampered_with_is_found_from_outside(
    live: Any, secret: Path, tmp_path: Path, capsys: Capture
) -> None:
    claim, *_ = desk(claims=2)
    signed(tmp_path / "memory")
    Claim.objects.filter(id=claim).update(status="corroborated")
    for question in (["log", f"{live.url}/log"], ["claim", f"{live.url}/log", claim]):
        code, said = verified(capsys, *question, "--api-key", secret)
        assert code == 1
        assert "its status is shown as 'corroborated', and is 'disputed'" in said


def test_what_was_recorded_after_the_checkpoint_is_not_proved_yet(
    live: Any, secret: Path, tmp_path: Path, capsys: Capture
) -> None:
    (claim,) = desk(claims=1)
    signed(tmp_path / "memory")
    build.say(claim, build.dismissed())
    code, said = verified(capsys, "claim", f"{live.url}/log", claim, "--api-key", secret)
    assert (code, "Position 3: it is not signed yet" in said) == (1, True)
    code, said = verified(capsys, "log", f"{live.url}/log", "--api-key", secret)
    assert (code, "That positions 3 to 3 stay as they are" in said) == (0, True)


def test_the_proof_that_the_desk_hands_out_holds_without_the_desk(
    live: Any, secret: Path, tmp_path: Path, capsys: Capture
) -> None:
    desk(claims=2)
    signed(tmp_path / "memory")
    headers = {"Authorization": f"Bearer {secret.read_text().strip()}"}
    answer = httpx.get(f"{live.url}{API}/events/4/proof", headers=headers)
    live.stop()
    file = tmp_path / "event.tlog-proof"
    file.write_bytes(answer.content)
    code, said = verified(capsys, "proof", file)
    assert (code, "Position 4 of it holds this entry:" in said) == (0, True)


# Servers that mean harm

Answer: TypeAlias = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def server() -> Iterator[Callable[[Answer], str]]:
    """The address of a server that answers as it is told."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        handler = type(
            "Handler",
            (BaseHTTPRequestHandler,),
            {"do_GET": answer, "log_message": lambda *_: None},
        )
        running.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=running[0].serve_forever).start()
        return f"http://127.0.0.1:{running[0].server_port}"

    yield start
    for each in running:
        each.shutdown()
        each.server_close()


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    until_hung_up(lambda: [request.wfile.write(bytes(65536)) for _ in range(10_000)])


def until_hung_up(write: Callable[[], object]) -> None:
    """Write until whoever reads has had enough."""
    try:
        write()
    except OSError:
        return


def slow(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    pause = threading.Event()

    def trickle() -> None:
        for _ in range(50):
            request.wfile.write(b"a")
            pause.wait(0.1)

    until_hung_up(trickle)


def elsewhere(request: BaseHTTPRequestHandler) -> None:
    request.send_response(302)
    request.send_header("Location", "http://127.0.0.1:1/")
    request.end_headers()


def broken(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Encoding", "gzip")
    request.end_headers()
    request.wfile.write(b"this is not gzip")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (endless, "answers with more than"),
        (slow, "takes longer than"),
        (elsewhere, "answers with 302 Found"),
        (broken, "does not answer"),
    ],
)
def test_a_server_that_means_harm_gets_a_sentence_and_no_more(
    answer: Answer,
    words: str,
    server: Callable[[Answer], str],
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "SECONDS", 1.0)
    code, said = verified(capsys, "log", server(answer))
    assert (code, words in said) == (1, True)
    assert "Traceback" not in said


def test_a_server_that_is_not_there_is_named(capsys: Capture) -> None:
    code, said = verified(capsys, "log", "http://127.0.0.1:9/log")
    assert (code, "http://127.0.0.1:9/log/checkpoint does not answer" in said) == (1, True)


JUNK = [
    b"", b"null", b"[]", b"{}", b'{"events": 1}', b'{"events": [1]}', b'{"events": [{}]}',
    b"[" * 100_000, b'{"events": [{"hashes": 1, "data": {"a": NaN}}]}', b"\xff",
]  # fmt: skip


@pytest.mark.parametrize("body", JUNK)
def test_answers_of_another_shape_are_refused_in_words(
    body: bytes, server: Callable[[Answer], str]
) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(body)

    with places.Web(server(answer), key="k") as web, pytest.raises(places.Unavailable):
        list(web.entries(0))
