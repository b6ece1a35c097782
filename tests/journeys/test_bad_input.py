"""What no desk can use gets a clear answer at every door, and good work goes on beside it."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from lxml import html
from pypdf import PdfWriter

from claims.models import Claim, Entry
from sources.models import Document, Passage, Version
from tests.claims import build
from tests.client import API, key
from tests.conftest import Server
from tests.journeys.at_work import article, logged_in, reviewer, states, token, until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = "/documents/"
UPLOAD = "/admin/sources/document/add/"
GOOD = article("Arvelle", 3)
WALL = (
    "<!DOCTYPE html><html><head><title>Réservé aux abonnés</title></head><body>"
    "<h1>Le pont est fermé</h1><p>Pour lire la suite, connectez-vous.</p><form method='post'>"
    "<input type='email' name='email'><input type='password' name='password'>"
    "<button>Se connecter</button></form></body></html>"
)


def scan() -> bytes:
    """A PDF that holds a page and no text, as a scanner makes it."""
    writer, written = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(written)
    return written.getvalue()


# What is taken in, and what becomes of it: part of the reason, or nothing where it is read.
UNREADABLE: dict[str, tuple[bytes, str, str]] = {
    "program.txt": (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20, "text/plain", "not a text"),
    "scan.pdf": (scan(), "application/pdf", "run it through OCR"),
    "wall.html": (WALL.encode(), "text/html", "sign-in or subscription form"),
    "broken.txt": (b"L'eau \xff du puits. \xfe " + article("Bruzac", 2), "text/plain", ""),
    "good.txt": (GOOD, "text/plain", ""),
}


@pytest.fixture
def api(live: Server) -> Iterator[httpx.Client]:
    """The API, for a client who may send documents."""
    headers = {"Authorization": f"Bearer {key('Reviewer')}"}
    with httpx.Client(base_url=live.url + API, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of 200 MB that takes no room."""
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(200 * 10**6)
    return path


def test_the_api_answers_whatever_is_wrong_with_a_problem_of_its_own(
    api: httpx.Client, large: Path
) -> None:
    claim = f"/claims/{build.recorded()}/"
    typed = {"Content-Type": "application/json"}
    with large.open("rb") as file:
        began = time.monotonic()
        too_large = api.post(DOCUMENTS, files={"file": file})
        assert time.monotonic() - began < 5
    answers = {
        "an empty file": api.post(DOCUMENTS, files={"file": ("empty.txt", b"")}),
        "nothing": api.post(DOCUMENTS, json={}),
        "200 MB": too_large,
        "an unknown claim": api.get(f"/claims/{uuid4()}/"),
        "the history of an unknown claim": api.get(f"/claims/{uuid4()}/events/"),
        "no claim's name": api.get("/claims/perhaps/"),
        "a stale version": api.get(claim, headers={"If-Match": '"7"'}),
        "a malformed cursor": api.get("/claims/", params={"cursor": "b2Zmc2V0"}),
        "a malformed position": api.get("/events/", params={"from": "-1"}),
        "no JSON": api.post(DOCUMENTS, content=b'{"text": ', headers=typed),
        "a list": api.post(DOCUMENTS, json=["text"]),
        "a text that is none": api.post(DOCUMENTS, json={"text": {"de": 1}}),
        "an unknown member": api.post(DOCUMENTS, json={"texte": "Le pont est fermé."}),
        "JSON in broken UTF-8": api.post(DOCUMENTS, content=b'{"text": "\xff"}', headers=typed),
        "no address": api.post(DOCUMENTS, json={"url": "the bridge"}),
    }

    assert {what: problem(answer) for what, answer in answers.items()} == {
        "an empty file": (422, "unacceptable-document"),
        "nothing": (422, "unacceptable-document"),
        "200 MB": (413, "too-large"),
        "an unknown claim": (404, "not-found"),
        "the history of an unknown claim": (404, "not-found"),
        "no claim's name": (404, "not-found"),
        "a stale version": (412, "stale-version"),
        "a malformed cursor": (400, "invalid-request"),
        "a malformed position": (400, "invalid-request"),
        "no JSON": (400, "invalid-request"),
        "a list": (400, "invalid-request"),
        "a text that is none": (400, "invalid-request"),
        "an unknown member": (400, "invalid-request"),
        "JSON in broken UTF-8": (400, "invalid-request"),
        "no address": (422, "unacceptable-document"),
    }
    assert not Document.objects.exists()
    assert api.get(claim).status_code == 200
    assert (Claim.objects.count(), Entry.objects.count()) == (1, 1)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the kind of a refusal, which tells a person what is wrong."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["detail"].endswith("."), body
    assert body["status"] == answer.status_code
    return answer.status_code, body["type"].rstrip("/").rpartition("/")[2]


def test_what_cannot_be_read_says_why_and_what_came_with_it_is_read(
    worker: Server, live: Server, api: httpx.Client
) -> None:
    reviewer("amina", "Amina")
    places = {}
    for name, (body, content_type, _) in UNREADABLE.items():
        answer = api.post(DOCUMENTS, files={"file": (name, body, content_type)})
        assert answer.status_code == 202
        places[name] = answer.headers["Location"]
    until(lambda: "waiting" not in states())

    with logged_in(live, "amina") as pages:
        for name, (_, _, reason) in UNREADABLE.items():
            told = api.get(places[name].removeprefix(API)).json()
            page = pages.get(f"/admin/sources/document/{told['id']}/change/")
            assert told["state"] == ("failed" if reason else "read"), told
            assert reason in told["reason"]
            assert told["reason"] in shown(page)


def test_the_desks_form_says_what_is_wrong_and_takes_what_is_right(
    live: Server, large: Path
) -> None:
    reviewer("amina", "Amina")
    with logged_in(live, "amina") as pages, large.open("rb") as file:
        answers = {
            "is empty": hand_in(pages, file=("empty.txt", b"", "text/plain")),
            "at most 25.0 MB": pages.post(UPLOAD, files={"file": file}, data=token(pages)),
            "Nothing was sent": hand_in(pages),
            "no web address": pages.post(UPLOAD, data={"url": "the bridge"} | token(pages)),
        }
        assert not Document.objects.exists()
        taken = hand_in(pages, file=("good.txt", GOOD, "text/plain"))

    for sentence, answer in answers.items():
        assert answer.status_code == 200
        assert sentence in shown(answer)
    assert taken.url.path == f"/admin/sources/document/{Document.objects.get().pk}/change/"


def hand_in(pages: httpx.Client, **sent: Any) -> httpx.Response:
    """Send the form by which a person hands a document in."""
    return pages.post(UPLOAD, files=sent or None, data=token(pages))


def shown(page: httpx.Response) -> str:
    """What a person reads on the page, in one line."""
    return " ".join(str(html.document_fromstring(page.text).xpath("string()")).split())


def test_one_document_at_every_door_at_the_same_moment_is_read_once(
    live: Server, api: httpx.Client, tmp_path: Path
) -> None:
    reviewer("amina", "Amina")
    (tmp_path / "good.txt").write_bytes(GOOD)
    sent = {"file": ("good.txt", GOOD, "text/plain")}
    with logged_in(live, "amina") as pages, ThreadPoolExecutor(9) as pool:
        command = pool.submit(ingest, tmp_path / "good.txt")
        form = pool.submit(hand_in, pages, **sent)
        posts = [pool.submit(api.post, DOCUMENTS, files=sent) for _ in range(7)]

    answers = [post.result() for post in posts]
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert form.result().status_code == 200
    assert command.result().returncode == 0
    assert (Document.objects.count(), Version.objects.count()) == (1, 1)
    assert Passage.objects.count() == 3


def test_the_command_names_every_file_it_could_not_use_in_a_line_and_reads_the_others(
    committed: None, large: Path
) -> None:
    folder = large.parent / "letters"
    folder.mkdir()
    for name, (body, _, _) in UNREADABLE.items():
        (folder / name).write_bytes(body)
    (folder / "empty.txt").touch()

    done = ingest(folder, large, folder / "absent.txt")

    lines = [line for line in done.stderr.splitlines() if "%|" not in line and line.strip()]
    assert done.returncode == 1
    assert "2 of 8 documents are read." in done.stdout
    for name, about in {
        "large.txt": "at most 26 MB are taken",
        "empty.txt": "The file is empty.",
        "absent.txt": "No such file or directory",
        **{name: reason for name, (_, _, reason) in UNREADABLE.items() if reason},
    }.items():
        assert [line for line in lines if name in line and about in line], (name, lines)
    assert lines[-1] == "CommandError: 6 could not be read, see above."
    assert len(lines) == 7


def ingest(*paths: Path) -> "subprocess.CompletedProcess[str]":
    """The command, as it is typed."""
    environment = {name: value for name, value in os.environ.items() if "OWNER" not in name}
    command = [sys.executable, "manage.py", "ingest", *map(str, paths)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
