"""Behind PgBouncer in transaction mode: few sessions serve many, and nothing gets mixed up."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from django.db import connection, connections

from claims.clients import deliveries
from claims.models import Claim
from tests.claims.build import begins, corroborated, recorded, say
from tests.client import API, key
from tests.conftest import ROOT, Server
from tests.tracker.pooler import SESSIONS, WAITS, pooled
from tracker import waiting

READERS = 24


@pytest.fixture
def pooler(committed: None, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The desk reaches its database through PgBouncer, here and in the processes it starts."""
    with pooled(place) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        connections.close_all()
        for name, value in {
            "PORT": urlsplit(url).port,
            "DISABLE_SERVER_SIDE_CURSORS": True,
        }.items():
            monkeypatch.setitem(connection.settings_dict, name, value)
        yield url
        connections.close_all()


def backends(owner: psycopg.Connection) -> set[Any]:
    """The sessions of PostgreSQL that serve the application's role."""
    found = owner.execute(
        "SELECT pid FROM pg_stat_activity"
        " WHERE usename = 'tracker_app' AND datname = current_database()"
    )
    return {row[0] for row in found}


def test_two_workers_never_send_to_the_same_subscription(pooler: str) -> None:
    def another() -> bool:
        try:
            with deliveries.turn(1) as mine:
                return mine
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as elsewhere:
        for _ in range(3):
            with deliveries.turn(1) as mine:
                assert mine
                assert not elsewhere.submit(another).result(timeout=20)
        assert elsewhere.submit(another).result(timeout=20)


def test_a_wait_still_has_every_end_that_the_guide_sets(pooler: str) -> None:
    assert WAITS in (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    with connection.cursor() as cursor:
        for name, value in waiting.SESSION.items():
            cursor.execute("SELECT setting FROM pg_settings WHERE name = %s", [name])
            # PostgreSQL tells seconds in thousandths.
            assert cursor.fetchone() == (value.replace("s", "000"),), name


def test_rows_are_read_in_portions_without_a_cursor_of_the_session(pooler: str) -> None:
    for number in range(5):
        recorded(begins(number + 1))
    rows = Claim.objects.order_by("position").iterator(chunk_size=1)
    first = next(rows)

    with psycopg.connect(pooler.partition("?")[0]) as other:
        other.execute("SELECT 1")  # from here on it has the session that was free
        seen = [first.position, *(claim.position for claim in rows)]

    assert seen == [0, 1, 2, 3, 4]


def test_many_readers_and_a_writer_share_two_sessions(
    pooler: str, live: Server, owner_connection: psycopg.Connection
) -> None:
    earlier = backends(owner_connection)  # this process may have one of its own, past the pooler
    claims = [recorded(begins(number)) for number in range(1, READERS + 1)]
    known = {"Authorization": f"Bearer {key()}"}

    def read(claim: Any) -> tuple[str, int, list[int]]:
        with httpx.Client(base_url=live.url + API, headers=known, timeout=30) as client:
            one = client.get(f"/claims/{claim}/").raise_for_status().json()
            past = client.get(f"/claims/{claim}/?as_of=0").status_code
            feed = client.get("/events/?limit=1000").raise_for_status().json()["events"]
        assert past in (200, 404)
        return one["id"], one["version"], [event["position"] for event in feed]

    with ThreadPoolExecutor(READERS) as readers:
        answers = readers.map(read, claims * 2)
        for claim in claims:
            say(claim, corroborated(2000))
        for claim, (found, version, feed) in zip(claims * 2, answers, strict=True):
            assert found == str(claim)
            assert version in (1, 2)
            assert feed == list(range(len(feed)))

    # One that the pooler gave up may need a moment to end.
    deadline = time.monotonic() + 10
    while len(backends(owner_connection) - earlier) > SESSIONS and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(backends(owner_connection) - earlier) <= SESSIONS
    assert {row.version for row in Claim.objects.all()} == {2}
