"""Settings: typed, from the environment or from files, and refused in plain sentences."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tracker.environment import Environment

ROOT = Path(__file__).resolve().parents[2]
NEEDED: dict[str, dict[str, object]] = {
    "zone": {"default": "UTC"},
    "database": {"strict": True},
    "hosts": {"default": []},
    "ports": {"default": []},
}
GOOD = "9f2c41d07be86a5341fe" * 4  # as long and as mixed as `openssl rand -hex 32` makes it
SERVER = {
    "SECRET_KEY": GOOD,
    "DATABASE_URL": f"postgres://tracker_app:{GOOD}@database/tracker",
    "REDIS_URL": f"redis://:{GOOD}@valkey/0",
    "ALLOWED_HOSTS": "desk.test",
    "HTTPS": "true",
}


def manage(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command in an environment of a server's own, as an operator gets to see it."""
    given = {"PATH": os.environ["PATH"], "VIRTUAL_ENV": sys.prefix, **environment}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=given, capture_output=True, text=True, check=False,
    )  # fmt: skip


def wrong(given: dict[str, str], read: str, **about: object) -> list[str]:
    """What is said of the environment after one setting of it was read."""
    env = Environment(given)
    name, _, kind = read.partition(":")
    getattr(env, kind)(name, **about)
    return env.wrong


def test_djangos_own_checks_find_nothing_to_say_of_a_server() -> None:
    done = manage(SERVER, "check", "--deploy", "--fail-level=WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_one_start_tells_of_every_mistake_and_repeats_no_secret() -> None:
    mistakes = {
        "SECRET_KEY": "hunter2",
        "DATABASE_URL": "postgres://tracker_app:hunter2@database/tracker",
        "REDIS_URL": "redis://valkey/0",
        "HTTPS": "ture",
        "LOGIN_ATTEMPTS": "five",
        "LOGIN_COOL_OFF": "99999999999",
        "CSRF_TRUSTED_ORIGINS": "desk.test",
        "TIME_ZONE": "Mars/Phobos",
        "HOST_PAUSE": "-1",
        "CHECKWORTHY_FROM": "50",
        "SECOND_FACTOR": "maybe",
        "FETCH_PORTS": "80,web",
        "VERDICTS": '{"true": [5, "True"]}',
        "EMAIL_URL": "mail.desk.test",
    }
    done = manage(mistakes, "doctor")
    assert done.returncode == 1
    first, *sentences = done.stderr.splitlines()
    assert first == "These settings cannot be used (docs/operations.md tells of each):"
    for name in mistakes:
        assert [one for one in sentences if name in one], name
    assert len(sentences) == len(mistakes)
    assert all(one.endswith(".") for one in sentences)
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "program",
    [
        ["gunicorn", "--config=python:tracker.server", "--bind=127.0.0.1:0", "tracker.wsgi"],
        ["celery", "-A", "tracker", "worker"],
        ["celery", "-A", "tracker", "beat"],
    ],
    ids=lambda program: program[-1],
)
def test_every_program_tells_it_in_sentences_too(program: list[str]) -> None:
    given = {"PATH": os.environ["PATH"], **SERVER, "HTTPS": "ture", "WEB_PROCESSES": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *program],
        cwd=ROOT, env=given, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode
    assert "HTTPS has to be true or false." in done.stderr
    assert "File " not in done.stderr


def test_a_server_without_its_key_is_told_how_to_make_one() -> None:
    done = manage({name: SERVER[name] for name in SERVER if name != "SECRET_KEY"}, "check")
    assert done.returncode == 1
    assert "SECRET_KEY is missing: `openssl rand -hex 32`" in done.stderr


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "a" * 40,
        "change-me-change-me-change-me",
        "MyPassword-MyPassword",
        "0123456789abcdef",
    ],
)
def test_a_password_that_can_be_guessed_is_refused(password: str) -> None:
    url = f"postgres://tracker_app:{password}@database/tracker"
    (said,) = wrong({"DATABASE_URL": url}, "DATABASE_URL:database", strict=True)
    assert said.startswith("The password of DATABASE_URL is weak")
    assert password not in said
    assert wrong({"DATABASE_URL": url}, "DATABASE_URL:database", strict=False) == []


def test_who_needs_no_password_is_not_asked_for_one() -> None:
    for url in (
        "postgres:///tracker",
        "postgres://tracker_app@database/tracker?sslmode=verify-full",
    ):
        assert wrong({"DATABASE_URL": url}, "DATABASE_URL:database", strict=True) == []
    assert wrong({"REDIS_URL": "redis://localhost/0"}, "REDIS_URL:redis", strict=True) == []


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    kept = tmp_path / "app_password"
    kept.write_text("p@ss/w:rd%40" + GOOD + "\n")
    url = "postgres://tracker_app@database:5433/tracker?sslmode=require"
    env = Environment({"DATABASE_URL": url, "DATABASE_PASSWORD_FILE": str(kept)})
    found = env.database("DATABASE_URL", strict=True)
    env.refuse()
    assert found["PASSWORD"] == "p@ss/w:rd%40" + GOOD
    assert (found["USER"], found["HOST"], found["PORT"]) == ("tracker_app", "database", 5433)
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_redis_takes_its_password_from_a_file_too(tmp_path: Path) -> None:
    kept = tmp_path / "redis_password"
    kept.write_text(GOOD)
    env = Environment({"REDIS_URL": "redis://valkey:6379/0", "REDIS_PASSWORD_FILE": str(kept)})
    assert env.redis("REDIS_URL", strict=True) == f"redis://:{GOOD}@valkey:6379/0"
    env.refuse()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    env = Environment({"SECRET_KEY_FILE": "/nowhere/key", "MODEL_KEY_FILE": str(empty)})
    env.str("MODEL_KEY", default="")
    env.secret("SECRET_KEY", least=50, needed=False, strict=True)
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.refuse()
    assert str(refusal.value).splitlines() == [
        f"MODEL_KEY_FILE names {empty}, which is empty.",
        "SECRET_KEY_FILE names /nowhere/key, which cannot be read: No such file or directory.",
    ]


def test_a_secret_is_given_in_one_way_only(tmp_path: Path) -> None:
    kept = tmp_path / "key"
    kept.write_text(GOOD)
    both = {"SECRET_KEY": GOOD, "SECRET_KEY_FILE": str(kept)}
    (said,) = wrong(both, "SECRET_KEY:secret", least=50, needed=True, strict=True)
    assert said == "SECRET_KEY and SECRET_KEY_FILE are both set: keep one of them."
    both = {"DATABASE_URL": SERVER["DATABASE_URL"], "DATABASE_PASSWORD": GOOD}
    (said,) = wrong(both, "DATABASE_URL:database", strict=True)
    assert said == "DATABASE_URL and DATABASE_PASSWORD both hold a password: keep one."


@pytest.mark.parametrize(
    ("read", "right", "mistaken"),
    [
        ("TIME_ZONE:zone", ["Europe/Paris"], ["Mars/Phobos", "../../etc/passwd", "/etc/passwd"]),
        ("ALLOWED_HOSTS:hosts", [".a.org,10.0.0.1, [::1]"], ["https://a.org", "a.org:80", "a/b"]),
        ("CORS_ORIGINS:origins", ["https://a.org:8443, https://*.b.org"], ["a.org", "ftp://a"]),
        ("METRICS_NETWORKS:networks", ["10.0.0.0/8,fd00::/64"], ["10.0.0.1/8", "inside"]),
        ("FETCH_PORTS:ports", ["80,443"], ["0", "65536", "https"]),
        ("DATABASE_URL:database", ["postgres://a@host/tracker"], ["postgres://a@host"]),
    ],
)
def test_a_value_that_would_only_fail_later_is_refused_at_start(
    read: str, right: list[str], mistaken: list[str]
) -> None:
    name, _, kind = read.partition(":")
    about = NEEDED.get(kind, {})
    for value in right:
        assert wrong({name: value}, read, **about) == []
    for value in mistaken:
        (said,) = wrong({name: value}, read, **about)
        assert said.startswith(name)


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    env = Environment({"HOST_PAUSE": "", "HTTPS": "", "ALLOWED_HOSTS": ""})
    assert env.number("HOST_PAUSE", default=1) == 1
    assert env.bool("HTTPS", default=False) is False
    assert env.list("ALLOWED_HOSTS", default=["localhost"]) == ["localhost"]
    env.refuse()


def test_a_value_that_begins_with_a_dollar_is_taken_as_it_stands() -> None:
    """The library would take it for the name of another variable, and show that one's value."""
    env = Environment({"SECRET_KEY": "$HOME" + GOOD, "HOME": "/root"})
    assert env.secret("SECRET_KEY", least=50, needed=True, strict=True) == "$HOME" + GOOD


WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("sentry_sdk", "opentelemetry"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
"""


def test_a_setting_whose_packages_are_missing_says_which_extra_to_install(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT)
    named = {
        "PYTHONPATH": str(tmp_path),
        "SENTRY_DSN": "https://key@sentry.test/1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector.test",
    }
    done = manage(SERVER | named, "doctor")
    assert done.returncode == 1
    for name, extra in (("SENTRY_DSN", "sentry"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "telemetry")):
        assert f"{name} is set, and the packages for it are not installed" in done.stderr
        assert f"pip install '.[{extra}]'" in done.stderr
    assert manage(SERVER | {"PYTHONPATH": str(tmp_path)}, "check").returncode == 0


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("https://key@sentry.test/desk", "SENTRY_DSN is an address such as"),
        ("https://sentry.test/1", "SENTRY_DSN is an address such as"),
        ("sentry.test/1", "SENTRY_DSN is an address that begins with http:// or https://."),
        ("https://key@sentry.test/1", ""),
    ],
)
def test_a_project_that_failures_are_told_to_has_a_key_and_a_number(
    address: str, sentence: str
) -> None:
    told = wrong({"SENTRY_DSN": address}, "SENTRY_DSN:dsn")
    assert "".join(told)[: len(sentence)] == sentence
    assert bool(told) == bool(sentence)
