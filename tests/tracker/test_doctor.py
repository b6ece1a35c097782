"""The doctor's words: what is up, what is not, and never a secret."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import LazySettings, settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.claims import build
from tests.conftest import Server
from tracker.celery import BEAT_KEY, heartbeat
from tracker.management.commands import doctor as doctors

ROOT = Path(__file__).resolve().parents[2]


def test_all_is_well_where_everything_runs(
    worker: Server, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    heartbeat.delay()
    client = redis.Redis.from_url(settings.REDIS_URL)
    deadline = time.monotonic() + 20
    while not client.exists(BEAT_KEY) and time.monotonic() < deadline:
        time.sleep(0.1)
    call_command("doctor")
    said = capsys.readouterr().out
    for line in ("PostgreSQL: version", "Tables: up to date", "Rights: tracker_app has no more"):
        assert f"ok      {line}" in said
    assert "ok      Worker: 1 answering" in said
    assert "ok      Beat: last heard of" in said
    assert "All is well." in said


def test_a_missing_worker_is_told_with_what_to_do(
    committed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        call_command("doctor")
    said = capsys.readouterr().out
    assert end.value.code == 1
    assert "NOT OK  Worker: none answers\n        -> start celery -A tracker worker" in said
    assert "NOT OK  Beat: never heard of" in said
    for url in (os.environ["DATABASE_URL"], settings.REDIS_URL):
        assert str(urlsplit(url).password) not in said


def test_a_role_with_too_many_rights_is_found_out(
    committed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    said = doctor({"DATABASE_URL": os.environ["OWNER_DATABASE_URL"]})
    assert "NOT OK  Rights: tracker_owner could rewrite history" in said


def test_events_that_nobody_signs_are_told(
    committed: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build.recorded()
    told = "Ledger: 1 events, of which the last signed checkpoint covers 0"
    for late, mark in ((60, "ok      "), (-1, "NOT OK  ")):
        monkeypatch.setattr(doctors, "LATE", late)
        with pytest.raises(SystemExit):
            call_command("doctor")
        assert f"{mark}{told}" in capsys.readouterr().out


def test_a_superuser_without_the_second_factor_that_all_need_is_named(
    committed: None, settings: LazySettings
) -> None:
    root = User.objects.create_superuser("root")
    assert list(doctors.people()) == []
    settings.SECOND_FACTOR = "required"
    (told,) = doctors.people()
    assert told.state == "superusers without one: root"
    assert told.remedy
    TOTPDevice.objects.create(user=root, confirmed=True)
    (told,) = doctors.people()
    assert not told.remedy


def test_servers_that_do_not_answer_are_named_and_no_password_is_shown() -> None:
    nowhere = "127.0.0.1:1"
    said = doctor(
        {
            "DATABASE_URL": f"postgres://tracker_app:letmein-0a1b2c3d4e5f@{nowhere}/tracker",
            "REDIS_URL": f"redis://:letmein-0a1b2c3d4e5f@{nowhere}/1",
        }
    )
    assert "NOT OK  PostgreSQL: does not answer" in said
    assert "NOT OK  Redis: does not answer" in said
    assert "Disk:" in said
    assert "letmein-0a1b2c3d4e5f" not in said


def doctor(environment: dict[str, str]) -> str:
    """What the doctor says in another environment; it must not be content."""
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return done.stdout
