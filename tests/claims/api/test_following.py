"""Following the log: waiting, streams, whole pages and snapshots, without loss or repetition."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.db import connections

from claims.api import following, snapshot
from claims.api.following import PAGE, Watch
from claims.ledger import log
from claims.models import Claim
from tests.claims import build
from tests.claims.build import begins, corroborated, recorded, say
from tests.client import API, client, key, problem, wrong
from tests.conftest import Server

READER = Path(__file__).with_name("reader.py")


def lines_of(response: Any) -> list[Any]:
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


@pytest.mark.django_db
class TestSnapshots:
    def test_it_has_every_claim_and_the_position_from_which_to_follow(self) -> None:
        claims = {str(recorded(begins(number))) for number in range(1, 4)}

        first, *rows, last = lines_of(client().get(f"{API}/snapshot"))

        assert first == {"position": 3}
        assert {row["id"] for row in rows} == claims
        assert rows[0]["evidence"][0]["evidence"][0]["quote"]
        assert last == {"claims": 3}

    def test_it_is_cut_into_portions_and_loses_nothing_between_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        claims = [str(recorded(begins(number))) for number in range(1, 8)]
        monkeypatch.setattr(snapshot, "BATCH", 2)
        _first, *rows, last = lines_of(client().get(f"{API}/snapshot"))
        assert sorted(row["id"] for row in rows) == sorted(claims)
        assert last == {"claims": 7}

    def test_it_is_compressed_for_those_who_take_that(self) -> None:
        recorded()
        response = client().get(f"{API}/snapshot", headers={"Accept-Encoding": "gzip"})
        assert response["Content-Encoding"] == "gzip"


@pytest.mark.django_db
class TestPages:
    def test_a_page_that_is_not_full_is_not_there_yet_and_says_so(self) -> None:
        recorded()
        refused = client().get(f"{API}/events/pages/0/")
        problem(refused, 404, "not-found")
        assert int(refused["Retry-After"]) > 0

    def test_a_full_page_may_be_kept_and_is_the_same_events_as_the_feed(self) -> None:
        claim = recorded(*[begins(1)], *[build.asserted(n) for n in range(2, PAGE + 5)])
        reader = client()

        page = reader.get(f"{API}/events/pages/0/")

        assert "immutable" in page["Cache-Control"]
        feed = reader.get(f"{API}/events/", {"limit": PAGE}).json()
        assert page.json() == {"first": 0, "events": feed["events"]}
        known = reader.get(f"{API}/events/pages/0/", headers={"If-None-Match": page["ETag"]})
        assert known.status_code == 304
        build.erased(claim, 3)
        changed = reader.get(f"{API}/events/pages/0/", headers={"If-None-Match": page["ETag"]})
        assert changed.status_code == 200
        assert changed.json()["events"][2]["data"] is None


@pytest.mark.django_db
class TestAsking:
    def test_what_is_there_already_is_answered_at_once(self) -> None:
        recorded()
        started = time.monotonic()
        answer = client().get(f"{API}/events/", {"from": 0, "wait": 30}).json()
        assert (answer["next"], time.monotonic() - started < 10) == (1, True)

    @pytest.mark.parametrize("wait", ["-1", "61", "soon"])
    def test_a_wait_has_an_end(self, wait: str) -> None:
        assert wrong(client().get(f"{API}/events/", {"wait": wait}), "wait")

    @pytest.mark.parametrize("last", ["", "-1", "x", "1e3", "9" * 19, "1" * 400])
    def test_a_stream_is_taken_up_behind_a_position_only(self, last: str) -> None:
        reader = client()
        assert wrong(
            reader.get(f"{API}/events/stream", headers={"Last-Event-ID": last}), "Last-Event-ID"
        )

    def test_where_too_many_wait_a_stream_is_refused_and_a_question_answered_at_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(following, "places", threading.BoundedSemaphore(1))
        following.places.acquire()
        refused = client().get(f"{API}/events/stream")
        problem(refused, 503, "busy")
        assert refused["Retry-After"]
        assert client(name="other").get(f"{API}/events/", {"wait": 30}).json()["next"] == 0


def test_a_stream_gives_its_place_back_once_however_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(following, "places", places)
    assert places.acquire(blocking=False)
    stream = following.Streamed(0)
    stream.close()
    stream.close()
    assert places.acquire(blocking=False)


def test_those_who_wait_share_one_look_at_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = count(1)
    monkeypatch.setattr(log, "size", lambda: next(looks))
    watch, came = Watch(), list[bool]()
    readers = [threading.Thread(target=lambda: came.append(watch.beyond(3, 20))) for _ in range(20)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(timeout=30)
    assert came == [True] * 20
    assert next(looks) == 5


def test_a_wait_that_nothing_ends_is_over_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "size", lambda: 5)
    assert Watch().beyond(5, 0.6) is False
    assert Watch().beyond(4, 0.6) is True


# Through the real server


@pytest.fixture
def desk(live: Server) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {key()}"}
    with httpx.Client(base_url=f"{live.url}{API}", headers=headers, timeout=60) as http:
        yield http


def test_a_reader_that_waits_is_answered_when_something_is_recorded(desk: httpx.Client) -> None:
    later = threading.Timer(1.0, _record)
    later.start()
    started = time.monotonic()
    answer = desk.get("/events/", params={"from": 0, "wait": 30}).json()
    later.join()
    assert [event["position"] for event in answer["events"]] == [0]
    assert time.monotonic() - started < 25


def _record() -> None:
    recorded()
    connections.close_all()


def test_a_stream_tells_what_was_and_what_comes(desk: httpx.Client) -> None:
    claim = recorded()
    with desk.stream("GET", "/events/stream") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        told = events(stream)
        assert next(told)["type"] == "asserted"
        say(claim, corroborated(2))
        event = next(told)
    assert (event["position"], event["type"]) == (1, "corroborated")
    with desk.stream("GET", "/events/stream", headers={"Last-Event-ID": "0"}) as stream:
        assert next(events(stream))["position"] == 1


def events(stream: httpx.Response) -> Iterator[dict[str, Any]]:
    """The events of a stream as a reader has them, each with the id that it came under."""
    name = ""
    for line in stream.iter_lines():
        field, _, value = line.partition(": ")
        if field == "id":
            name = value
        elif field == "data":
            event = json.loads(value)
            assert str(event["position"]) == name
            yield event


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["poll", "stream"])
def test_a_reader_killed_at_random_resumes_without_loss_or_repetition(
    live: Server, tmp_path: Path, mode: str
) -> None:
    seed = random.randrange(2**32)
    chance, kept, secret = random.Random(seed), tmp_path / "kept", key()
    command = [sys.executable, str(READER), f"{live.url}{API}", secret, str(kept), mode]
    claim = recorded()
    reader = subprocess.Popen(command)
    for number in range(2, 42):
        say(claim, build.asserted(number))
        if chance.random() < 0.2:
            time.sleep(chance.random())
            reader.kill()
            reader.wait()
            _cut(kept)
            reader = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 60
        while len(_had(kept)) < log.size() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert reader.poll() is None, "the reader has ended by itself"
    finally:
        reader.kill()
        reader.wait()
    assert _had(kept) == list(range(log.size())), f"seed {seed}"


def _had(kept: Path) -> list[int]:
    return [int(line) for line in kept.read_text().splitlines()] if kept.exists() else []


def _cut(kept: Path) -> None:
    """A line that was being written when the reader was killed was not kept."""
    if kept.exists():
        whole, _, _rest = kept.read_text().rpartition("\n")
        kept.write_text(f"{whole}\n" if whole else "")


def test_claims_that_change_under_a_snapshot_are_not_lost_to_who_follows(
    desk: httpx.Client,
) -> None:
    claims = [recorded(begins(number)) for number in range(1, 40)]
    with desk.stream("GET", "/snapshot") as stream:
        told = stream.iter_lines()
        position = json.loads(next(told))["position"]
        say(claims[0], corroborated(50))
        say(claims[-1], corroborated(51))
        rows = {row["id"]: row["version"] for row in map(json.loads, told) if "id" in row}
    for event in desk.get("/events/", params={"from": position}).json()["events"]:
        rows[event["claim"]] = max(rows.get(event["claim"], 0), event["version"])
    assert rows == {str(row.id): row.version for row in Claim.objects.all()}
    assert UUID(next(iter(rows)))
