"""What the settings name is tried: a model that is not there, a mail server that refuses."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest

from tracker import tried
from tracker.local.embedded import free_port

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def mail_server() -> Iterator[int]:
    """A mail server that refuses every login; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_refusing, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _refusing(listener: socket.socket) -> None:
    answers = {b"EHLO": b"250-desk.test\r\n250 AUTH PLAIN LOGIN\r\n", b"AUTH": b"535 No.\r\n"}
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"220 desk.test\r\n")
        for line in lines:
            connection.sendall(answers.get(line[:4].upper(), b"250 OK\r\n"))


def test_a_mail_server_that_refuses_the_login_is_told_without_the_password(
    mail_server: int, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "hunter2"
    (found,) = tried.letters()
    assert found.state == f"127.0.0.1:{mail_server} does not let us in"
    assert "535" in found.remedy
    assert "hunter2" not in repr(found)


def test_a_mail_server_that_is_not_there_is_told(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    (found,) = tried.letters()
    assert "ConnectionRefusedError" in found.remedy


def test_the_rules_judge_where_nothing_else_is_named() -> None:
    (found,) = tried.judge(AT)
    assert (found.state[:6], found.remedy) == ("rules/", "")


@pytest.mark.django_db
def test_a_language_model_that_does_not_answer_is_told(settings: Any) -> None:
    settings.MATCHER = "workers.matching.language_model.LanguageModel"
    settings.MODEL_URL, settings.MODEL_NAME = f"http://127.0.0.1:{free_port()}/v1", "small"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    (found,) = tried.judge(AT)
    assert "the model gave no answer" in found.state
    assert "MODEL_URL" in found.remedy


@pytest.mark.parametrize(
    "name",
    ["workers.matching.sentence_pairs.SentencePairs", "nowhere.Matcher", "tracker.settings.x"],
)
def test_a_matcher_that_cannot_be_made_is_told(settings: Any, name: str) -> None:
    settings.MATCHER, settings.MODEL_PATH = name, "/nowhere"
    (found,) = tried.judge(AT)
    assert f"{name} cannot judge" in found.state
    assert found.remedy


def test_a_desk_that_others_reach_needs_tls_and_a_name_for_its_log(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["desk.test", "localhost"]
    remedies = {found.what: found.remedy for found in tried.together() if found.remedy}
    assert "HTTPS=true" in remedies["Settings"]
    assert "LOG_ORIGIN" in remedies["Name of the log"]
    settings.ALLOWED_HOSTS = ["localhost"]
    assert not [found for found in tried.together() if found.remedy]


def test_django_is_asked_as_well(settings: Any) -> None:
    settings.HTTPS, settings.SECURE_HSTS_SECONDS = True, 0
    remedies = [found for found in tried.together() if found.remedy]
    assert any("SECURE_HSTS_SECONDS" in found.state for found in remedies)


@pytest.mark.parametrize("name", ["https://desk.test/log", "desk.test /log", "a+b"])
def test_a_name_that_no_log_can_have_is_told(settings: Any, name: str) -> None:
    settings.ALLOWED_HOSTS, settings.LOG_ORIGIN = ["localhost"], name
    assert [found.what for found in tried.together() if found.remedy] == ["Name of the log"]
