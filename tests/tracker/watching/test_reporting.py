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
from django.conf import LazySettings, settings

from tests.client import API, key
from tests.conftest import PATIENCE, Server, _works, desk_process
from tests.journeys.at_work import PASSWORD, logged_in, reviewer, states, until
from tests.tracker.watching.receiver import Receiver, attributes
from tracker import lock, tried
from tracker.watching import failures, logs

TEXT = "Le pont de Corvas a coûté 12 000 euros à la commune en 1987."
POISON = "Les oignons de Dorval coûtent 3 euros le kilo, écrit amina@desk.example."
FOREIGN = "4bf92f3577b34da6a3ce929d0e0e4736"  # a trace of somebody else's
MARKED = {
    "User-Agent": "markedagent",
    "X-Marked": "markedheader",
    "X-Request-ID": "markedrequest",
    "Cookie": "marked=markedcookie",
    "traceparent": f"00-{FOREIGN}-00f067aa0ba902b7-00",  # which says: do not record
    "tracestate": "marked=markedstate",
    "baggage": "marked=markedbaggage",
}
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
def test_failures_and_traces_leave_without_a_word_and_no_receiver_holds_anybody_up(
    desk: list[Server], told: Receiver, poisoned: None, owner_connection: psycopg.Connection
) -> None:
    live, worker = desk
    secret, claim = key("Reviewer"), uuid4()
    reviewer("amina", "Amina")
    with logged_in(live, "amina") as browser:
        cookies = list(browser.cookies.values())
    bearer = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=live.url + API, headers=bearer, timeout=PATIENCE) as client:
        hurt, taken = failing(client, **MARKED)
        with without_claims(owner_connection):
            missed = client.get(f"/claims/{claim}/", params={"fields": "id"}, headers=MARKED)
        client.get("/markedaddress/")
        assert (hurt.status_code, taken.status_code, missed.status_code) == (500, 202, 500)
        until(lambda: len(told.failures()) >= 3 and any(map(is_task, told.spans())))
        task = failures_name_their_ids(told, hurt, taken, missed, str(claim))
        spans_name_their_ids(told, taken, task)
        nothing_else_is_written(told, secret, *cookies)
        nobody_waits(told, client)
    running = [one.process for one in (worker, live) if one.process]
    for process in running:
        process.ask()
    for process in running:
        process.stop(PATIENCE)
        assert process.popen.returncode == 0  # it ended by itself
    assert not told.released.is_set()


def failing(client: httpx.Client, **headers: str) -> tuple[httpx.Response, httpx.Response]:
    """A request that fails, and one of which a task comes that fails."""
    url = f"https://a.example/oignons/{uuid4()}?key={client.headers['Authorization'][7:]}"
    hurt = client.post("/documents/?q=markedquery", json={"url": url}, headers=headers)
    text = {"text": f"{POISON} {uuid4()}"}
    return hurt, client.post("/documents/", json=text, headers=headers)


def failures_name_their_ids(
    told: Receiver, hurt: httpx.Response, taken: httpx.Response, missed: httpx.Response, claim: str
) -> str:
    """Each failure is told once, with the ids of the log; the task's own."""
    found = {one["transaction"]: one for one in told.failures()}
    assert len(found) == len(told.failures()) == 3
    asked = {name: answer.headers["X-Request-ID"] for name, answer in
             {"hurt": hurt, "taken": taken, "missed": missed}.items()}  # fmt: skip
    assert found["api/v1/documents/"]["tags"] == {"request": asked["hurt"]}
    assert found["api/v1/claims/<uuid:claim>/"]["tags"] == {
        "request": asked["missed"],
        "claim": claim,
    }
    read = found["workers.read_document"]
    task: str = read["tags"].pop("task")
    assert read["tags"] == {"request": asked["taken"], "document": taken.json()["id"]}
    for one in found.values():
        assert (one["release"], one["environment"]) == ("claim-tracker@0.1.0", "rehearsal")
        frames = one["exception"]["values"][-1]["stacktrace"]["frames"]
        assert any(frame["in_app"] for frame in frames)
    first, last = read["exception"]["values"][0], read["exception"]["values"][-1]
    assert (first["type"], first["value"]) == ("CheckViolation", "23514 poison")
    assert (last["type"], last.get("value")) == ("IntegrityError", None)
    return task


def spans_name_their_ids(told: Receiver, taken: httpx.Response, task: str) -> None:
    """A task is part of the trace of its request, statements are part of both."""
    spans, asked = told.spans(), taken.headers["X-Request-ID"]
    (posted,) = [one for one in spans if one.name[:4] == "POST" and about(one, request=asked)]
    (done,) = [one for one in spans if is_task(one) and about(one, task=task)]
    assert attributes(posted) == {
        "http.request.method": "POST", "http.route": "api/v1/documents/",
        "http.response.status_code": "202", "claim_tracker.request": asked,
    }  # fmt: skip
    assert attributes(done) == {
        "messaging.system": "celery", "messaging.destination.name": "read",
        "claim_tracker.request": asked, "claim_tracker.task": task,
        "claim_tracker.document": taken.json()["id"], "error.type": "IntegrityError",
    }  # fmt: skip
    assert (done.trace_id, done.parent_span_id) == (posted.trace_id, posted.span_id)
    assert posted.parent_span_id == b""
    assert FOREIGN not in {span.trace_id.hex() for span in spans}
    both = (done.span_id, posted.span_id)
    assert {"SELECT", "INSERT"} <= {one.name for one in spans if one.parent_span_id in both}


def nothing_else_is_written(told: Receiver, *secrets: str) -> None:
    """No span holds what is not listed, and nothing that arrived holds a marked word."""
    for span in told.spans():
        assert attributes(span).keys() <= TOLD
        assert (span.status.message, [*span.events], [*span.links]) == ("", [], [])
    for process in told.resources():
        assert {name for name in process if not name.startswith("telemetry.")} == {
            "service.name", "service.version", "service.instance.id",
        }  # fmt: skip
    written = told.written()
    own = [os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")]
    for hidden in (
        "marked", "oignons", "Dorval", "kilo", "amina", "a.example", "INTO", PASSWORD, *secrets,
        settings.SECRET_KEY, *(urlsplit(url).password for url in own),
        *(url.rpartition("@")[2].partition("/")[0] for url in own),
    ):  # fmt: skip
        assert hidden
        assert hidden not in written, hidden
    assert "api-key: letmein" in written


def nobody_waits(told: Receiver, client: httpx.Client) -> None:
    """Requests and tasks end while who is told of them fails, and while they say nothing."""
    before = len(told.failures()), len(told.spans())
    told.status = 500
    failing(client)
    until(lambda: len(told.failures()) > before[0] and len(told.spans()) > before[1])
    told.status, told.hangs = 200, True
    failing(client)
    until(lambda: told.held >= 4)  # the failure and the trace of the web server and of the worker
    for _ in range(5):
        hurt, taken = failing(client)
        assert (hurt.status_code, taken.status_code) == (500, 202)
    client.post("/documents/", json={"text": TEXT}).raise_for_status()
    until(lambda: "read" in states())


def is_task(span: Any) -> bool:
    return bool(span.name == "workers.read_document")


def about(span: Any, **ids: str) -> bool:
    return all(attributes(span).get(f"claim_tracker.{name}") == one for name, one in ids.items())


BROKEN = """
from celery.beat import Scheduler as Whole

class Scheduler(Whole):
    def tick(self, *args, **kwargs):
        raise ValueError("oignons")
"""


def test_a_beat_that_ends_by_itself_tells_so(
    told: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    command = ["celery", "-A", "tracker", "--quiet", "beat", "--scheduler=broken:Scheduler"]
    beat = desk_process(tmp_path, "beat", command, lambda: bool(told.failures()))
    beat.start()
    beat.stop()
    (failure,) = told.failures()
    (one,) = failure["exception"]["values"]
    assert (failure["logger"], one["type"]) == ("celery.beat", "ValueError")
    assert "oignons" not in told.written()


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


def test_the_doctor_asks_whether_those_answer_who_are_to_be_told(
    receiver: Receiver, settings: LazySettings
) -> None:
    settings.SENTRY_DSN = f"http://publickey@{receiver.place}/1"
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:1"
    answers, silent = tried.receivers()
    assert answers.state == f"told to http://{receiver.place}, which answers"
    assert not answers.remedy
    assert silent.state == "http://127.0.0.1:1 does not answer"
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in silent.remedy
    settings.SENTRY_DSN = settings.OTEL_EXPORTER_OTLP_ENDPOINT = ""
    assert [one.remedy for one in tried.receivers()] == ["", ""]
    assert receiver.bodies == []


def test_a_server_takes_the_packages_of_the_extras_that_are_named() -> None:
    project = {"dependencies": ["a>=1"], "optional-dependencies": {"b": ["b>=2"], "c": ["c>=3"]}}
    assert lock.wanted(project, []) == ["a>=1"]
    assert lock.wanted(project, ["c"]) == ["a>=1", "c>=3"]
    with pytest.raises(SystemExit, match="There is no extra d: b, c"):
        lock.wanted(project, ["d"])


def event(message: str, *args: object, logger: str = "workers", error: Any = None) -> Any:
    """What would leave of such a line of the log, of all that the SDK has made of it."""
    info = (type(error), error, None) if error else None
    record = logging.LogRecord(logger, logging.ERROR, "x.py", 1, message, args, info)
    made = {"event_id": "1", "extra": {"oignons": 1}, "breadcrumbs": ["oignons"], "user": "oignons"}
    return failures.event(made, {"log_record": record})
