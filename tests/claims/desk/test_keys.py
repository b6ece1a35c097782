"""API keys: shown once, revoked for good, and made for oneself unless one is a superuser."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from claims.models import ApiKey
from tests.claims import build
from tests.claims.desk.screens import EVIL, browser, page, said, text

pytestmark = pytest.mark.django_db
KEYS = "/admin/claims/apikey/"


def root() -> Client:
    return browser("", name="root", is_superuser=True)


def make(client: Client, user: Any, name: str = "The website", **more: str) -> Any:
    return client.post(f"{KEYS}add/", {"name": name, "user": user.pk, "scopes": "read", **more})


def test_a_new_key_is_shown_once_and_opens_the_api() -> None:
    client = root()
    browser("Auditor", name="site")
    user = User.objects.get(username="site")

    (secret,) = page(make(client, user)).xpath("//*[@id='secret']")

    key = ApiKey.objects.get()
    for address in (KEYS, f"{KEYS}{key.pk}/change/"):
        shown = client.get(address).content.decode()
        assert secret.text not in shown
        assert key.digest not in shown
    headers = {"Authorization": f"Bearer {secret.text}"}
    assert Client().get("/api/v1/claims/", headers=headers).status_code == 200


def test_a_revoked_key_is_marked_and_stays_in_the_list() -> None:
    client = root()
    make(client, build.person("site"))
    key = ApiKey.objects.get()

    sent = {"action": "revoke", "index": "0", "_selected_action": [str(key.pk)]}
    assert said(client.post(KEYS, sent, follow=True)) == ["1 key revoked."]

    key.refresh_from_db()
    assert key.revoked_at


def test_nobody_makes_keys_without_the_permission() -> None:
    for group in ("Reviewer", "Editor", "Auditor"):
        client = browser(group, name=group)
        assert client.get(KEYS).status_code == (200 if group == "Auditor" else 403)
        assert make(client, build.person(f"by {group}")).status_code == 403
    assert not ApiKey.objects.exists()


def test_an_auditor_sees_the_names_of_keys_and_no_secret() -> None:
    make(root(), build.person("site"))
    key, auditor = ApiKey.objects.get(), browser("Auditor", name="ruth")

    for address in (KEYS, f"{KEYS}{key.pk}/change/"):
        shown = auditor.get(address)
        assert "The website" in text(shown)
        assert key.digest not in shown.content.decode()
    auditor.post(KEYS, {"action": "revoke", "index": "0", "_selected_action": [str(key.pk)]})
    assert ApiKey.objects.get().revoked_at is None


def test_who_is_no_superuser_makes_keys_for_oneself_alone() -> None:
    client, other = browser(), build.person("boss")
    amina = User.objects.get(username="amina")
    amina.user_permissions.add(Permission.objects.get(codename="add_apikey"))

    assert make(client, other).status_code == 200
    assert not ApiKey.objects.exists()
    make(client, amina)
    assert ApiKey.objects.get().user == amina


def test_a_key_is_neither_edited_nor_deleted() -> None:
    client, user = root(), build.person("site")
    make(client, user, name=EVIL)
    key = ApiKey.objects.get()

    assert client.post(f"{KEYS}{key.pk}/change/", {"name": "x"}).status_code == 403
    assert client.post(f"{KEYS}{key.pk}/delete/", {"post": "yes"}).status_code == 403
    assert EVIL in text(client.get(KEYS))


def test_a_key_is_made_with_what_it_may_from_where_how_often_and_until_when() -> None:
    make(
        root(),
        build.person("site"),
        scopes="submit",
        networks="203.0.113.7/24 2001:db8::/32",
        per_minute="30",
        expires_on="2199-12-31",
    )

    key = ApiKey.objects.get()
    assert key.scopes == ["submit"]
    assert key.networks == ["203.0.113.0/24", "2001:db8::/32"]
    assert key.per_minute == 30
    assert key.expires_at
    assert key.expires_at.isoformat() == "2200-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("networks", "the office", "203.0.113.0/24"),
        ("expires_on", "2001-01-01", "a day to come"),
        ("per_minute", "0", "greater than or equal to 1"),
        ("scopes", "everything", "everything"),
    ],
)
def test_what_no_key_can_be_is_said_beside_its_field(field: str, value: str, told: str) -> None:
    assert told in text(make(root(), build.person("site"), **{field: value}))
    assert not ApiKey.objects.exists()


def test_a_key_gets_a_new_secret_and_the_former_one_opens_for_a_day() -> None:
    client = root()
    (first,) = page(make(client, build.person("site"))).xpath("//*[@id='secret']")
    key = ApiKey.objects.get()

    rotated = client.post(f"{KEYS}{key.pk}/change/", {"verb": "rotate"})

    (second,) = page(rotated).xpath("//*[@id='secret']")
    assert "for one day" in text(rotated)
    for secret in (first.text, second.text):
        headers = {"Authorization": f"Bearer {secret}"}
        assert Client().get("/api/v1/claims/", headers=headers).status_code == 200


def test_a_key_is_revoked_on_its_page() -> None:
    client = root()
    make(client, build.person("site"))
    key = ApiKey.objects.get()
    client.post(f"{KEYS}{key.pk}/change/", {"verb": "revoke"})
    key.refresh_from_db()
    assert key.revoked_at
    assert "Revoked" in text(client.get(f"{KEYS}{key.pk}/change/"))


def test_nobody_gets_the_secret_of_a_key_whose_user_may_do_more_than_they() -> None:
    make(root(), User.objects.create_superuser("boss"))
    key = ApiKey.objects.get()
    operator = browser("Operator", name="oscar")
    assert operator.post(f"{KEYS}{key.pk}/change/", {"verb": "rotate"}).status_code == 403
    key.refresh_from_db()
    assert key.former_digest == ""
