"""Keys at the door: scopes, networks, limits, expiry, rotation, and what strangers see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from claims.clients import keys, limits
from claims.events import Confirmed, Published, Rated
from claims.models import ApiKey
from tests.claims import build
from tests.claims.build import begins, recorded, say
from tests.client import API, client, problem

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 3, 9, tzinfo=UTC)
CLAIMS = f"{API}/claims/"


def made(**changes: Any) -> tuple[ApiKey, Client]:
    """A key for somebody, and a client that sends it."""
    user, _ = User.objects.get_or_create(username="site")
    key, secret = keys.make(name="site", user=user, at=AT, **changes)
    return key, Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.mark.parametrize(
    ("scope", "method", "address"),
    [
        ("read", "get", "claims/"),
        ("read", "get", "sources/"),
        ("read", "get", "stories/"),
        ("read", "get", "ratings/"),
        ("log", "get", "events/"),
        ("log", "get", "events/stream"),
        ("log", "get", "snapshot"),
        ("submit", "post", "documents/"),
    ],
)
def test_a_key_does_what_its_scopes_name_and_nothing_else(
    scope: str, method: str, address: str
) -> None:
    others = {"read", "log", "submit", "decide"} - {scope}
    _key, without = made(scopes=others)
    refused = problem(getattr(without, method)(f"{API}/{address}"), 403, "forbidden")
    assert scope in refused["detail"]
    key, _client = made(scopes=[scope])
    assert key.scopes == [scope]


def test_a_key_that_has_expired_opens_nothing() -> None:
    _key, ended = made(expires_at=AT + timedelta(days=1))
    _key, lasts = made(expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    problem(ended.get(CLAIMS), 401, "unauthenticated")
    assert lasts.get(CLAIMS).status_code == 200


def test_after_a_day_the_former_secret_opens_nothing() -> None:
    key, secret = keys.make(name="site", user=build.person("site"), at=AT)
    new = keys.rotate(key, at=AT)
    assert keys.opened(secret, at=AT + timedelta(hours=23)) == key
    assert keys.opened(secret, at=AT + timedelta(hours=25)) is None
    assert keys.opened(new, at=AT + timedelta(days=400)) == key


def test_of_two_rotations_in_a_row_only_the_last_secret_but_one_opens_along() -> None:
    key, first = keys.make(name="site", user=build.person("site"), at=AT)
    second = keys.rotate(key, at=AT)
    third = keys.rotate(key, at=AT)
    assert keys.opened(first, at=AT) is None
    assert keys.opened(second, at=AT) == keys.opened(third, at=AT) == key


@pytest.mark.parametrize(
    ("address", "status"),
    [("203.0.113.9", 200), ("203.0.114.9", 403), ("2001:db8::1", 200), ("2001:db9::1", 403)],
)
def test_a_key_opens_from_its_networks_only(address: str, status: int) -> None:
    _key, site = made(networks=["203.0.113.0/24", "2001:db8::/32"])
    response = site.get(CLAIMS, REMOTE_ADDR=address)
    assert response.status_code == status
    if status == 403:
        assert address in problem(response, 403, "forbidden")["detail"]


def test_nobody_talks_themselves_into_a_network_by_a_header(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0
    _key, site = made(networks=["203.0.113.0/24"])
    response = site.get(CLAIMS, headers={"X-Forwarded-For": "203.0.113.9"})
    problem(response, 403, "forbidden")


def test_its_last_use_is_kept_to_within_ten_minutes(django_assert_num_queries: Any) -> None:
    keys.noted.clear()
    key, site = made()
    site.get(CLAIMS)
    key.refresh_from_db()
    assert key.last_used_at
    first = key.last_used_at
    site.get(CLAIMS)
    key.refresh_from_db()
    assert key.last_used_at == first


def test_a_client_is_told_what_it_has_left_and_refused_once_that_is_nothing() -> None:
    key, site = made(per_minute=2)
    limits.redis.delete(*(limits.redis.keys(f"requests:key:{key.pk}:*") or ["none"]))

    first = site.get(CLAIMS)
    assert first["RateLimit-Policy"] == '"minute";q=2;w=60'
    assert first["RateLimit"].startswith('"minute";r=1;t=')
    answers = [site.get(CLAIMS) for _ in range(4)]

    refused = answers[-1]
    problem(refused, 429, "too-many-requests")
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused["RateLimit"].startswith('"minute";r=0;t=')


def test_without_redis_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from redis import Redis

    monkeypatch.setattr(limits, "redis", Redis(port=1, socket_connect_timeout=0.1))
    _key, site = made(per_minute=1)
    answers = [site.get(CLAIMS) for _ in range(3)]
    assert {one.status_code for one in answers} == {200}
    assert "RateLimit" not in answers[0]


def test_strangers_read_nothing_unless_the_desk_lets_them() -> None:
    claim = recorded()
    say(claim, Published())
    problem(Client().get(CLAIMS), 401, "unauthenticated")
    problem(Client().get(f"{CLAIMS}{claim}/"), 401, "unauthenticated")


@pytest.fixture
def open_desk(settings: Settings) -> Client:
    settings.ANONYMOUS_READING = True
    return Client()


def test_strangers_see_what_is_published_and_nothing_else(open_desk: Client) -> None:
    public, private = recorded(), recorded(begins(2))
    say(public, Published())

    listed = [row["id"] for row in open_desk.get(CLAIMS).json()["results"]]

    assert listed == [str(public)]
    assert open_desk.get(f"{CLAIMS}{public}/").status_code == 200
    assert open_desk.get(f"{CLAIMS}{public}/evidence/").status_code == 200
    for address in (f"{private}/", f"{private}/evidence/", f"{private}/events/"):
        problem(open_desk.get(CLAIMS + address), 404, "not-found")


def test_strangers_see_a_verdict_once_a_second_person_confirmed_it(open_desk: Client) -> None:
    claim = recorded()
    say(claim, Published())
    say(claim, Rated(verdict="false", explanation="Trente-sept.", against=2))
    assert open_desk.get(f"{CLAIMS}{claim}/").json()["verdict"] is None
    assert open_desk.get(f"{API}/ratings/").json()["results"] == []
    assert "rated" not in types(open_desk, claim)

    say(claim, Confirmed(rating=3), by="user:2")

    assert open_desk.get(f"{CLAIMS}{claim}/").json()["verdict"]["verdict"] == "false"
    (rating,) = open_desk.get(f"{API}/ratings/").json()["results"]
    assert (rating["claim"], rating["number"]) == (str(claim), 1)
    assert types(open_desk, claim) == ["asserted", "published", "rated", "confirmed"]


def types(reader: Client, claim: Any) -> list[str]:
    events = reader.get(f"{CLAIMS}{claim}/events/").json()["events"]
    return [event["type"] for event in events]


def test_a_no_of_the_desk_is_nothing_for_strangers(open_desk: Client) -> None:
    claim = recorded()
    say(claim, Published())
    say(claim, build.dismissed(3))
    assert types(open_desk, claim) == ["asserted", "published"]
    assert types(client(), claim) == ["asserted", "published", "dismissed"]


@pytest.mark.parametrize(
    "address",
    [
        "claims/?as_of=0", "claims/?story=1", "claims/?include=stories", "events/", "snapshot",
        "stories/", "sources/", "documents/", "proposals/", "events/stream", "events/pages/0/",
    ],
)  # fmt: skip
def test_the_rest_of_the_desk_is_not_for_strangers(open_desk: Client, address: str) -> None:
    recorded()
    problem(open_desk.get(f"{API}/{address}"), 401, "unauthenticated")


def test_a_key_of_somebody_who_left_opens_nothing() -> None:
    _key, site = made()
    User.objects.filter(username="site").update(is_active=False)
    problem(site.get(CLAIMS), 401, "unauthenticated")


def test_a_key_is_looked_up_once_in_a_second_and_its_end_is_heard_at_once_here(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(keys, "REMEMBERED", timedelta(seconds=1))
    key, secret = keys.make(name="site", user=build.person("site"), at=AT)
    with django_assert_num_queries(1):
        for part in range(5):
            assert keys.opened(secret, at=AT + timedelta(seconds=part / 10)) == key
    with django_assert_num_queries(1):
        assert keys.opened(secret, at=AT + timedelta(seconds=2)) == key
    keys.revoke(key, at=AT)
    assert keys.opened(secret, at=AT + timedelta(seconds=2.1)) is None


def test_a_minute_is_counted_for_all_processes_together_in_portions() -> None:
    limits.redis.delete("requests:somebody:0")
    limits.ahead.clear()
    first = [limits.taken("somebody", 100, now=1.0) for _ in range(3)]
    assert [left and left.rest for left in first] == [99, 98, 97]
    limits.ahead.clear()  # as another process has it
    other = limits.taken("somebody", 100, now=2.0)
    assert other
    assert (other.rest, other.seconds) == (95, 58)
