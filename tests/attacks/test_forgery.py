"""Requests that another site makes a browser send, and sessions that somebody else has planted."""

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.claims.access.phone import CODE, PASSWORD, code, enrolled, inside, somebody
from tests.tracker.test_permissions import ROWS, client_of, desk, filled

pytestmark = pytest.mark.django_db
__all__ = ["desk"]
ELSEWHERE = "https://evil.example/"
# What is noted of somebody who looks, and is nothing of the desk's.
NOTED = {"django_session", "auth_user"}
# Each for the page that makes it: the secret of a phone that is not confirmed yet.
MADE = {"security/enrol/": {"otp_totp_totpdevice"}}


def test_nothing_is_done_for_another_site_at_any_address_of_the_admin(desk: dict[str, str]) -> None:
    client = client_of("superuser")
    client.handler.enforce_csrf_checks = True
    before = contents()
    for address in ROWS:
        answer = client.post(
            filled(address, desk), {"verb": "accept"}, headers={"Origin": ELSEWHERE}
        )
        # There is no such page, or it takes nothing that is posted, or it asks for the token.
        assert answer.status_code in {403, 404, 405}, address
    assert contents() == before


def test_looking_changes_nothing_at_any_address_of_the_admin(desk: dict[str, str]) -> None:
    client = client_of("superuser")
    for address in ROWS:
        if address in {"logout/"}:
            continue
        with transaction.atomic():
            before = contents()
            client.get(filled(address, desk))
            after = contents()
            changed = {table for table in after if after[table] != before[table]}
            assert changed == MADE.get(address, set()), address
            transaction.set_rollback(True)


def contents() -> dict[str, Any]:
    """How much stands in each table, and a sum of it that changes with any of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace IN ('public'::regnamespace, 'ledger'::regnamespace)"
            " AND has_table_privilege(oid, 'SELECT')"
        )
        tables = sorted({row[0] for row in cursor.fetchall()} - NOTED)
        parts = " UNION ALL ".join(
            f"SELECT '{table}', count(*), sum(hashtext(t::text)) FROM {table} AS t"
            for table in tables
        )
        cursor.execute(parts)
        return {name: (count, total) for name, count, total in cursor.fetchall()}


def test_a_change_would_be_seen(desk: dict[str, str]) -> None:
    before = contents()
    ContentType.objects.filter(pk=ContentType.objects.first().pk).update(model="another")  # type: ignore[union-attr]
    assert contents() != before


@pytest.mark.parametrize(
    "place", [ELSEWHERE, "//evil.example/", "https:evil.example", "/\\evil.example"]
)
def test_nobody_is_led_to_another_site_after_logging_in(place: str) -> None:
    somebody()
    client = Client()
    login = reverse("admin:login")
    sent = {"username": "amina", "password": PASSWORD, "next": place}
    answer = client.post(f"{login}?next={place}", sent)
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]


@pytest.mark.parametrize("place", [ELSEWHERE, "//evil.example/"])
def test_nor_after_the_second_factor(place: str) -> None:
    user, _ = enrolled()
    client = inside()
    answer = client.post(f"{CODE}?next={place}", {"code": code(user), "next": place})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]


def test_another_name_of_the_desk_is_refused() -> None:
    client = Client(headers={"Host": "evil.example"})
    assert client.get(reverse("admin:login")).status_code == 400


def test_a_session_that_nobody_made_is_not_taken_over() -> None:
    """Somebody plants a cookie of their own choice; the log-in gives another one."""
    somebody()
    client = Client()
    client.cookies["sessionid"] = "chosen-by-somebody-else"
    client.post(reverse("admin:login"), {"username": "amina", "password": PASSWORD})
    assert client.cookies["sessionid"].value != "chosen-by-somebody-else"
    assert client.get(reverse("admin:index")).status_code == 200


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    somebody()
    client = Client()
    client.get(reverse("admin:login"))
    client.post(reverse("admin:login"), {"username": "amina", "password": PASSWORD})
    session, token = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert (session["httponly"], session["secure"], session["samesite"]) == (True, True, "Lax")
    assert (token["secure"], token["samesite"]) == (True, "Lax")


def test_every_page_of_the_admin_says_what_a_browser_may_do_with_it(desk: dict[str, str]) -> None:
    client = client_of("superuser")
    pages = 0
    for address in ROWS:
        answer = client.get(filled(address, desk))
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        policy = answer["Content-Security-Policy"]
        (scripts,) = [part for part in policy.split("; ") if part.startswith("script-src ")]
        assert "'unsafe-inline'" not in scripts, address
        assert "frame-ancestors 'self'" in policy, address
        assert "object-src 'none'" in policy
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        pages += answer.status_code == 200
    assert pages > 30
