"""Who may do what over the API, asked of every address of it.

One row for each address: what it answers to GET and to an empty POST, for each kind of client. An
address that has no row fails the test: whoever adds one says who may use it.
"""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from claims.models import Story
from sources import intake
from sources.models import Source
from tests.claims import build
from tests.claims.desk.screens import browser, proposed
from tests.client import API, SCOPES, addresses, client

pytestmark = pytest.mark.django_db
# Nobody, and nobody where strangers may read; a key that was never made; keys of a Reviewer with
# one scope each (read, log, submit, decide); keys with all scopes, of an Auditor and of somebody in
# no group; a Reviewer's browser, without its token. In that order stand the answers.
CLIENTS = ("nobody", "stranger", "forged", *SCOPES, "Auditor", "no group", "browser")
TABLE = """\
claims/
    GET  401 200 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
claims/<uuid:claim>/
    GET  401 404 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
claims/<uuid:claim>/evidence/
    GET  401 404 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
claims/<uuid:claim>/events/
    GET  401 404 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
claims/<uuid:claim>/claimreview
    GET  404 404 401 404 404 404 404 404 404 404
    POST 405 405 401 405 405 405 405 405 405 403
claimreviews
    GET  200 200 401 200 200 200 200 200 200 200
    POST 405 405 401 405 405 405 405 405 405 403
claims/<uuid:claim>/proof
    GET  404 404 404 404 404 404 404 404 404 404
    POST 405 405 405 405 405 405 405 405 405 405
events/
    GET  401 401 401 403 200 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
events/stream
    GET  401 401 401 403 200 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
events/pages/<int:number>/
    GET  401 401 401 403 404 403 403 404 404 404
    POST 401 401 401 405 403 403 403 405 405 403
events/<int:position>/proof
    GET  404 404 404 404 404 404 404 404 404 404
    POST 405 405 405 405 405 405 405 405 405 405
snapshot
    GET  401 401 401 403 200 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
ratings/
    GET  401 200 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
scale/
    GET  401 200 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
stories/
    GET  401 401 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
stories/<int:story>/
    GET  401 401 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
match
    GET  401 401 401 405 403 403 403 405 405 405
    POST 401 401 401 400 403 403 403 400 400 403
sources/
    GET  401 401 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
sources/<int:source>/
    GET  401 401 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
proposals/
    GET  401 401 401 200 403 403 403 200 403 200
    POST 401 401 401 405 403 403 403 405 403 403
proposals/<uuid:proposal>/
    GET  401 401 401 200 403 403 403 200 403 200
    POST 401 401 401 405 403 403 403 405 403 403
proposals/<uuid:proposal>/decision/
    GET  401 401 401 405 403 403 403 403 403 405
    POST 401 401 401 403 403 403 428 403 403 403
documents/
    GET  401 401 401 200 403 403 403 200 200 200
    POST 401 401 401 403 403 422 403 403 403 403
documents/<uuid:document>/
    GET  401 401 401 200 403 403 403 200 200 200
    POST 401 401 401 405 403 403 403 405 405 403
schema/
    GET  200 200 401 200 200 200 200 200 200 200
    POST 405 405 401 405 405 405 405 405 405 403
docs/
    GET  200 200 401 200 200 200 200 200 200 200
    POST 405 405 401 405 405 405 405 405 405 403
"""


def rows() -> dict[str, list[str]]:
    """What the table says of GET and of POST, by address."""
    lines = TABLE.splitlines()
    return {
        name: [answers.split(maxsplit=1)[1] for answers in lines[at + 1 : at + 3]]
        for at, name in enumerate(lines)
        if not name.startswith(" ")
    }


ROWS = rows()


@pytest.fixture(autouse=True)
def _patient(settings: Any) -> None:
    """So many requests a minute are not what this is about."""
    settings.KEY_PER_MINUTE = settings.ANONYMOUS_PER_MINUTE = 100_000


@pytest.fixture
def desk() -> dict[str, str]:
    """One of everything, by what stands for it in an address."""
    document = intake.receive(by="user:1", at=build.AT, body=b"Le pont est ferme.").document
    return {
        "<uuid:claim>": str(build.recorded()),
        "<uuid:proposal>": str(proposed(number=2).pk),
        "<uuid:document>": str(document.pk),
        "<int:position>": "0",
        "<int:number>": "0",
        "<int:story>": str(Story.objects.create(name="Élection").pk),
        "<int:source>": str(Source.objects.create(name="AVP").pk),
    }


@pytest.fixture
def clients() -> dict[str, Client]:
    """One of each kind."""
    made = {scope: client("Reviewer", name=scope, scopes=[scope]) for scope in SCOPES}
    made |= {
        "nobody": Client(),
        "stranger": Client(),
        "forged": Client(headers={"Authorization": f"Bearer ct_{'x' * 40}"}),
        "Auditor": client("Auditor", name="audit"),
        "no group": client(name="nothing"),
        "browser": browser("Reviewer"),
    }
    made["browser"].handler.enforce_csrf_checks = True
    for one in made.values():
        one.raise_request_exception = False
    return {who: made[who] for who in CLIENTS}


def filled(address: str, desk: dict[str, str]) -> str:
    """The address of something that is there."""
    for place, value in desk.items():
        address = address.replace(place, value)
    assert "<" not in address, f"say in `desk` what stands for {address}"
    return f"{API}/{address}"


def answers(clients: dict[str, Client], method: str, address: str, given: Any) -> str:
    """What each is answered; nothing of it stays."""
    found = []
    for who, one in clients.items():
        given.ANONYMOUS_READING = who == "stranger"
        with transaction.atomic():
            answer = one.generic(method, address, "{}", content_type="application/json")
            found.append(str(answer.status_code))
            transaction.set_rollback(True)
    return " ".join(found)


def test_every_address_of_the_api_has_its_row() -> None:
    assert set(addresses("api/v1/")) == ROWS.keys()


def test_each_address_answers_each_client_as_the_table_says(
    desk: dict[str, str], clients: dict[str, Client], settings: Any
) -> None:
    told = {
        address: [
            answers(clients, method, filled(address, desk), settings) for method in ("GET", "POST")
        ]
        for address in ROWS
    }
    assert told == ROWS


def test_no_other_method_does_anything(
    desk: dict[str, str], clients: dict[str, Client], settings: Any
) -> None:
    mighty = {who: clients[who] for who in ("decide", "Auditor", "browser")}
    for address in ROWS:
        for method in ("PUT", "PATCH", "DELETE"):
            told = answers(mighty, method, filled(address, desk), settings).split()
            assert set(told) <= {"403", "405"}, (address, method, told)
