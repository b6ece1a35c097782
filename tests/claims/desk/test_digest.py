"""Letters about what waits: to who wants them, in their language, and never two for one day."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command

from claims.desk import digest
from claims.models import Digest
from tests.claims import build
from tests.claims.desk.screens import EVIL, browser, proposed, text

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 24, 6, tzinfo=UTC)


def wants(every: str, language: str = "en", name: str = "amina") -> User:
    """Somebody who chose it on their page."""
    client = browser(name=name, email=f"{name}@desk.example")
    client.post("/admin/for-me/", {"every": every, "language": language})
    return User.objects.get(username=name)


def test_what_waits_is_told_once_a_day_in_text_and_html() -> None:
    wants("daily")
    proposed(quote=f"Phrase {EVIL}")
    assert digest.send(at=TUESDAY) == 1
    assert digest.send(at=TUESDAY) == 0
    (letter,) = mail.outbox
    assert letter.to == ["amina@desk.example"]
    assert "1 proposal waits: http://localhost/admin/claims/proposal/?whose=next" in letter.body
    html: Any = letter.alternatives[0]  # type: ignore[attr-defined]
    assert "<script>" not in html[0]


def test_a_french_letter_is_french_and_a_weekly_one_comes_on_mondays() -> None:
    wants("weekly", "fr")
    build.recorded(build.begins(), build.disputed(3))
    proposed(number=5)
    assert digest.send(at=TUESDAY) == 0
    assert digest.send(at=MONDAY) == 1
    assert mail.outbox[0].subject == "Claim Tracker : ce qui vous attend"


def test_where_nothing_waits_nothing_is_sent_and_never_means_never() -> None:
    wants("daily")
    assert digest.send(at=TUESDAY) == 0
    proposed()
    wants("never", name="bo")
    User.objects.filter(username="amina").update(is_active=False)
    assert digest.send(at=MONDAY) == 0
    assert mail.outbox == []


def test_one_address_that_fails_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("amina", "bo", "chloe"):
        wants("daily", name=name)
    proposed()
    send = mail.EmailMultiAlternatives.send
    failed: list[Any] = []

    def once(letter: Any) -> int:
        if not failed:
            failed.append(letter)
            raise OSError("refused")
        return send(letter)

    with patch.object(mail.EmailMultiAlternatives, "send", once):
        assert digest.send(at=TUESDAY) == 2
    assert "could not be sent: refused" in caplog.text


def test_who_has_no_address_is_told_and_a_damaged_choice_is_refused() -> None:
    client = browser()
    answer = client.post("/admin/for-me/", {"every": "daily", "language": "fr"}, follow=True)
    assert "no e-mail address" in text(answer)
    assert client.post("/admin/for-me/", {"every": "hourly", "language": "fr"}).status_code == 400
    assert Digest.objects.get().every == "daily"


def test_the_command_tells_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    wants("daily")
    proposed()
    call_command("digest")
    assert "1 letters were sent." in capsys.readouterr().out
