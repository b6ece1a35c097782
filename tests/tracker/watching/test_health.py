"""What a load balancer asks: the process lives, and it can serve; and nothing for strangers."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from django.test import Client
from django.urls import reverse

from tests.claims import build
from tests.client import API, key, problem
from tests.conftest import PATIENCE, Server
from tracker.local.embedded import free_port
from tracker.watching import health

LAST = ("sources", "0013_watching")


def test_a_process_that_lives_says_so_without_touching_anything() -> None:
    answer = Client().get("/health/live")  # a query would fail: no database is allowed here
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"
    assert answer.cookies == {}


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/metrics"])
def test_machines_only_ask(address: str) -> None:
    refused = Client().post(address)
    problem(refused, 405, "method-not-allowed")
    assert refused["Allow"] == "GET, HEAD"


@pytest.mark.django_db
def test_a_desk_that_can_serve_says_that_each_part_is_well(
    django_assert_max_num_queries: Any,
) -> None:
    with django_assert_max_num_queries(5):  # a savepoint, the time limit, two questions
        answer = Client().get("/health/ready")
    assert answer.status_code == 200
    checks = {"database": "ok", "tables": "ok", "redis": "ok"}
    assert answer.json() == {"status": "ok", "checks": checks}


@pytest.mark.django_db
def test_whoever_asks_may_call_the_desk_by_any_name_and_without_tls(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client = Client(headers={"Host": "10.1.2.3:8000"})
    for address in ("/health/live", "/health/ready"):
        assert client.get(address).status_code == 200
    assert client.get(reverse("admin:login")).status_code != 200


@pytest.mark.usefixtures("committed")
def test_a_database_without_the_tables_of_this_release_is_not_ready(
    owner_connection: psycopg.Connection,
) -> None:
    assert LAST in health._needed()
    row = owner_connection.execute(
        "DELETE FROM django_migrations WHERE app = %s AND name = %s RETURNING id, applied", LAST
    ).fetchone()
    assert row
    try:
        body = problem(Client().get("/health/ready"), 503, "not-ready")
    finally:
        owner_connection.execute(
            "INSERT INTO django_migrations (id, applied, app, name) VALUES (%s, %s, %s, %s)",
            [*row, *LAST],
        )
    assert body["checks"] == {"database": "ok", "tables": "not ok", "redis": "ok"}
    assert Client().get("/health/ready").status_code == 200


@pytest.mark.slow
def test_without_redis_the_desk_is_degraded_and_is_read_all_the_same(
    committed: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    claim, secret = build.recorded(build.begins()), key("Auditor")
    monkeypatch.setenv("REDIS_URL", f"redis://:let-me-in-to-this-desk@127.0.0.1:{free_port()}/1")
    live: Server = request.getfixturevalue("live")

    ready = httpx.get(f"{live.url}/health/ready", timeout=PATIENCE)

    assert ready.status_code == 200
    assert ready.json()["status"] == "degraded"
    assert ready.json()["checks"] == {"database": "ok", "tables": "ok", "redis": "not ok"}
    assert ready.json()["degraded"] == health.WITHOUT_REDIS
    bearer = {"Authorization": f"Bearer {secret}"}
    for address in (f"/claims/{claim}/", "/claims/", "/events/", "/proposals/"):
        assert httpx.get(f"{live.url}{API}{address}", headers=bearer).status_code == 200, address
    assert httpx.get(f"{live.url}/admin/login/").status_code == 200


@pytest.mark.slow
def test_without_its_database_the_process_lives_and_is_not_ready_and_does_not_say_why(
    committed: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    port = free_port()
    monkeypatch.setenv(
        "DATABASE_URL", f"postgres://tracker_app:let-me-in-to-this-desk@127.0.0.1:{port}/hidden"
    )
    live: Server = request.getfixturevalue("live")

    alive = httpx.get(f"{live.url}/health/live", timeout=PATIENCE)
    ready = httpx.get(f"{live.url}/health/ready", timeout=PATIENCE)

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.status_code == 503
    assert ready.headers["Content-Type"] == "application/problem+json"
    assert ready.json()["checks"] == {"database": "not ok", "tables": "not ok", "redis": "ok"}
    inner = ("let-me-in-to-this-desk", "hidden", "tracker_app", "refused", "psycopg")
    for hidden in (*inner, str(port)):
        assert hidden not in ready.text.replace(urlsplit(live.url).netloc, ""), hidden
