"""Redis forgets, or is gone: the rows are the work, and all of it gets done."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import redis
from django.conf import settings
from django.utils import timezone

from sources.models import Document
from tests.client import API, key
from tests.conftest import Server, desk_process
from tests.journeys.at_work import (
    article,
    beat,
    hand_in,
    outcome,
    placing,
    states,
    undisturbed,
    until,
)
from tracker.celery import app
from tracker.local.embedded import House, free_port, valkey_program

pytestmark = pytest.mark.slow


def test_what_waited_when_redis_was_emptied_is_read_once_beat_asks_again(
    worker: Server, tmp_path: Path
) -> None:
    bodies = [article("Arvelle", 30), *(article(f"Bruzac-{number}", 1) for number in range(12))]
    expected = undisturbed(bodies)
    for body in bodies:
        hand_in(body, at=timezone.now() - timedelta(hours=1))
    until(placing)

    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    assert Document.objects.filter(state="waiting", attempts=0).count() > 5
    forgetful = beat(tmp_path)
    forgetful.start()
    until(lambda: states() == {"read"})
    with app.connection_for_write() as broker:
        assert app.control.ping(timeout=2, connection=broker)
    forgetful.stop()

    assert outcome() == expected


def test_documents_are_taken_while_redis_is_gone_and_read_when_it_is_back(
    committed: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    port, secret = free_port(), key("Reviewer")
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/1")
    live: Server = request.getfixturevalue("live")
    worker = desk_process(
        tmp_path,
        "worker",
        ["celery", "-A", "tracker", "worker", "--concurrency=1", "--loglevel=INFO"],
        lambda: " ready." in worker.log.read_text(),
    )
    with _redis(tmp_path, port):
        worker.start()
    began = time.monotonic()
    answer = httpx.post(
        f"{live.url}{API}/documents/",
        json={"text": article("Corvas", 3).decode()},
        headers={"Authorization": f"Bearer {secret}"},
    )
    took = time.monotonic() - began

    assert answer.status_code == 202, answer.text
    assert took < 5
    Document.objects.update(nudged_at=timezone.now() - timedelta(hours=1))
    with _redis(tmp_path, port):
        sleepless = beat(tmp_path)
        sleepless.start()
        until(lambda: states() == {"read"})
        sleepless.stop()
        worker.stop()


@contextmanager
def _redis(folder: Path, port: int) -> Iterator[None]:
    """A Redis of this test's own, empty at the start and killed at the end."""
    house = House(folder=folder, data=folder, keys={}, account=None, durable=False, number=1)
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    command = [str(valkey_program(house)), *options]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as server:
        until(lambda: _answers(port))
        yield
        server.kill()


def _answers(port: int) -> bool:
    try:
        return bool(redis.Redis(port=port).ping())
    except redis.ConnectionError:
        return False
