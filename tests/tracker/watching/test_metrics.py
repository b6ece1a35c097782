"""What Prometheus is told: that it is so, that it is cheap, and who is told at all."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from claims.clients import measures, webhooks
from claims.models import Claim, Delivery, Proposal, ReadSideCheck
from sources import health, intake
from sources.models import Document, Feed
from tests.claims import build
from tests.claims.desk.screens import proposed
from tests.client import problem
from tests.conftest import PATIENCE, Server
from tests.journeys.at_work import article, hand_in, states, until
from tracker.celery import heartbeat
from tracker.watching import metrics, traffic

TOKEN = "a token of twenty-six signs"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(text: str) -> Samples:
    """Each sample of a scrape by its name and labels, read by Prometheus' own library."""
    return {
        (sample.name.removeprefix("claim_tracker_"), tuple(sorted(sample.labels.items()))):
            sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }  # fmt: skip


def told(at: datetime) -> Samples:
    """What a scrape at that moment tells."""
    registry = CollectorRegistry()
    registry.register(metrics.Figures(at))
    return parsed(generate_latest(registry).decode())


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, tuple(sorted(labels.items()))))


def scrape(settings: Any, **headers: str) -> Any:
    return Client(headers=headers).get("/metrics")


# Who is told


def test_the_figures_are_closed_by_default(settings: Any) -> None:
    assert (settings.METRICS_TOKEN, settings.METRICS_NETWORKS) == ("", [])
    problem(scrape(settings), 404, "not-found")
    problem(scrape(settings, **BEARER), 404, "not-found")


@pytest.mark.django_db
def test_a_token_opens_the_figures_and_another_one_does_not(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert scrape(settings, **BEARER).status_code == 200
    for given in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}"):
        refused = scrape(settings, Authorization=given)
        problem(refused, 401, "unauthenticated")
        assert refused["WWW-Authenticate"] == "Bearer"
        assert "claim_tracker" not in refused.content.decode()


@pytest.mark.django_db
def test_a_network_opens_the_figures_to_who_comes_from_it_and_not_through_a_stranger(
    settings: Any,
) -> None:
    settings.METRICS_NETWORKS = ["10.0.0.0/8", "fd00::/8"]

    def status(address: str, **headers: str) -> int:
        answer = Client(headers=headers, REMOTE_ADDR=address).get("/metrics")
        return int(answer.status_code)

    assert status("10.1.2.3") == status("fd00::1") == 200
    assert status("192.0.2.1") == status("::1") == 401
    # A proxy that no setting names stands in the network itself; whoever it speaks for may not.
    for name in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via"):
        assert status("10.1.2.3", **{name: "10.9.9.9"}) == 401, name
    settings.TRUSTED_PROXIES = 1
    assert status("10.1.2.3", **{"X-Forwarded-For": "10.9.9.9"}) == 200
    assert status("10.1.2.3", **{"X-Forwarded-For": "10.9.9.9, 192.0.2.1"}) == 401


def test_a_setting_that_is_wrong_is_told_when_the_server_starts(settings: Any) -> None:
    settings.METRICS_TOKEN = "short"
    with pytest.raises(ImproperlyConfigured, match="METRICS_TOKEN needs 16"):
        Client().get("/health/live")
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "", ["10.0.0.1/8"]
    with pytest.raises(ImproperlyConfigured, match="METRICS_NETWORKS: 10"):
        Client().get("/health/live")


# What is told


@pytest.mark.django_db
def test_an_empty_desk_has_figures_too() -> None:
    samples = told(NOW)
    assert value(samples, "proposals_open_oldest_age_seconds") == 0
    assert value(samples, "documents_waiting_oldest_age_seconds") == 0
    assert value(samples, "ledger_events_total") == 0
    assert value(samples, "checkpoint_timestamp_seconds") is None
    assert value(samples, "read_side_check_timestamp_seconds") is None
    assert {value(samples, "scrape_failed", part=part) for part in metrics.PARTS} == {0}


@pytest.mark.django_db
def test_the_queue_is_told_with_its_disputes_the_age_of_its_oldest_and_its_matchers() -> None:
    first, second, third = (proposed(number=number) for number in (1, 2, 3))
    since = {"created_at": NOW - timedelta(hours=5)}
    Proposal.objects.filter(pk=first.pk).update(disputed=True, **since)
    Proposal.objects.filter(pk=second.pk).update(created_at=NOW - timedelta(hours=2))
    decided = {"state": "dismissed", "decided_at": NOW}
    old = {"created_at": NOW - timedelta(days=3)}
    Proposal.objects.filter(pk=third.pk).update(**decided, **old)
    matcher = first.findings.get().matcher

    samples = told(NOW)

    assert value(samples, "proposals_open", disputed="yes") == 1
    assert value(samples, "proposals_open", disputed="no") == 1
    assert value(samples, "proposals_open_oldest_age_seconds") == 5 * 3600
    assert value(samples, "proposals_made_last_day", matcher=matcher, state="open") == 2
    # What was made three days ago is not of the last day.
    assert value(samples, "proposals_made_last_day", matcher=matcher, state="dismissed") is None


@pytest.mark.django_db
def test_documents_are_told_by_state_and_wait_from_when_their_site_lets_them() -> None:
    due, busy, once_busy = (
        intake.receive(url=f"https://a.example/{name}", by="t", at=NOW - timedelta(hours=20))
        for name in ("due", "busy", "once-busy")
    )
    rows = Document.objects
    rows.filter(pk=busy.document.pk).update(not_before=NOW + timedelta(hours=1))
    rows.filter(pk=once_busy.document.pk).update(not_before=NOW - timedelta(minutes=5))
    rows.filter(pk=due.document.pk).update(waiting_since=NOW - timedelta(minutes=3))
    ended = intake.receive(url="https://a.example/f", by="t", at=NOW - timedelta(minutes=9))
    intake.fail(ended.document, "There is no page.", at=NOW - timedelta(minutes=8))

    samples = told(NOW)

    numbers = {"waiting": 2, "postponed": 1, "read": 0, "failed": 1}
    for state, number in numbers.items():
        assert value(samples, "documents", state=state) == number, state
    assert value(samples, "documents_waiting_oldest_age_seconds") == 5 * 60
    assert value(samples, "ingest_last_hour_documents", state="failed") == 1
    assert value(samples, "ingest_last_hour_seconds", state="failed", share="0.5") == 60
    later = told(NOW + timedelta(hours=1))
    assert value(later, "ingest_last_hour_documents", state="failed") is None


@pytest.mark.django_db
def test_a_document_that_is_read_again_waits_anew() -> None:
    document = intake.receive(url="https://a.example/", by="t", at=NOW).document
    intake.fail(document, "There is no page.", at=NOW + timedelta(seconds=2))
    document.refresh_from_db()
    intake.retry(document, at=NOW + timedelta(hours=7))
    assert health.backlog(at=NOW + timedelta(hours=8)).oldest == 3600
    document.refresh_from_db()
    intake.fail(document, "There is no page.", at=NOW + timedelta(hours=8))
    (found,) = health.finished(at=NOW + timedelta(hours=8))
    assert (found.state, found.documents, found.half) == ("failed", 1, 3600)


@pytest.mark.django_db
def test_feeds_that_fail_are_counted() -> None:
    for name, failures, active in (("a", 0, True), ("b", 3, True), ("c", 9, False)):
        Feed.objects.create(url=f"https://{name}.example/", failures=failures, active=active)
    samples = told(NOW)
    assert (value(samples, "feeds_active"), value(samples, "feeds_failing")) == (2, 1)


@pytest.mark.django_db
def test_a_webhook_is_as_far_as_the_first_event_that_it_has_not_taken() -> None:
    owner = User.objects.create(username="owner")
    subscribed = webhooks.subscribe(name="CMS", user=owner, url="https://a.example", at=NOW)
    stopped = webhooks.subscribe(name="bot", user=owner, url="https://b.example", at=NOW)
    webhooks.stop(stopped, "by hand", at=NOW)
    claim = build.recorded(build.begins())
    for number in (2, 3, 4):
        build.say(claim, build.corroborated(number))
    for position, state in ((0, "delivered"), (1, "waiting"), (2, "failed"), (3, "waiting")):
        Delivery.objects.create(
            subscription=subscribed, message=f"msg_{position}", kind="corroborated",
            position=position, state=state, created_at=NOW - timedelta(minutes=10 - position),
        )  # fmt: skip
    subscribed.cursor = 4
    subscribed.save()

    found = measures.behind(at=NOW)

    first = measures.Behind(subscribed.pk, False, 3, 2, 9 * 60.0, 1)
    assert found == [first, measures.Behind(stopped.pk, True, 4, 0, 0.0, 0)]
    samples = told(NOW)
    assert value(samples, "webhook_behind_events", subscription=str(subscribed.pk)) == 3
    assert value(samples, "webhook_stopped", subscription=str(stopped.pk)) == 1


@pytest.mark.django_db
def test_what_is_not_signed_has_an_age_and_a_replay_leaves_what_it_found() -> None:
    claim = build.recorded(build.begins())
    recorded = Claim.objects.get().recorded_at
    samples = told(recorded + timedelta(seconds=90))
    assert value(samples, "ledger_events_total") == 1
    assert value(samples, "ledger_unsigned_events") == 1
    assert value(samples, "ledger_unsigned_oldest_age_seconds") == 90

    Claim.objects.filter(pk=claim).update(wording="forged")
    began = timezone.now()
    with pytest.raises(Exception, match="differed on the read side"):
        call_command("replay", check=True)
    samples = told(NOW)
    assert value(samples, "read_side_differences") == 1
    assert (value(samples, "read_side_check_timestamp_seconds") or 0) >= began.timestamp()
    call_command("replay")
    assert value(told(NOW), "read_side_differences") == 0
    assert ReadSideCheck.objects.count() == 2


@pytest.mark.django_db
def test_a_scrape_asks_as_many_questions_however_much_there_is() -> None:
    with CaptureQueriesContext(connection) as few:
        told(NOW)
    owner = User.objects.create(username="owner")
    for number in range(1, 9):
        proposed(number=number)
        build.recorded(build.begins(number))
        intake.receive(url=f"https://a.example/{number}", by="t", at=NOW)
        webhooks.subscribe(name=f"{number}", user=owner, url="https://a.example", at=NOW)
        Feed.objects.create(url=f"https://{number}.example/")
    with CaptureQueriesContext(connection) as many:
        told(NOW)
    assert len(few) == len(many) <= 26  # of them 12 begin and end parts, 4 limit their time


@pytest.mark.django_db
def test_the_questions_whose_answer_grows_read_an_index() -> None:
    """With enough rows to make reading a whole table dear; read and failed ones are many."""
    fill = """
    INSERT INTO sources_document (id, url, filename, title, language, origin, origin_because,
        origin_by, origin_told, state, reason, attempts, received_by, received_at, hints,
        check_note, waiting_since, finished_at)
    SELECT gen_random_uuid(), '', repeat('x', 200), '', '', '', '', '', true,
        (ARRAY['waiting', 'failed', 'read', 'read', 'read'])[1 + n % 5], '', 0, 't', %(at)s, '{}',
        '', %(at)s, CASE WHEN n % 5 > 0 THEN %(at)s::timestamptz END
    FROM generate_series(1, 5000) AS n
    """
    with connection.cursor() as cursor:
        cursor.execute(fill.replace("n % 5", "n %% 5"), {"at": NOW})
        cursor.execute("ANALYZE sources_document")
        for query, values in ((health.STATES, {"at": NOW}), (health.FINISHED, [NOW])):
            cursor.execute(f"EXPLAIN {query}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on sources_document" not in plan, plan


@pytest.mark.django_db
def test_a_part_that_cannot_be_asked_is_named_and_hides_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "STATES", "SELECT pg_sleep(9), 1, 1")
    monkeypatch.setattr(metrics, "LONGEST", 1)
    samples = told(NOW)
    assert value(samples, "scrape_failed", part="reading") == 1
    assert value(samples, "scrape_failed", part="ledger") == 0
    assert value(samples, "documents", state="read") is None
    assert value(samples, "ledger_events_total") == 0


# Real parts


@pytest.fixture
def watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Server:
    """A web server of three processes that count together, and show it to who has the token."""
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "counted"))
    monkeypatch.setenv("WEB_PROCESSES", "3")
    live: Server = request.getfixturevalue("live")
    return live


def scraped(live: Server) -> Samples:
    """A scrape over HTTP, as Prometheus makes it."""
    answer = httpx.get(f"{live.url}/metrics", headers=BEARER, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return parsed(answer.text)


@pytest.mark.slow
def test_whichever_process_is_asked_tells_the_requests_of_all(watched: Server) -> None:
    route = "api/v1/claims/<uuid:claim>/"

    def ask() -> None:
        for _ in range(20):
            httpx.get(f"{watched.url}/api/v1/claims/{uuid4()}/", timeout=PATIENCE)
            httpx.get(f"{watched.url}/nowhere/{uuid4()}", timeout=PATIENCE)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    httpx.request("BREW", f"{watched.url}/nowhere/")

    assert len(list(Path(watched.log.parents[1] / "counted").glob("counter_*.db"))) > 1
    for _ in range(6):
        samples = scraped(watched)
        many = value(samples, "http_requests_total", method="GET", route=route, status="401")
        assert many == 60
        assert value(samples, "http_request_seconds_count", route=route) == 60
        assert value(samples, "http_request_seconds_bucket", route=route, le="+Inf") == 60
        lost = {"route": "(no such address)", "status": "404"}
        assert value(samples, "http_requests_total", method="GET", **lost) == 60
        assert value(samples, "http_requests_total", method="OTHER", **lost) == 1


@pytest.mark.slow
def test_a_real_document_is_told_with_the_seconds_that_it_took_and_beat_is_heard(
    watched: Server, worker: Server
) -> None:
    began = time.monotonic()
    hand_in(article("Arvelle", 100))
    heartbeat.delay()
    until(lambda: Document.objects.filter(attempts=1).exists())
    begun = time.monotonic() - began
    until(lambda: states() == {"read"})
    took = time.monotonic() - began
    until(lambda: value(scraped(watched), "beat_timestamp_seconds"))
    samples = scraped(watched)
    assert value(samples, "documents", state="read") == 1
    assert value(samples, "ingest_last_hour_documents", state="read") == 1
    told = value(samples, "ingest_last_hour_seconds", state="read", share="1") or 0
    assert begun < told <= took  # the reading is in it, and not only the wait for a worker
    assert value(samples, "redis_up") == value(samples, "database_up") == 1
    assert value(samples, "proposals_open", disputed="no") == Proposal.objects.count() > 0


@pytest.mark.slow
def test_a_database_that_is_away_is_told_and_not_an_error(
    committed: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv(
        "DATABASE_URL", "postgres://tracker_app:let-me-in-to-this-desk@127.0.0.1:1/desk"
    )
    watched: Server = request.getfixturevalue("watched")
    samples = scraped(watched)
    assert value(samples, "database_up") == 0
    assert {value(samples, "scrape_failed", part=part) for part in metrics.PARTS} == {1}
    assert value(samples, "redis_up") == 1


def test_a_folder_in_which_nobody_can_count_is_told_when_the_server_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    taken = tmp_path / "file"
    taken.touch()
    monkeypatch.setattr(traffic, "FOLDER", str(taken))
    with pytest.raises(ImproperlyConfigured, match="nothing can be written there"):
        Client().get("/nowhere/")


def test_without_a_folder_for_all_processes_requests_are_not_counted() -> None:
    assert settings.PROMETHEUS_MULTIPROC_DIR == ""
    assert list(traffic.counted()) == []
