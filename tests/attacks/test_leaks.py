"""Secrets stay where they are: not in a log, not in an answer, not in how long a refusal takes."""

import io
import os
import pickle
import secrets as random
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from claims.clients import keys, webhooks
from claims.models import ApiKey
from tests.claims import build
from tests.claims.access.phone import LOGIN, PASSWORD, log_in, somebody
from tests.claims.desk.screens import browser
from tests.client import API, client
from tests.conftest import Server
from tests.journeys.at_work import until
from tracker.celery import app

GUESS = "correct horse battery staple"


def test_no_secret_stands_in_a_log(live: Server, worker: Server) -> None:
    user = somebody()
    phone = TOTPDevice.objects.create(user=user, name="phone", confirmed=False)
    _, key = keys.make(name="site", user=user, at=timezone.now())
    hook = webhooks.subscribe(name="site", user=user, url="http://127.0.0.1:1/h", at=timezone.now())
    webhooks.test(hook, at=timezone.now())
    app.send_task("workers.tell_subscribers")
    seen = use(live.url, key)
    until(lambda: "workers.tell_subscribers" in worker.log.read_text(encoding="utf-8"))

    said = live.log.read_text(encoding="utf-8") + worker.log.read_text(encoding="utf-8")
    assert "GET /api/v1/claims/" in said
    assert [name for name, secret in known(key, hook, phone, seen).items() if secret in said] == []


def use(url: str, key: str) -> dict[str, str]:
    """What people and clients do, right and wrong; the cookies they were given."""
    bearer = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, timeout=30) as pages:
        pages.get(LOGIN)
        token = {"csrfmiddlewaretoken": pages.cookies["csrftoken"]}
        # The password in the place of the name, as it happens to everybody one day.
        pages.post(LOGIN, data=token | {"username": GUESS, "password": GUESS})
        pages.post(LOGIN, data=token | {"username": "amina", "password": PASSWORD})
        cookies = dict(pages.cookies)
        pages.get("/admin/nothing/", headers={"Referer": url})
        pages.get(f"{API}/claims/", headers=bearer)
        pages.get(f"{API}/claims/", headers={"Authorization": f"Bearer {key}x"})
        pages.get(f"{API}/claims/", headers={"Authorization": f"Basic {key}"})
        pages.post(f"{API}/documents/", headers=bearer, content=b"{")
        pages.get(f"{API}/claims/perhaps/", headers=bearer)
    return cookies


def known(key: str, hook: Any, phone: TOTPDevice, cookies: dict[str, str]) -> dict[str, str]:
    """Everything that nobody should read in a log, by what it is."""
    addresses = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")
    passwords = {name: str(urlsplit(os.environ[name]).password) for name in addresses}
    assert all(len(one) > 10 for one in passwords.values())
    return {
        "key": key,
        "part of a key": key[keys.PREFIX :],
        "guess": GUESS,
        "password": PASSWORD,
        "session": cookies["sessionid"],
        "webhook": hook.secret,
        "phone": phone.key,
        "SECRET_KEY": settings.SECRET_KEY,
        **passwords,
    }


@pytest.mark.django_db
def test_a_mistake_of_ours_shows_nobody_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(settings.SECRET_KEY)

    reader = client("Reviewer")
    monkeypatch.setattr("claims.api.claims.Claims.get", broken)
    answer = reader.get(f"{API}/claims/")
    assert answer.status_code == 500
    assert settings.SECRET_KEY not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@pytest.mark.django_db
def test_no_page_of_the_admin_shows_a_hash_or_a_secret_again() -> None:
    root = browser("", name="root", is_superuser=True)
    user = somebody()
    key, secret = keys.make(name="site", user=user, at=timezone.now())
    hook = webhooks.subscribe(name="site", user=user, url="https://a.example/h", at=timezone.now())
    for address in (
        "/admin/claims/apikey/", f"/admin/claims/apikey/{key.pk}/change/",
        "/admin/claims/subscription/", f"/admin/claims/subscription/{hook.pk}/change/",
        f"/admin/auth/user/{user.pk}/change/", "/admin/claims/delivery/",
    ):  # fmt: skip
        shown = root.get(address, follow=True).content.decode()
        for hidden in (secret[keys.PREFIX :], key.digest, hook.secret, user.password):
            assert hidden not in shown, address


@pytest.mark.django_db
def test_a_key_is_kept_as_a_hash_and_compared_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing stops at no first difference: a guess tells nothing of how near it came."""
    compared = []

    def watched(one: str, other: str) -> bool:
        compared.append((one, other))
        return random.compare_digest(one, other)

    key, secret = keys.make(name="site", user=build.person("site"), at=timezone.now())
    assert secret[keys.PREFIX :] not in str(ApiKey.objects.values().get())
    monkeypatch.setattr("claims.clients.keys.secrets", Watched(watched))
    near, far = secret[:-1] + "~", secret[: keys.PREFIX] + "~" * 40
    for guess in (near, far):
        assert keys.opened(guess, at=timezone.now()) is None
    assert keys.opened(secret, at=timezone.now()) == key
    assert [one for one, _ in compared] == [key.digest] * 3
    assert {len(other) for _, other in compared} == {64}


class Watched:
    """The module `secrets`, with a comparison that is watched."""

    def __init__(self, comparison: Any) -> None:
        self.compare_digest = comparison


@pytest.mark.django_db
def test_a_wrong_key_is_refused_alike_whatever_is_wrong_with_it() -> None:
    _, secret = keys.make(name="site", user=build.person("site"), at=timezone.now())
    revoked, spent = keys.make(name="old", user=build.person("old"), at=timezone.now())
    keys.revoke(revoked, at=timezone.now())
    stranger = client()
    told = set()
    for guess in (secret[:-1] + "~", "ct_" + "~" * 40, spent, "ct_", "x"):
        stranger.defaults["HTTP_AUTHORIZATION"] = f"Bearer {guess}"
        headers = {"Authorization": f"Bearer {guess}"}
        with CaptureQueriesContext(connection) as asked:
            answer = stranger.get(f"{API}/claims/", headers=headers)
        told.add((answer.status_code, answer.json()["detail"], len(asked)))
    assert len(told) == 1, told


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["amina", "nobody-of-that-name", "gone"])
def test_guessing_a_name_costs_the_same_hash_as_guessing_a_password(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether there is such a person cannot be told by how long it takes, nor by what is said."""
    somebody()
    somebody("gone")
    User.objects.filter(username="gone").update(is_active=False)
    hashed: list[str] = []
    for verb in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, verb, counted(verb, hashed))
    answer = log_in(name, GUESS)
    assert len(hashed) == 1
    assert "correct username and password" in answer.content.decode()


def counted(verb: str, hashed: list[str]) -> Any:
    """A verb of the hasher that leaves a note of each call."""
    done = getattr(Argon2PasswordHasher, verb)

    def noted(self: Argon2PasswordHasher, *args: Any) -> Any:
        hashed.append(verb)
        return done(self, *args)

    return noted


class Planted:
    """What runs as soon as somebody unpickles it."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> Any:
        return (io.FileIO, (str(self.place), "w"))


def test_a_worker_runs_no_program_that_stands_in_a_message(worker: Server, tmp_path: Path) -> None:
    """Who can write to Redis can ask for tasks of ours, and for nothing else."""
    place = tmp_path / "owned"
    body = pickle.dumps([[], {"at": Planted(place)}, {}])
    with app.connection_for_write() as broker, broker.Producer() as producer:
        producer.publish(
            body,
            routing_key="deliver",
            exchange="",
            content_type="application/x-python-serialize",
            content_encoding="binary",
            headers={"task": "tracker.heartbeat", "id": "evil", "lang": "py"},
        )
    app.send_task("tracker.heartbeat")
    server = redis.Redis.from_url(settings.REDIS_URL)
    until(lambda: server.exists("claim-tracker:beat"))
    until(lambda: server.llen("deliver") == 0)
    assert "Refusing to deserialize" in worker.log.read_text(encoding="utf-8")
    assert not place.exists()
    pickle.loads(body)[1]["at"].close()  # it would have worked
    assert place.exists()
