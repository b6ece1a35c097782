"""A client of the API as a developer elsewhere has one: an address and a key."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from claims.clients import keys
from claims.models import ApiKey

API = "/api/v1"
SCOPES = ("read", "log", "submit", "decide")


def key(*groups: str, name: str = "client", scopes: Iterable[str] = SCOPES) -> str:
    """A key that acts as a user of these groups."""
    user, _ = User.objects.get_or_create(username=name)
    user.groups.set(Group.objects.filter(name__in=groups))
    kept, secret = keys.make(name=name, user=user, at=timezone.now(), scopes=scopes)
    # It has been in use, so that nothing about it is news to the desk.
    ApiKey.objects.filter(pk=kept.pk).update(last_used_at=timezone.now())
    return secret


def client(*groups: str, name: str = "client", scopes: Iterable[str] = SCOPES) -> Client:
    """A client in this process, with such a key."""
    headers = {"Authorization": f"Bearer {key(*groups, name=name, scopes=scopes)}"}
    return Client(raise_request_exception=False, headers=headers)


def problem(response: Any, status: int, name: str) -> dict[str, Any]:
    """The body of a refusal, which must be a problem of that kind."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"].endswith(f"/problems/{name}/")
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["instance"]
    return body


def wrong(response: Any, place: str) -> str:
    """What a 400 says of one parameter, or of one place in the body."""
    errors = problem(response, 400, "invalid-request")["errors"]
    return next(
        str(error["detail"])
        for error in errors
        if place in (error.get("parameter"), error.get("pointer"))
    )


def addresses(below: str, patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every address below a prefix, without it, with the names of what is filled in."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(below, pattern.url_patterns, route)
        elif route.startswith(below):
            yield route.removeprefix(below)
