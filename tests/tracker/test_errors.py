"""Whatever is refused, and by whom, a client of the API reads one and the same shape."""

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from rest_framework.exceptions import Throttled

from claims.events import Unsayable
from claims.history import CommandReused, Conflict
from claims.status import Refused
from sources.intake import Unacceptable
from tests.client import API, client, problem
from tracker import errors
from tracker.problems import KINDS

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def answered(exception: BaseException, **headers: str) -> Any:
    request = RequestFactory().get(f"{API}/claims/", headers=headers)
    response = errors.answer(exception, request)
    assert response is not None
    return response, json.loads(response.content)


def from_database(state: type[psycopg.Error] | None) -> OperationalError:
    """An error as Django raises it over one of the driver's."""
    error = OperationalError("the database says so")
    error.__cause__ = state() if state else psycopg.OperationalError("connection lost")
    return error


@pytest.mark.parametrize(
    ("exception", "status", "name"),
    [
        (Refused("AFP already stands for this claim."), 409, "refused"),
        (Conflict(stream=uuid4(), expected=1, actual=2), 409, "conflict"),
        (CommandReused("This command was used before."), 422, "command-reused"),
        (Unacceptable("The file is empty."), 422, "unacceptable-document"),
        (Unsayable("This word holds a NUL character."), 400, "invalid-request"),
        (RequestDataTooBig(), 413, "too-large"),
        (TooManyFieldsSent(), 400, "invalid-request"),
        (PermissionDenied(), 403, "forbidden"),
        (Http404(), 404, "not-found"),
        (Throttled(wait=7), 429, "too-many-requests"),
        (from_database(psycopg.errors.LockNotAvailable), 503, "busy"),
        (from_database(psycopg.errors.QueryCanceled), 503, "busy"),
        (from_database(psycopg.errors.DeadlockDetected), 503, "busy"),
        (from_database(psycopg.errors.TooManyConnections), 503, "busy"),
        (from_database(None), 503, "busy"),
        (InterfaceError("the connection is closed"), 503, "busy"),
    ],
)
def test_every_refusal_of_the_house_has_its_status_and_its_type(
    exception: BaseException, status: int, name: str
) -> None:
    response, body = answered(exception)

    assert response.status_code == body["status"] == status
    assert body["type"] == f"http://testserver/problems/{name}/"
    assert response["Content-Type"] == "application/problem+json"
    assert body["instance"] == f"{API}/claims/"


def test_the_reason_of_a_refusal_reaches_the_client_in_its_own_words() -> None:
    _, body = answered(Refused("AFP already stands for this claim."))
    assert body["detail"] == "AFP already stands for this claim."


def test_the_instance_is_an_address_whatever_was_asked_for() -> None:
    response = Client().get(f"{API}/claims/%C3%A9%20%7F/")
    assert response.json()["instance"] == f"{API}/claims/%C3%A9%20%7F/"


def test_a_conflict_with_if_match_is_a_failed_precondition() -> None:
    conflict = Conflict(stream=uuid4(), expected=1, actual=2)
    response, body = answered(conflict, **{"If-Match": '"1"'})

    assert response.status_code == 412
    assert body["type"].endswith("/stale-version/")


@pytest.mark.parametrize(
    ("exception", "wait"),
    [(Throttled(wait=7), "7"), (from_database(psycopg.errors.LockNotAvailable), "5")],
)
def test_who_has_to_wait_is_told_how_long(exception: Exception, wait: str) -> None:
    assert answered(exception)[0]["Retry-After"] == wait


@pytest.mark.parametrize(
    "exception",
    [
        ValueError("secret"),
        DatabaseError("secret"),
        from_database(psycopg.errors.ProgramLimitExceeded),
    ],
)
def test_a_mistake_of_ours_is_no_refusal(exception: Exception) -> None:
    assert errors.answer(exception, RequestFactory().get(f"{API}/claims/")) is None


@pytest.mark.django_db
def test_a_mistake_of_ours_is_logged_and_gives_nothing_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> int:
        raise ValueError("the secret of the house")

    reader = client()
    monkeypatch.setattr("claims.ledger.log.size", broken)
    with caplog.at_level(logging.ERROR):
        response = reader.get(f"{API}/events/")

    problem(response, 500, "internal-error")
    assert b"secret" not in response.content
    assert "the secret of the house" in caplog.text


@pytest.mark.django_db
def test_a_query_that_takes_too_long_is_a_busy_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(5)")
        return 0

    reader = client()
    monkeypatch.setattr("claims.ledger.log.size", slow)

    response = reader.get(f"{API}/events/")
    problem(response, 503, "busy")
    assert response["Retry-After"] == "5"


def test_a_database_that_is_lost_outside_the_views_is_a_busy_desk_too() -> None:
    request = RequestFactory().get(f"{API}/claims/")
    try:
        raise from_database(None)
    except OperationalError:
        response = errors.server_error(request)

    assert response.status_code == 503


def test_a_person_is_told_that_the_database_is_away_and_what_to_do() -> None:
    request = RequestFactory().get("/admin/claims/proposal/")
    try:
        raise from_database(None)
    except OperationalError:
        response: Any = errors.server_error(request)

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Send the same again in a few seconds" in response.content.decode()
    try:
        raise from_database(psycopg.errors.ProgramLimitExceeded)
    except OperationalError:
        assert errors.server_error(request).status_code == 500


def interrupted(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> Any:
    """The answer where a session that a view has changed cannot be saved."""
    request.session = SessionStore()
    request.session.create()
    middleware = SessionMiddleware(view)
    with pytest.raises(SessionInterrupted) as raised:
        middleware.process_response(request, view(request))
    return errors.bad_request(request, raised.value)


def test_a_session_that_a_lost_database_did_not_take_is_no_bad_request(committed: None) -> None:
    def decide(request: HttpRequest) -> HttpResponse:
        request.session["undo"] = "what was decided"
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid]
            )
        return HttpResponse()

    response = interrupted(RequestFactory().get("/admin/"), decide)
    connection.close()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "a decision that is sent twice is made once" in response.content.decode()
    response = interrupted(RequestFactory().get(f"{API}/claims/"), decide)
    connection.close()
    assert (response.status_code, json.loads(response.content)["type"][-6:]) == (503, "/busy/")


def test_a_session_that_was_ended_elsewhere_is_a_bad_request(committed: None) -> None:
    def decide(request: HttpRequest) -> HttpResponse:
        request.session["undo"] = "what was decided"
        Session.objects.all().delete()
        return HttpResponse()

    assert interrupted(RequestFactory().get("/admin/"), decide).status_code == 400


@pytest.mark.django_db
def test_what_rest_framework_never_sees_is_a_problem_all_the_same() -> None:
    anybody = Client(raise_request_exception=False)

    problem(anybody.get(f"{API}/nonsense"), 404, "not-found")
    problem(anybody.get(f"{API}/claims/no-uuid/"), 404, "not-found")
    bad_host = anybody.get(f"{API}/claims/", headers={"Host": "evil.example"})
    assert "host" in problem(bad_host, 400, "invalid-request")["detail"]


def test_a_refusal_by_a_middleware_is_a_problem_too() -> None:
    response = errors.forbidden(RequestFactory().get(f"{API}/claims/"), PermissionDenied())

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_other_pages_keep_their_own_errors() -> None:
    response = Client().get("/nonsense")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.django_db
def test_methods_and_forms_that_are_not_there_are_problems() -> None:
    reader = client()

    refused = reader.delete(f"{API}/claims/")
    problem(refused, 405, "method-not-allowed")
    assert "GET" in refused["Allow"]
    response = reader.get(f"{API}/claims/", headers={"Accept": "text/html"})
    problem(response, 406, "not-acceptable")


@pytest.mark.django_db
def test_a_session_may_read_but_writes_only_with_its_token() -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(User.objects.create_superuser("chief"))

    assert browser.get(f"{API}/claims/").status_code == 200
    response = browser.post(f"{API}/documents/", {"text": "Le pont."}, "application/json")
    assert "CSRF" in problem(response, 403, "forbidden")["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", KINDS)
def test_the_type_of_a_problem_leads_to_what_it_means(name: str) -> None:
    page = Client().get(f"/problems/{name}/")

    assert page.status_code == 200
    assert KINDS[name].advice in page.content.decode()


@pytest.mark.django_db
def test_there_is_no_page_for_a_problem_that_does_not_exist() -> None:
    assert Client().get("/problems/boredom/").status_code == 404


@pytest.mark.parametrize("name", KINDS)
def test_the_guide_has_a_section_for_each_problem(name: str) -> None:
    text = GUIDE.read_text()

    assert f"### {name}\n" in text
    assert f"{KINDS[name].status}, " in text.split(f"### {name}\n")[1]


@pytest.mark.django_db
def test_the_guide_names_every_address_of_the_api() -> None:
    schema = Client().get(f"{API}/schema/?format=json").json()
    text = GUIDE.read_text()

    for path, operations in schema["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path}`" in text


@pytest.mark.django_db
def test_the_description_of_the_api_is_valid_openapi_3_1_without_a_warning(tmp_path: Path) -> None:
    target = tmp_path / "schema.json"
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", f"--file={target}"
    )

    schema = json.loads(target.read_text())
    assert schema["openapi"].startswith("3.1")
    answers = schema["paths"]["/api/v1/claims/"]["get"]["responses"]
    assert "application/problem+json" in answers["default"]["content"]


@pytest.mark.django_db
@override_settings(DEBUG=False)
def test_the_documentation_page_needs_no_inline_script() -> None:
    page = Client().get(f"{API}/docs/")

    assert page.status_code == 200
    scripts = page.content.decode().split("<script")[1:]
    assert scripts
    assert all(" src=" in script.split(">")[0] for script in scripts)
    policy = page["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    assert "'unsafe-inline'" not in policy
