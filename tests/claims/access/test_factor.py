"""A second factor: enrolled with a phone, asked for after the password, replaced when lost."""

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from claims.access import factor
from claims.access.sessions import Gate
from tests.claims.access.phone import (
    ADMIN,
    CODE,
    PASSWORD,
    SECURITY,
    code,
    codes,
    enrolled,
    inside,
    somebody,
)
from tests.claims.desk.screens import page, text
from tests.client import client as with_key

pytestmark = pytest.mark.django_db
ENROL = f"{SECURITY}enrol/"


def test_enrolling_shows_a_picture_and_a_secret_and_asks_for_a_code() -> None:
    user = somebody()
    client = inside()

    shown = client.get(ENROL)
    phone = TOTPDevice.objects.get(user=user)
    assert not phone.confirmed
    assert factor.secret(phone) in text(shown)
    (picture,) = page(shown).xpath("//img[@class='desk-qr']/@src")
    assert picture.startswith("data:image/svg+xml")

    done = client.post(ENROL, {"code": code(user)})
    assert len(codes(done)) == 10
    assert "no-store" in done["Cache-Control"]
    assert client.get(ADMIN).status_code == 200
    assert client.get(ENROL).status_code == 302
    assert "10 recovery codes are left" in text(client.get(SECURITY))
    assert codes(done)[0] not in client.get(SECURITY).content.decode()


def test_a_wrong_code_enrols_nothing() -> None:
    user = somebody()
    client = inside()
    client.get(ENROL)

    assert "This code is not right" in text(client.post(ENROL, {"code": "12345"}))
    assert factor.device(user) is None


def test_the_code_is_asked_for_after_the_password_and_leads_on() -> None:
    user, _ = enrolled()
    client = inside()

    led = client.get("/admin/claims/claim/?q=pont")
    assert led.status_code == 302
    assert led["Location"].startswith(CODE)
    done = client.post(led["Location"], {"code": code(user)})
    assert done["Location"] == "/admin/claims/claim/?q=pont"
    assert client.get(ADMIN).status_code == 200


def test_without_the_code_a_session_opens_nothing_of_the_admin_or_the_api() -> None:
    enrolled()
    client = inside()

    assert client.get(ADMIN)["Location"].startswith(CODE)
    assert client.get(SECURITY)["Location"].startswith(CODE)
    assert client.get(f"{SECURITY}enrol/")["Location"].startswith(CODE)
    assert client.post(f"{SECURITY}remove/", {"password": PASSWORD})["Location"] == CODE
    assert client.get("/admin/password_change/")["Location"].startswith(CODE)
    assert client.get("/api/v1/claims/").status_code == 401
    assert client.post("/api/v1/documents/", {"text": "x"}).status_code == 401


def test_a_view_that_does_not_block_meets_nobody_either() -> None:
    user, _ = enrolled()
    request = RequestFactory().get("/elsewhere/")
    user.otp_device = None  # type: ignore[attr-defined]
    request.user = user
    met = []

    def view(asked: HttpRequest) -> HttpResponse:
        met.append(async_to_sync(asked.auser)())
        return HttpResponse()

    Gate(view)(request)
    assert not met[0].is_authenticated


def test_the_api_takes_a_session_with_both_factors() -> None:
    user, _ = enrolled()
    client = inside()
    client.post(CODE, {"code": code(user)})

    assert client.get("/api/v1/claims/").status_code == 200


def test_a_key_needs_no_code(settings: LazySettings) -> None:
    key = with_key("Auditor")
    TOTPDevice.objects.create(user=User.objects.get(username="client"), confirmed=True)
    for mode in ("optional", "required"):
        settings.SECOND_FACTOR = mode
        assert key.get("/api/v1/claims/").status_code == 200


def test_the_page_for_the_code_leads_nowhere_else() -> None:
    user, _ = enrolled()
    client = inside()

    done = client.post(f"{CODE}?next=https://evil.example/", {"code": code(user)})
    assert done["Location"] == ADMIN


def test_a_code_is_good_once() -> None:
    user, _ = enrolled()
    once = code(user)
    assert inside().post(CODE, {"code": once}).status_code == 302

    again = inside().post(CODE, {"code": once})
    assert "This code is not right" in text(again)


def test_guessing_is_slowed_down_and_the_right_code_waits_too() -> None:
    user, _ = enrolled()
    client = inside()
    right = code(user)

    client.post(CODE, {"code": "000000" if right != "000000" else "111111"})
    told = text(client.post(CODE, {"code": right}))
    assert "Too many wrong codes: wait 1 second" in told
    assert client.get("/api/v1/claims/").status_code == 401

    TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(seconds=2))
    assert client.post(CODE, {"code": right}).status_code == 302


def test_a_recovery_code_lets_in_once_and_is_kept_as_a_hash() -> None:
    user, given = enrolled()
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert not kept & {one.replace("-", "") for one in given}

    client = inside()
    assert client.post(CODE, {"code": given[0].upper()}).status_code == 302
    assert client.get(ADMIN).status_code == 200
    assert factor.left(user) == 9
    assert "This code is not right" in text(inside().post(CODE, {"code": given[0]}))


def test_a_recovery_code_of_somebody_else_opens_nothing() -> None:
    enrolled()
    _, theirs = enrolled("boris")

    assert "This code is not right" in text(inside().post(CODE, {"code": theirs[0]}))


def verified(user: User) -> Client:
    client = inside(user.username)
    assert client.post(CODE, {"code": code(user)}).status_code == 302
    return client


def test_new_recovery_codes_void_the_old_ones() -> None:
    user, old = enrolled()
    client = verified(user)

    fresh = codes(client.post(f"{SECURITY}codes/", {"password": PASSWORD, "code": code(user)}))
    assert len(fresh) == 10
    assert not set(fresh) & set(old)
    assert inside().post(CODE, {"code": old[0]}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_count=0)


@pytest.mark.parametrize(
    ("password", "right", "told"),
    [("wrong", True, "This is not your password."), (PASSWORD, False, "This code is not right")],
)
def test_removing_needs_the_password_and_a_code(password: str, right: bool, told: str) -> None:
    user, _ = enrolled()
    client = verified(user)

    sent = {"password": password, "code": code(user) if right else "12"}
    assert told in text(client.post(f"{SECURITY}remove/", sent))
    assert factor.device(user)


def test_removed_it_is_not_asked_for_any_more() -> None:
    user, _ = enrolled()
    client = verified(user)

    client.post(f"{SECURITY}remove/", {"password": PASSWORD, "code": code(user)})
    assert factor.device(user) is None
    assert not StaticToken.objects.exists()
    assert inside().get(ADMIN).status_code == 200


def test_enrolling_ends_the_other_sessions() -> None:
    user = somebody()
    here, elsewhere = inside(), inside()
    here.get(ENROL)
    here.post(ENROL, {"code": code(user)})

    assert here.get(ADMIN).status_code == 200
    assert elsewhere.get(ADMIN).status_code == 302
    assert elsewhere.get("/api/v1/claims/").status_code == 401


def test_where_it_is_required_one_enrols_before_anything_else(settings: LazySettings) -> None:
    settings.SECOND_FACTOR = "required"
    user = somebody()
    client = inside()

    for address in (ADMIN, "/admin/claims/proposal/", SECURITY, "/admin/password_change/"):
        assert client.get(address)["Location"].startswith(ENROL)
    assert client.get("/api/v1/claims/").status_code == 401
    assert "asks everybody for a second factor" in text(client.get(ENROL))
    client.post(ENROL, {"code": code(user)})
    assert client.get(ADMIN).status_code == 200
    assert client.get("/api/v1/claims/").status_code == 200


def test_where_it_is_off_nobody_is_asked(settings: LazySettings) -> None:
    settings.SECOND_FACTOR = "off"
    enrolled()
    client = inside()

    assert client.get(ADMIN).status_code == 200
    assert "Second factor" not in text(client.get(SECURITY))


def test_the_code_page_is_nothing_for_who_is_in_or_out() -> None:
    somebody()
    assert inside().get(CODE)["Location"] == ADMIN
    assert Client().get(CODE)["Location"] == ADMIN


def test_who_has_given_the_password_alone_can_log_out() -> None:
    enrolled()
    client = inside()
    client.post("/admin/logout/")
    assert client.get(ADMIN)["Location"].startswith("/admin/login/")


def test_a_code_in_strange_digits_or_of_great_length_is_refused() -> None:
    enrolled()
    for odd in ("١٢٣٤٥٦", "9" * 5000, "      ", "\x00" * 6, "abcde fghij"):
        TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
        answer: Any = inside().post(CODE, {"code": odd})
        assert answer.status_code == 200, odd
