"""Sessions: new at each log-in, over when idle, and ended when the person's access changes."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from claims.access import sessions
from tests.claims.access.phone import (
    ADMIN,
    CODE,
    PASSWORD,
    SECURITY,
    code,
    enrolled,
    inside,
    log_in,
    somebody,
)
from tests.claims.desk.screens import text

pytestmark = pytest.mark.django_db


def works(client: Client) -> bool:
    return client.get(ADMIN).status_code == 200


def key(client: Client) -> str:
    return str(client.session.session_key)


def test_a_session_that_was_planted_before_is_not_the_one_after() -> None:
    somebody()
    client = Client()
    planted = client.session
    planted["known"] = "to somebody else"
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(planted.session_key)

    log_in(client=client)
    assert key(client) != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()


def test_the_second_factor_changes_the_session_too() -> None:
    user, _ = enrolled()
    client = inside()
    before = key(client)
    client.post(CODE, {"code": code(user)})
    assert key(client) != before
    assert works(client)


def test_a_new_password_ends_the_other_sessions() -> None:
    somebody()
    here, elsewhere = inside(), inside()
    new = "another long pass phrase"
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/admin/password_change/", sent).status_code == 302

    assert works(here)
    assert not works(elsewhere)


def test_who_is_made_inactive_is_out_at_once() -> None:
    user = somebody()
    client = inside()
    assert works(client)
    user.is_active = False
    user.save()

    assert not works(client)
    assert client.get("/api/v1/claims/").status_code == 401
    assert log_in().status_code == 200


def test_log_out_everywhere_ends_all_sessions_of_one_person() -> None:
    somebody()
    somebody("boris")
    here, elsewhere, other = inside(), inside(), inside("boris")
    assert here.get(f"{SECURITY}everywhere/").status_code == 302
    assert works(elsewhere)

    done = here.post(f"{SECURITY}everywhere/", follow=True)
    assert "You are logged out on every device." in text(done)
    assert not works(here)
    assert not works(elsewhere)
    assert works(other)


def ended(client: Client) -> Any:
    return Session.objects.get(session_key=key(client)).expire_date


def aged(client: Client, seconds: int) -> Any:
    """The session as it is so long after it was used last; when it ends."""
    session = client.session
    session[sessions.SEEN] = timezone.now().timestamp() - seconds
    session.save()
    ending = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE - seconds)
    Session.objects.filter(session_key=session.session_key).update(expire_date=ending)
    return ending


def test_use_puts_the_end_of_a_session_off() -> None:
    somebody()
    client = inside()
    before = aged(client, 3600)
    answer = client.get(ADMIN)

    assert ended(client) > before + timedelta(minutes=59)
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 12 * 60 * 60


def test_what_a_page_asks_for_by_itself_is_no_use() -> None:
    somebody()
    client = inside()
    before = aged(client, 3600)
    for ask in (client.get, client.post):
        ask(f"{ADMIN}search/", headers={"Sec-Fetch-Mode": "cors"})
        assert ended(client) == before

    client.post(f"{ADMIN}search/", headers={"Sec-Fetch-Mode": "navigate"})
    assert ended(client) > before


def test_not_every_click_is_written_down() -> None:
    somebody()
    client = inside()
    before = aged(client, 30)
    client.get(ADMIN)
    assert ended(client) == before


def test_an_idle_session_is_over() -> None:
    somebody()
    client = inside()
    aged(client, settings.SESSION_COOKIE_AGE)
    assert not works(client)


def test_what_is_public_stays_cacheable() -> None:
    assert "Cookie" not in Client().get("/log/checkpoint").get("Vary", "")
