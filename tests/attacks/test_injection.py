"""What is typed into a search, a filter or an order never becomes a part of a statement.

Every parameter of every address is tried: those of the API by its own description, those of the
admin by the lists' own filters. So what is added tomorrow is tried as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from claims.models import Claim, Story
from sources.models import Source
from tests.claims import build
from tests.claims.desk.screens import browser, proposed
from tests.client import API, client

pytestmark = pytest.mark.django_db
MARK = "zqx"
PAYLOADS = (
    f"{MARK}'); DROP TABLE claims_claim; --",
    f'{MARK}\\" OR %s%(name)s$1::text --',
    f"{MARK}:* & !('a' | <-> %_\\%",  # the languages of PostgreSQL's text search, and of LIKE
)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are sent, before anything is put in the place of their parameters."""
    sent: list[str] = []

    def kept(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        sent.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kept):
        yield sent


def asked() -> Iterator[tuple[str, str]]:
    """Each address of the API that takes parameters, with each of them."""
    generator: Any = SchemaGenerator
    paths = generator().get_schema(request=None, public=True)["paths"]
    for path, methods in paths.items():
        for about in methods.get("get", {}).get("parameters", []):
            if about["in"] == "query":
                yield path, about["name"]


@pytest.fixture(autouse=True)
def _patient(settings: Any) -> None:
    """So many requests a minute are not what this is about."""
    settings.KEY_PER_MINUTE = 100_000


@pytest.fixture
def desk() -> dict[str, str]:
    """Something to find, by what stands for it in an address."""
    return {
        "{claim}": str(build.recorded()),
        "{proposal}": str(proposed(number=2).pk),
        "{story}": str(Story.objects.create(name="Élection").pk),
        "{source}": str(Source.objects.create(name="AVP").pk),
        "{position}": "0",
        "{number}": "0",
    }


def test_no_parameter_of_the_api_becomes_a_part_of_a_statement(desk: dict[str, str]) -> None:
    reader = client("Editor")
    tried = 0
    for path, name in asked():
        for place, value in desk.items():
            path = path.replace(place, value)
        assert "{" not in path, f"say in `desk` what stands for {path}"
        for payload in PAYLOADS:
            with statements() as sent:
                answer = reader.get(path, {name: payload})
            assert answer.status_code < 500, (path, name, payload)
            assert not [sql for sql in sent if MARK in sql], (path, name, payload)
            tried += bool(sent)
    assert tried > 100
    assert Claim.objects.count() == 1


def parameters(model_admin: Any, request: Any) -> set[str]:
    """What a list of the admin reads from its address."""
    changelist = model_admin.get_changelist_instance(request)
    named = {name for spec in changelist.filter_specs for name in spec.expected_parameters()}
    return named | {"q", "o", "p", "all", "e", "_to_field", "_popup"}


def test_no_filter_or_search_of_the_admin_becomes_a_part_of_a_statement(
    desk: dict[str, str],
) -> None:
    root = browser("", name="root", is_superuser=True)
    request = RequestFactory().get("/")
    request.user = root.get("/admin/").wsgi_request.user
    lists = 0
    for model, model_admin in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for name in parameters(model_admin, request):
            with statements() as sent:
                answer = root.get(address, {name: " ".join(PAYLOADS)})
            assert answer.status_code < 500, (address, name)
            assert not [sql for sql in sent if MARK in sql], (address, name)
        lists += 1
    assert lists > 8


def test_the_search_of_the_whole_admin_is_as_safe(desk: dict[str, str]) -> None:
    root = browser("", name="root", is_superuser=True)
    for payload in PAYLOADS:
        with statements() as sent:
            answer = root.get(reverse("admin:search"), {"s": payload, "extended": "1"})
        assert answer.status_code == 200
        assert not [sql for sql in sent if MARK in sql]


def test_the_watch_sees_a_statement_that_is_put_together_from_text() -> None:
    with statements() as sent, connection.cursor() as cursor:
        cursor.execute(f"SELECT '{MARK}'")
    assert [sql for sql in sent if MARK in sql]


def test_quotes_in_a_search_are_words_like_others() -> None:
    build.recorded(build.begins(wording="Le maire d'Arvelle a dit « non »."))
    reader = client("Editor")
    for search, found in (("d'Arvelle", 1), ("Bruzac' AND '1'='1", 0), ("' OR 1=1 --", 0)):
        answer = reader.get(f"{API}/claims/", {"q": search})
        assert len(answer.json()["results"]) == found, search
