"""Failed attempts to log in shut out a name at an address for a while, and nobody else."""

from datetime import timedelta
from typing import Any

import pytest
import redis
from axes.models import AccessAttempt
from django.conf import LazySettings, settings
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from claims.access import address
from tests.claims.access.phone import PASSWORD, SECURITY, code, enrolled, inside, log_in, somebody
from tests.claims.desk.screens import browser, page, said, text
from tests.client import client as with_key

pytestmark = pytest.mark.django_db
USERS = "/admin/auth/user/"
HERE = {"REMOTE_ADDR": "192.0.2.1"}


def shut_out(name: str = "amina", **extra: Any) -> Any:
    """What is answered to the last attempt that is allowed, wrong like all before."""
    for _ in range(settings.LOGIN_ATTEMPTS - 1):
        assert log_in(name, "wrong", **extra).status_code == 200
    return log_in(name, "wrong", **extra)


def test_after_five_wrong_passwords_the_right_one_waits_too() -> None:
    somebody()
    told = shut_out()

    assert told.status_code == 429
    assert "refused for 15 minutes" in text(told)
    assert "ask an Operator" in text(told)
    assert log_in().status_code == 429


def test_whether_there_is_such_an_account_cannot_be_told() -> None:
    somebody()
    for number in range(settings.LOGIN_ATTEMPTS):
        known, unknown = log_in(password="wrong"), log_in("nobody", "wrong")
        assert known.status_code == unknown.status_code
        assert body(known) == body(unknown), number


def body(response: Any) -> str:
    """The page without the name that was typed."""
    fields = page(response).xpath("//input[@name='username']")
    for field in fields:
        field.attrib.pop("value", None)
    return " ".join(page(response).text_content().split())


def test_others_and_other_places_are_not_shut_out() -> None:
    somebody()
    somebody("boris")
    shut_out(**HERE)

    assert log_in("boris", **HERE).status_code == 302
    assert log_in(REMOTE_ADDR="192.0.2.2").status_code == 302


def test_it_ends_after_the_cool_off_and_trying_does_not_prolong_it() -> None:
    somebody()
    shut_out()
    began = AccessAttempt.objects.get()
    log_in(password="wrong")
    after = AccessAttempt.objects.get()
    assert (after.attempt_time, after.failures_since_start) == (began.attempt_time, 5)

    ago = timedelta(minutes=settings.LOGIN_COOL_OFF, seconds=1)
    AccessAttempt.objects.update(attempt_time=began.attempt_time - ago)
    assert log_in().status_code == 302


def test_the_right_password_in_time_forgets_the_wrong_ones() -> None:
    somebody()
    for _ in range(2):
        for _ in range(settings.LOGIN_ATTEMPTS - 1):
            log_in(password="wrong")
        assert log_in().status_code == 302


def test_losing_redis_forgets_no_attempt() -> None:
    somebody()
    shut_out()
    redis.Redis.from_url(settings.REDIS_URL).flushdb()

    assert log_in().status_code == 429


def test_a_key_is_neither_counted_nor_shut_out() -> None:
    key = with_key("Auditor")
    User.objects.filter(username="client").update(is_staff=True)
    shut_out("client")
    assert key.get("/api/v1/claims/").status_code == 200

    wrong = Client(headers={"Authorization": "Bearer ct_wrong"})
    for _ in range(settings.LOGIN_ATTEMPTS + 1):
        assert wrong.get("/api/v1/claims/").status_code == 401
    assert AccessAttempt.objects.count() == 1


def test_guessing_the_password_from_inside_counts_too() -> None:
    user, _ = enrolled()
    client = inside()
    client.post(f"{SECURITY}code/", {"code": code(user)})
    remove = f"{SECURITY}remove/"
    for _ in range(settings.LOGIN_ATTEMPTS - 1):
        assert client.post(remove, {"password": "wrong", "code": "1"}).status_code == 200

    assert client.post(remove, {"password": "wrong", "code": "1"}).status_code == 429
    sent = {"password": PASSWORD, "code": code(user)}
    assert client.post(remove, sent).status_code == 429


def test_an_operator_lifts_it_and_the_log_says_so() -> None:
    user = somebody()
    shut_out()
    operator = browser("Operator", name="noor")

    sent = {"action": "lift", "_selected_action": [str(user.pk)]}
    assert said(operator.post(USERS, sent, follow=True)) == ["1 lock-out lifted."]
    assert log_in().status_code == 302
    root = browser("", name="root", is_superuser=True)
    assert "Lock-out lifted." in text(root.get(f"{USERS}{user.pk}/history/"))


# Whose address is believed


def came_from(forwarded: str = "", connection: str = "10.0.0.9") -> str | None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return address.of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=connection))


def test_without_proxies_what_a_client_says_of_itself_is_not_believed() -> None:
    assert came_from("198.51.100.7") == "10.0.0.9"
    somebody()
    for number in range(settings.LOGIN_ATTEMPTS):
        last = log_in(password="wrong", headers={"X-Forwarded-For": f"198.51.100.{number}"})
    assert last.status_code == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        (2, "1.1.1.1, 198.51.100.7, 10.0.0.8", "198.51.100.7"),
        (2, "198.51.100.7", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "unknown", "10.0.0.9"),
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::"),
        (1, "2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_behind_proxies_only_what_they_wrote_is_believed(
    proxies: int, forwarded: str, believed: str, settings: LazySettings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert came_from(forwarded) == believed


def test_a_forged_header_does_not_help_behind_a_proxy(settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 1
    somebody()
    for number in range(settings.LOGIN_ATTEMPTS):
        forged = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
        last = log_in(password="wrong", headers=forged)
    assert last.status_code == 429


def test_a_connection_through_a_socket_has_no_address() -> None:
    assert came_from(connection="") is None
    somebody()
    assert shut_out(REMOTE_ADDR="").status_code == 429
