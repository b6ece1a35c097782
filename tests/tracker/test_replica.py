"""A replica by streaming replication: whoever reads there misses nothing, and nothing is lost with
it. Two real servers, of which the second is paused and killed."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connections, router
from django.test import Client

from claims import events
from claims.ledger import server
from claims.models import Claim, Pulled
from tests.claims.build import begins, corroborated, recorded, say
from tests.client import API, client, key
from tests.conftest import PATIENCE, ROOT, Server, web_server
from tests.journeys.at_work import until
from tests.tracker.follower import Copy, followed
from tests.tracker.watching.test_metrics import TOKEN, scraped, value
from tracker import replica as routing
from tracker import tried, waiting

CLAIMS = 15
AT_A_GLANCE = """
SELECT (SELECT size FROM ledger.head),
       (SELECT array_agg(position ORDER BY position) FROM ledger.event),
       (SELECT max(position) FROM claims_claim)
"""


@pytest.fixture(scope="module")
def copy(django_db_setup: None) -> Iterator[Copy]:
    """The second server, for all tests of this module: making one takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="claim-tracker-test-"))
    folder.chmod(0o755)
    with followed(folder) as found:
        yield found
    shutil.rmtree(folder)


@pytest.fixture
def replica(committed: None, copy: Copy) -> Iterator[Copy]:
    """The second server, which shows what the first one has, whatever a test did to it before."""
    if copy.server.process is None or copy.server.process.popen.poll() is not None:
        copy.server.start()
    copy.caught_up()
    yield copy
    if copy.server.process and copy.server.process.popen.poll() is None:
        copy.resume()


def write_claims() -> None:
    """What desks do: claims begin and get support, each in a transaction of its own."""
    try:
        for number in range(1, CLAIMS + 1):
            say(recorded(begins(number)), corroborated(1000 + number))
    finally:
        connections.close_all()


def test_a_reader_of_a_replica_sees_every_position_in_order_and_no_claim_ahead_of_its_log(
    replica: Copy,
) -> None:
    sizes = [0]
    with (
        psycopg.connect(replica.url, autocommit=True) as reader,
        ThreadPoolExecutor(3) as desks,
    ):
        writing = [desks.submit(write_claims) for _ in range(3)]
        deadline = time.monotonic() + 2 * PATIENCE
        while sizes[-1] < 3 * CLAIMS * 2:
            assert time.monotonic() < deadline, f"the replica stays at {sizes[-1]}"
            size, positions, newest = reader.execute(AT_A_GLANCE).fetchone() or (0, None, None)
            assert list(range(size)) == (positions or [])
            assert (-1 if newest is None else newest) == size - 1
            sizes.append(size)
        for each in writing:
            each.result()

    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 3  # it was read while it followed


# In this process, with a replica that may be as late as it likes


@pytest.fixture
def routed(replica: Copy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Copy]:
    """The desk in this process reads from the replica, however late that is."""
    port = int(replica.url.rpartition(":")[2].partition("/")[0])
    there = {**connections.settings["default"], "HOST": "127.0.0.1", "PORT": port}
    monkeypatch.setitem(connections.settings, "replica", {**there, "OPTIONS": waiting.READS})
    monkeypatch.setattr(settings, "DATABASE_ROUTERS", ["tracker.replica.Router"])
    monkeypatch.setattr(router, "routers", [routing.Router()])
    follower = routing.Follower(timedelta(hours=1).total_seconds())
    monkeypatch.setattr(routing, "follower", follower)
    until(follower.serves)  # Others may be writing to the same server.
    yield replica
    connections["replica"].close()
    del connections["replica"]


def size(reader: Client) -> int:
    """How far the log is, as a reader of the feed is told."""
    answer = reader.get(f"{API}/events/")
    assert answer.status_code == 200, answer.content
    return int(answer.json()["size"])


def test_the_feed_is_the_replicas_until_it_has_no_more(routed: Copy) -> None:
    reader = client()
    claim = recorded()
    routed.caught_up()
    routed.pause()
    say(claim, corroborated(2))

    page = reader.get(f"{API}/events/").json()
    assert (page["size"], page["next"], len(page["events"])) == (1, 1, 1)
    page = reader.get(f"{API}/events/", {"from": page["next"]}).json()
    assert [event["position"] for event in page["events"]] == [1]
    assert (page["size"], page["next"]) == (2, 2)


def test_a_late_replica_is_not_asked_what_was_known_by_a_time(routed: Copy) -> None:
    reader = client()
    claim = recorded()
    routed.caught_up()
    routed.pause()
    say(claim, corroborated(2))

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT recorded_at FROM ledger.head")
        (now,) = cursor.fetchone()
    for moment in (now.isoformat(), 1):
        answer = reader.get(f"{API}/events/", {"as_of": moment}).json()
        assert (answer["as_of"]["position"], answer["size"]) == (1, 2), moment


def test_a_session_never_asks_the_replica(routed: Copy) -> None:
    person = User.objects.create_superuser("root")
    browser = Client()
    browser.force_login(person)
    reader, claim = client(), recorded()
    routed.caught_up()
    routed.pause()
    say(claim, corroborated(2))

    assert size(reader) == 1
    assert size(browser) == 2


def test_who_sends_a_document_finds_it_at_once(routed: Copy) -> None:
    reader = client("Reviewer")
    routed.caught_up()
    routed.pause()

    sent = reader.post(
        f"{API}/documents/", {"text": "The bridge is closed."}, content_type="application/json"
    )
    assert sent.status_code == 202, sent.content
    found = reader.get(sent["Location"])
    assert found.json()["id"] == sent.json()["id"]
    assert reader.get(f"{API}/documents/{uuid4()}/").status_code == 404


def test_a_claim_that_a_key_takes_is_the_newest_and_noted_for_the_recall_list(
    routed: Copy,
) -> None:
    reader = client()
    claim = recorded()
    routed.caught_up()
    routed.pause()
    say(claim, corroborated(2))

    for address in (f"/claims/{claim}/", f"/claims/{claim}/events/", f"/claims/{claim}/evidence/"):
        assert reader.get(f"{API}{address}").json()["version"] == 2
    assert Pulled.objects.get().version == 2


def test_strangers_read_claims_from_the_replica(routed: Copy, settings: Any) -> None:
    settings.ANONYMOUS_READING = True
    claim = recorded()
    publish(claim)
    routed.caught_up()
    routed.pause()
    say(claim, corroborated(2))

    for address in (f"{API}/claims/{claim}/", f"{API}/claims/{claim}/events/"):
        assert Client().get(address).json()["version"] == 2
    assert Client().get(f"/claims/{claim}").status_code == 200
    new = recorded(begins(7))
    publish(new)
    assert Client().get(f"/claims/{new}").status_code == 200
    assert Client().get(f"{API}/claims/{new}/").json()["version"] == 2


def publish(claim: UUID) -> None:
    say(claim, events.Published())


def test_a_snapshot_is_of_one_server_and_no_older_than_its_position(routed: Copy) -> None:
    reader = client()
    claims = [recorded(begins(number)) for number in range(1, 4)]
    routed.caught_up()
    routed.pause()
    say(claims[0], corroborated(9))

    answer: Any = reader.get(f"{API}/snapshot")
    first, *rows, last = map(json.loads, b"".join(answer.streaming_content).splitlines())
    assert first == {"position": 3}
    assert [row["version"] for row in rows] == [1, 1, 1]
    assert last == {"claims": 3}


def test_a_stream_goes_on_with_the_primary_when_the_replica_dies_under_it(routed: Copy) -> None:
    reader = client()
    claim = recorded()
    routed.caught_up()
    stream: Any = reader.get(f"{API}/events/stream")
    with closing(stream) as answer:
        told = iter(answer.streaming_content)
        assert b"id: 0\n" in next(part for part in told if part.startswith(b"id"))
        routed.server.kill()
        say(claim, corroborated(2))
        assert b"id: 1\n" in next(part for part in told if part.startswith(b"id"))


def test_how_late_it_is_is_told_and_who_is_no_replica_is_not_asked(routed: Copy) -> None:
    follower = routing.Follower(1)
    until(follower.serves)
    assert follower.late() is not None
    routed.pause()
    recorded()
    until(lambda: not follower.serves())
    assert (follower.late() or 0) > 1
    routed.resume()
    until(follower.serves)

    elsewhere(connections.settings["default"]["PORT"])
    assert not routing.Follower(3600).serves()
    with pytest.raises(routing.Unfit, match="no replica, but a server of its own"):
        routing.compared()


def test_a_read_that_is_asked_of_both_servers_counts_once(routed: Copy) -> None:
    reader = client()
    left = [reader.get(f"{API}/documents/{uuid4()}/")["RateLimit"] for _ in range(2)]
    rest = [int(one.partition(";r=")[2].partition(";")[0]) for one in left]
    assert rest[0] - rest[1] == 1


def test_what_was_read_from_the_replica_is_written_at_the_primary_and_nothing_else_is_moved(
    routed: Copy,
) -> None:
    recorded()
    routed.caught_up()
    with server.answering(lambda: True) as answer:
        row = Claim.objects.get()
        assert (row._state.db, answer.asked) == ("replica", True)
        assert Group.objects.all().db == "default"
        server.to_primary()
        assert Claim.objects.get()._state.db == "default"
    row.save()
    # Migrations work on what they read as the owner.
    theirs = Group.objects.using("owner").first()
    assert theirs is not None
    assert theirs.permissions.all().db == "owner"
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_doctor_tells_a_replica_from_what_is_none(
    routed: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tried, "LONG", 0.2)
    where, rights = tried.copy()
    assert where.state.startswith("version ")
    assert "follows the primary" in where.state
    assert rights.state == "tracker_app can only read there"
    assert not where.remedy + rights.remedy

    routed.pause()
    recorded()
    # These tests commit without waiting for the disk, from which alone a replica is fed.
    until(lambda: next(tried.copy()).state.startswith("lacks "))
    assert next(tried.copy()).remedy

    elsewhere(connections.settings["default"]["PORT"])
    (itself,) = tried.copy()
    assert itself.state.startswith("it is no replica, but a server of its own")
    elsewhere(1)
    (nowhere,) = tried.copy()
    assert nowhere.state.startswith("does not answer (")
    assert nowhere.remedy


def elsewhere(port: Any) -> None:
    """From now on this process takes the server at another port for the replica."""
    connections.settings["replica"]["PORT"] = port
    connections["replica"].close()
    del connections["replica"]


# Over HTTP, with a replica that may be a second late


@pytest.fixture(scope="module")
def served(copy: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real web server with a replica, for all tests that ask it."""
    folder = tmp_path_factory.mktemp("web")
    server = web_server(
        folder,
        REPLICA_DATABASE_URL=copy.url,
        REPLICA_LAG="1",
        METRICS_TOKEN=TOKEN,
        PROMETHEUS_MULTIPROC_DIR=str(folder / "counted"),
        KEY_PER_MINUTE="100000",
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def desk(replica: Copy, served: Server) -> Iterator[httpx.Client]:
    """A reader of the feed over HTTP."""
    headers = {"Authorization": f"Bearer {key()}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=PATIENCE) as http:
        until(lambda: given(served, http, "replica", ""))
        yield http


def given(served: Server, http: httpx.Client, server: str, because: str) -> bool:
    """Whether an answer, one of them made now, is counted as that server's for that reason."""
    before = answers(served, server, because)
    http.get(f"{API}/sources/").raise_for_status()
    return answers(served, server, because) > before


def answers(served: Server, server: str, because: str) -> float:
    return value(scraped(served), "read_answers_total", server=server, because=because) or 0


def follow(http: httpx.Client, end: int) -> list[int]:
    """The positions that a reader gets who asks for what comes next, up to the end of the log."""
    had: list[int] = []
    while len(had) < end:
        asked = {"from": len(had), "limit": 7, "wait": 20}
        page = http.get(f"{API}/events/", params=asked).raise_for_status().json()
        had += [event["position"] for event in page["events"]]
        assert page["next"] == len(had)
    return had


def test_the_feed_is_dense_from_the_replica_while_desks_write(
    desk: httpx.Client, served: Server
) -> None:
    end, before = 3 * CLAIMS * 2, answers(served, "replica", "")
    with ThreadPoolExecutor(5) as people:
        readers = [people.submit(follow, desk, end) for _ in range(2)]
        for writing in [people.submit(write_claims) for _ in range(3)]:
            writing.result()
        for reading in readers:
            assert reading.result() == list(range(end))
    assert answers(served, "replica", "") > before


def test_the_primary_answers_when_the_replica_is_too_late_and_wakes_who_waits(
    desk: httpx.Client, served: Server, replica: Copy
) -> None:
    replica.pause()
    with ThreadPoolExecutor(1) as reader:
        # It waits for longer than its client does.
        waiting = reader.submit(desk.get, f"{API}/events/", params={"wait": 60})
        recorded()
        assert [event["position"] for event in waiting.result().json()["events"]] == [0]
    until(lambda: given(served, desk, "primary", "late"))
    assert desk.get(f"{API}/events/").json()["size"] == 1
    found = scraped(served)
    assert value(found, "replica_up") == 1
    assert (value(found, "replica_lag_seconds") or 0) > 1
    replica.resume()
    until(lambda: given(served, desk, "replica", ""))


def test_a_replica_that_dies_and_comes_back_is_nobodys_error(
    desk: httpx.Client, served: Server, replica: Copy
) -> None:
    claim = recorded()
    publish(claim)
    addresses = [f"{API}/events/", f"{API}/documents/", f"{API}/claims/{claim}/", "/health/ready"]
    addresses += [f"{API}/claims/{claim}/claimreview", f"/claims/{claim}", "/claims/"]
    with ThreadPoolExecutor(4) as readers:
        asked = [readers.submit(desk.get, one) for one in addresses * 6]
        replica.server.kill()
        asked += [readers.submit(desk.get, one) for one in addresses * 2]
        told = {(str(one.result().url), one.result().status_code) for one in asked}
    assert {status for url, status in told if not url.endswith("claimreview")} == {200}
    assert {status for url, status in told if url.endswith("claimreview")} == {404}
    assert value(scraped(served), "replica_up") == 0
    assert given(served, desk, "primary", "late")

    replica.server.start()
    until(lambda: given(served, desk, "replica", ""))


def test_what_is_told_of_a_replica_is_in_the_guide_and_warned_of(
    desk: httpx.Client, served: Server
) -> None:
    told = {name for name, _labels in scraped(served)}
    for name in ("replica_up", "replica_lag_seconds", "read_answers_total"):
        assert name in told
        assert f"`{name}`" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert "claim_tracker_replica_up" in (ROOT / "docs/watching/alerts.yml").read_text()
