"""The server's log: ids to follow, nothing to hide; through real requests and a real worker."""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, IntegrityError, OperationalError
from lxml import html

from claims.models import Claim, Proposal
from claims.status import Refused
from tests.claims import build
from tests.client import API, key
from tests.conftest import PATIENCE, Server, _works, desk_process
from tests.journeys.at_work import PASSWORD, logged_in, reviewer, states, until
from tracker.celery import heartbeat
from tracker.watching import logs

TEXT = "Le pont de Corvas a coûté 12 000 euros à la commune en 1987."
POISON = "Les oignons de Dorval coûtent 3 euros le kilo."


class Desk:
    """A web server and a worker that log in JSON, with every line that there is to be had."""

    def __init__(self, live: Server, worker: Server) -> None:
        self.live, self.worker = live, worker

    def lines(self) -> list[dict[str, Any]]:
        """Every line of both; one that is no JSON fails."""
        return [json.loads(line) for line in self.written().splitlines()]

    def written(self) -> str:
        return "".join(one.log.read_text() for one in (self.live, self.worker))


@pytest.fixture
def desk(
    committed: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Desk]:
    monkeypatch.setenv("LOG_FORMAT", "json")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    # Celery warns whoever runs it as root, and does so before it asks how to log.
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    live: Server = request.getfixturevalue("live")
    command = ["celery", "-A", "tracker", "--quiet", "worker", "--concurrency=1"]
    worker = desk_process(tmp_path, "worker", command, _works)
    worker.start()
    yield Desk(live, worker)
    worker.stop()


@pytest.mark.slow
def test_what_came_of_a_request_is_followed_by_its_id_through_the_worker_to_the_claim(
    desk: Desk,
) -> None:
    bearer = {"Authorization": f"Bearer {key('Reviewer')}"}
    with httpx.Client(base_url=desk.live.url + API, headers=bearer, timeout=PATIENCE) as client:
        answer = client.post("/documents/", json={"text": TEXT})
        assert answer.status_code == 202
        document, asked = answer.json()["id"], answer.headers["X-Request-ID"]
        until(lambda: states() == {"read"})
        client.get(f"/documents/{document}/")
    heartbeat.delay()  # by the same worker process, which has nothing to do with the document
    reviewer("amina", "Amina")
    proposal = Proposal.objects.get()
    with logged_in(desk.live, "amina") as browser:
        accept(browser, proposal)
    claim = str(Claim.objects.get().pk)
    httpx.get(f"{desk.live.url}{API}/claims/{claim}/", headers=bearer)

    until(lambda: any(line.get("claim") == claim and "status" in line for line in desk.lines()))
    lines = desk.lines()
    (received,) = [line for line in lines if line.get("request") == asked and "status" in line]
    assert (received["method"], received["status"]) == ("POST", 202)
    assert received["route"] == "api/v1/documents/"
    (done,) = [
        line for line in lines
        if line.get("document") == document and "succeeded" in line["message"]
    ]  # fmt: skip
    assert done["request"] == asked
    assert done["task"] in done["message"]
    until(lambda: [line for line in desk.lines() if is_of(line, "heartbeat")])
    (other,) = [line for line in desk.lines() if is_of(line, "heartbeat")]
    assert {"request", "document"} & other.keys() == set()
    recorded = [line for line in lines if line["logger"] == "claims.history"]
    assert [(line["claim"], line["message"]) for line in recorded] == [
        (claim, "recorded asserted, events 0 to 0")
    ]
    posted = [line for line in lines if line.get("request") == recorded[0]["request"]]
    assert {"POST"} == {line["method"] for line in posted if "method" in line}
    assert str(proposal.pk) in {line.get("proposal") for line in posted}
    read = [line for line in lines if line.get("document") == document and "status" in line]
    assert [line["route"] for line in read] == ["api/v1/documents/<uuid:document>/"]


def is_of(line: dict[str, Any], task: str) -> bool:
    """Is this the line in which a task of that name ends?"""
    return task in line["message"] and "succeeded" in line["message"]


def accept(browser: httpx.Client, proposal: Proposal) -> None:
    """Press Accept on the proposal's page."""
    address = f"/admin/claims/proposal/{proposal.pk}/change/"
    page: Any = html.document_fromstring(browser.get(address).text)
    (fields,) = [dict(one.fields) for one in page.forms if one.fields.get("verb") == "accept"]
    answer = browser.post(address, data=fields)
    assert answer.status_code == 200, answer.text


@pytest.mark.slow
def test_no_secret_and_no_word_of_a_document_is_in_a_log_even_where_everything_fails(
    desk: Desk, poisoned: None
) -> None:
    secret = key("Reviewer")
    bearer = {"Authorization": f"Bearer {secret}"}
    reviewer("amina", "Amina")
    with logged_in(desk.live, "amina") as browser:
        cookies = dict(browser.cookies)
        browser.get("/admin/claims/claim/", params={"q": "oignons secrets"})
    with httpx.Client(base_url=desk.live.url + API, headers=bearer, timeout=PATIENCE) as client:
        hurt = client.post("/documents/", json={"url": f"https://a.example/oignons?key={secret}"})
        taken = client.post("/documents/", json={"text": POISON})
        client.get("/claims/", params={"q": "oignons"})
        client.get("/claims/", params={"api_key": secret})
    httpx.get(f"{desk.live.url}{API}/claims/", headers={"Authorization": "Bearer ct_notmine123"})
    assert (hurt.status_code, taken.status_code) == (500, 202)

    until(lambda: [line for line in desk.lines() if "raised unexpected" in line["message"]])
    failures = [line for line in desk.lines() if "exception" in line]
    assert {line["logger"] for line in failures} >= {"django.request", "celery.app.trace"}
    for line in failures:
        assert "django.db.utils.IntegrityError: new row for relation" in line["exception"][0]
        assert any("/intake.py:" in at or "/outcomes.py:" in at for at in line["exception"])
    (worker,) = [line for line in failures if line["logger"] == "celery.app.trace"]
    assert (worker["document"], worker["request"]) == (
        taken.json()["id"],
        taken.headers["X-Request-ID"],
    )
    written = desk.written()
    assert len(written) > 1000
    own = [os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")]
    for hidden in (
        "oignons", "Dorval", secret, "ct_notmine123", PASSWORD, *cookies.values(),
        settings.SECRET_KEY, *(urlsplit(url).password for url in own),
    ):  # fmt: skip
        assert hidden
        assert hidden not in written, hidden


def test_a_line_for_people_names_the_ids_and_an_exception_has_its_places() -> None:
    with logs.about(request="ab12", claim=""):
        logs.note(document="d0c")
        said = logs.Line().format(record("a\nforged line", error=raised(ValueError("oignons"))))
    first, kind, place = said.splitlines()
    assert first.endswith(" ERROR desk: a\\nforged line [request=ab12 document=d0c]")
    assert kind == "    ValueError"
    assert place.strip().startswith(__file__)
    assert "[" not in logs.Line().format(record("afterwards"))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("oignons"), "ValueError"),
        (KeyError("oignons"), "KeyError"),
        (UnicodeDecodeError("utf-8", b"oignons\xff", 7, 8, "bad"), "UnicodeDecodeError"),
        (DataError("invalid input: oignons"), "django.db.utils.DataError"),
        (
            IntegrityError("duplicate key\nDETAIL: Key (url)=(oignons) exists."),
            "django.db.utils.IntegrityError: duplicate key",
        ),
        (OperationalError("no route"), "django.db.utils.OperationalError: no route"),
        (Refused("AFP stands for it."), "claims.admission.Refused: AFP stands for it."),
        (SMTPRecipientsRefused({"oignons@a.example": (550, b"")}), "smtplib.SMTPRecipientsRefused"),
        (ConnectionRefusedError(111, "refused"), "ConnectionRefusedError: [Errno 111] refused"),
    ],
)
def test_an_exception_says_no_more_than_its_type_where_it_may_quote(
    error: Exception, told: str
) -> None:
    assert logs.told(error) == told
    shown = json.loads(logs.Json().format(record("it failed: %s", error, error=raised(error))))
    assert shown["message"] == f"it failed: {told}"
    assert shown["exception"][0] == told


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Authorization: Bearer ct_abcdefghij", "Authorization: Bearer ct_***"),
        ("a key ct_abcdefghij-_k was sent", "a key ct_*** was sent"),
        ("whsec_c2VjcmV0c2VjcmV0 signs", "whsec_*** signs"),
        ("sessionid=abcdefgh1234; csrftoken=xyzxyzxyz1", "sessionid=***; csrftoken=***"),
        ("redis://:pass@host/0 is away", "redis://***@host/0 is away"),
        ("GET /admin/search/?q=oignons 200", "GET /admin/search/?… 200"),
        ("really? yes", "really? yes"),
    ],
)
def test_what_looks_like_a_secret_is_blotted_out_whoever_writes_it(said: str, left: str) -> None:
    assert json.loads(logs.Json().format(record(said)))["message"] == left


def test_the_form_of_the_log_is_one_that_there_is() -> None:
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT is one of: text, json"):
        logs.configured(level="INFO", form="xml")


def test_a_request_says_its_id_and_believes_a_clients_own_from_a_proxy_only(
    client: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    given = {"X-Request-ID": "from-a-proxy-1"}
    claim = uuid4()
    assert client.get("/problems/busy/", headers=given)["X-Request-ID"] != "from-a-proxy-1"
    settings.TRUSTED_PROXIES = 1
    assert client.get("/problems/busy/", headers=given)["X-Request-ID"] == "from-a-proxy-1"
    broken = {"X-Request-ID": "a b\nc"}
    assert client.get("/problems/busy/", headers=broken)["X-Request-ID"] != "a b\nc"
    assert client.get(f"{API}/claims/{claim}/").status_code == 401


@pytest.mark.django_db(transaction=False)
def test_a_history_that_was_rolled_back_is_not_told(
    caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    with caplog.at_level(logging.INFO, "claims.history"):
        with django_capture_on_commit_callbacks(execute=False) as waiting:
            build.recorded(build.begins())
        assert caplog.records == []
        assert len(waiting) == 1
        waiting[0]()
    (told,) = caplog.records
    assert told.getMessage() == "recorded asserted, events 0 to 0"


def raised(error: Exception) -> Exception:
    """The exception as one that was raised somewhere."""
    try:
        raise error
    except type(error) as caught:
        return caught


def record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    level = logging.ERROR if error else logging.INFO
    return logging.LogRecord("desk", level, "x.py", 1, message, args, info)
