"""Failures and traces that leave the house: which, with which ids, and not a word of the desk's."""

import logging
import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest
from django.conf import settings

from tests.client import API, key
from tests.conftest import PATIENCE, Server, _works, desk_process
from tests.journeys.at_work import PASSWORD, logged_in, reviewer, states, until
from tests.tracker.receiver import Receiver, attributes
from tracker import failures, logs

TEXT = "Le pont de Corvas a coûté 12 000 euros à la commune en 1987."
POISON = "Les oignons de Dorval coûtent 3 euros le kilo, écrit amina@desk.example."
FOREIGN = "4bf92f3577b34da6a3ce929d0e0e4736"  # a trace of somebody else's
# What a span may hold.
TOLD = {
    "http.request.method", "http.route", "http.response.status_code", "error.type",
    "db.system.name", "db.operation.name", "messaging.system", "messaging.destination.name",
    "claim_tracker.request", "claim_tracker.task", "claim_tracker.document", "claim_tracker.claim",
}  # fmt: skip


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def told(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """Settings that name the receiver, for the processes that are started after this."""
    monkeypatch.setenv("SENTRY_DSN", f"http://publickey@{receiver.place}/1")
    monkeypatch.setenv("SENTRY_ENVIRONMENT", "rehearsal")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{receiver.place}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=letmein")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "corvas")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")  # milliseconds
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    return receiver


@pytest.fixture
def desk(told: Receiver, committed: None, tmp_path: Path, request: Any) -> Iterator[list[Server]]:
    """A web server and a worker that tell the receiver."""
    live: Server = request.getfixturevalue("live")
    command = ["celery", "-A", "tracker", "--quiet", "worker", "--concurrency=1"]
    worker = desk_process(tmp_path, "worker", command, _works)
    worker.start()
    yield [live, worker]
    worker.stop()


@contextmanager
def without_claims(owner: psycopg.Connection) -> Iterator[None]:
    """For a while a table is missing."""
    owner.execute("ALTER TABLE claims_claim RENAME TO claims_away")
    yield
    owner.execute("ALTER TABLE claims_away RENAME TO claims_claim")


@pytest.mark.slow
def test_failures_and_traces_leave_with_their_ids_and_without_a_word(
    desk: list[Server], told: Receiver, poisoned: None, owner_connection: psycopg.Connection
) -> None:
    live, _worker = desk
    secret, claim = key("Reviewer"), uuid4()
    reviewer("amina", "Amina")
    with logged_in(live, "amina") as browser:
        cookies = dict(browser.cookies)
    marked = {
        "Authorization": f"Bearer {secret}",
        "User-Agent": "markedagent",
        "X-Marked": "markedheader",
        "X-Request-ID": "markedrequest",
        "Cookie": "marked=markedcookie",
        "traceparent": f"00-{FOREIGN}-00f067aa0ba902b7-00",  # which says: do not record
        "tracestate": "marked=markedstate",
        "baggage": "marked=markedbaggage",
    }
    with httpx.Client(base_url=live.url + API, headers=marked, timeout=PATIENCE) as client:
        url = f"https://a.example/oignons?key={secret}"
        hurt = client.post("/documents/?q=markedquery", json={"url": url})
        taken = client.post("/documents/", json={"text": POISON})
        with without_claims(owner_connection):
            missed = client.get(f"/claims/{claim}/", params={"fields": "id"})
        client.get("/markedaddress/")
    assert [one.status_code for one in (hurt, taken, missed)] == [500, 202, 500]
    until(lambda: len(told.failures()) >= 3 and any(map(is_task, told.spans())))

    failures = {one["transaction"]: one for one in told.failures()}
    assert set(failures) == {
        "api/v1/documents/", "api/v1/claims/<uuid:claim>/", "workers.read_document",
    }  # fmt: skip
    assert failures["api/v1/documents/"]["tags"] == {"request": hurt.headers["X-Request-ID"]}
    assert failures["api/v1/claims/<uuid:claim>/"]["tags"] == {
        "request": missed.headers["X-Request-ID"],
        "claim": str(claim),
    }
    asked, document = taken.headers["X-Request-ID"], taken.json()["id"]
    read = failures["workers.read_document"]
    task = read["tags"].pop("task")
    assert read["tags"] == {"request": asked, "document": document}
    for one in failures.values():
        assert (one["release"], one["environment"]) == ("claim-tracker@0.1.0", "rehearsal")
        frames = one["exception"]["values"][-1]["stacktrace"]["frames"]
        assert any(frame["in_app"] for frame in frames)
    first, last = read["exception"]["values"][0], read["exception"]["values"][-1]
    assert (first["type"], first["value"]) == ("CheckViolation", "23514 poison")
    assert (last["type"], last.get("value")) == ("IntegrityError", None)

    spans = told.spans()
    (posted,) = [
        span for span in spans if span.name.startswith("POST") and about(span, request=asked)
    ]
    (done,) = [span for span in spans if is_task(span) and about(span, task=task)]
    assert attributes(posted) == {
        "http.request.method": "POST", "http.route": "api/v1/documents/",
        "http.response.status_code": "202", "claim_tracker.request": asked,
    }  # fmt: skip
    assert (done.trace_id, done.parent_span_id) == (posted.trace_id, posted.span_id)
    assert attributes(done) == {
        "messaging.system": "celery", "messaging.destination.name": "read",
        "claim_tracker.request": asked, "claim_tracker.task": task,
        "claim_tracker.document": document, "error.type": "IntegrityError",
    }  # fmt: skip
    assert posted.parent_span_id == b""
    assert FOREIGN not in {span.trace_id.hex() for span in spans}
    both = (done.span_id, posted.span_id)
    statements = {span.name for span in spans if span.parent_span_id in both}
    assert {"SELECT", "INSERT", "UPDATE"} <= statements
    for span in spans:
        assert attributes(span).keys() <= TOLD
        assert (span.status.message, [*span.events], [*span.links]) == ("", [], [])
    for process in told.resources():
        assert process.pop("service.instance.id", "") is not None
        assert {name for name in process if not name.startswith("telemetry.")} == {
            "service.name", "service.version",
        }  # fmt: skip

    written = told.written()
    own = [os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")]
    for hidden in (
        "marked", "oignons", "Dorval", "kilo", "amina", "a.example", "INTO", secret, PASSWORD,
        *cookies.values(), settings.SECRET_KEY, *(urlsplit(url).password for url in own),
        *(urlsplit(url).hostname + f":{urlsplit(url).port}" for url in own),
    ):  # fmt: skip
        assert hidden
        assert hidden not in written, hidden
    assert "api-key: letmein" in written


def is_task(span: Any) -> bool:
    return bool(span.name == "workers.read_document")


def about(span: Any, **ids: str) -> bool:
    return all(attributes(span).get(f"claim_tracker.{name}") == one for name, one in ids.items())


@pytest.mark.slow
def test_a_receiver_that_fails_keeps_nobody_waiting_and_lets_everything_end(
    desk: list[Server], told: Receiver, poisoned: None
) -> None:
    live, worker = desk
    bearer = {"Authorization": f"Bearer {key('Reviewer')}"}
    with httpx.Client(base_url=live.url + API, headers=bearer, timeout=PATIENCE) as client:

        def ask() -> None:
            hurt = client.post("/documents/", json={"url": f"https://a.example/oignons/{uuid4()}"})
            taken = client.post("/documents/", json={"text": f"{TEXT} {uuid4()}"})
            assert (hurt.status_code, taken.status_code) == (500, 202)

        told.status = 500
        ask()
        until(lambda: told.failures() and told.spans())
        told.status, told.hangs = 200, True
        ask()
        until(lambda: told.held >= 3)  # the web server's failure and trace, and the worker's trace
        for _ in range(5):
            ask()
        until(lambda: states() == {"read"})
    worker.stop()
    live.stop()
    assert not told.released.is_set()
    for process in (worker.process, live.process):
        assert process
        assert process.popen.returncode == 0


@pytest.mark.parametrize(
    ("error", "value"),
    [
        (ValueError("oignons"), None),
        (KeyError("oignons"), None),
        (TypeError("oignons"), None),
        (smtplib.SMTPRecipientsRefused({"amina@desk.example": (550, b"no")}), None),
        (FileNotFoundError(2, "No such file or directory", "oignons"), "No such file or directory"),
        (AttributeError("no oignons", name="statement", obj="oignons"), "statement"),
        (AttributeError("no oignons", name="les oignons", obj="oignons"), None),
        (ModuleNotFoundError("oignons", name="claims.nowhere"), "claims.nowhere"),
    ],
)
def test_an_exception_is_told_by_its_type_and_a_code(error: Exception, value: str | None) -> None:
    told = event("it failed: %s", "oignons", error=error)
    (one,) = told["exception"]["values"]
    assert (one["type"], one.get("value")) == (type(error).__qualname__, value)
    assert told["logentry"] == {"message": "it failed: %s"}
    assert "oignons" not in str(told)


def test_a_line_without_an_exception_is_told_only_where_it_is_our_own() -> None:
    assert event("the read side differs: %s", "oignons")["logentry"] == {
        "message": "the read side differs: %s"
    }
    assert event("Invalid HTTP_HOST header: oignons", logger="django.security") is None


def test_an_id_that_is_none_of_ours_is_not_told() -> None:
    with logs.about(request="ab12", claim="les oignons"):
        assert event("it failed")["tags"] == {"request": "ab12"}


def event(message: str, *args: object, logger: str = "workers", error: Any = None) -> Any:
    """What would leave of such a line of the log, of all that the SDK has made of it."""
    info = (type(error), error, None) if error else None
    record = logging.LogRecord(logger, logging.ERROR, "x.py", 1, message, args, info)
    made = {"event_id": "1", "extra": {"oignons": 1}, "breadcrumbs": ["oignons"], "user": "oignons"}
    return failures.event(made, {"log_record": record})
