"""The desk as it is run: two web processes, a worker, PostgreSQL and Valkey."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import Server, desk_process
from tests.load.day import DAYS, Day
from tracker.local.embedded import free_port


@pytest.fixture
def plan() -> Day:
    """Which day it is: LOAD names one of DAYS."""
    return DAYS[os.environ.get("LOAD", "short")]


@pytest.fixture
def desk(committed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The web server with all its processes, which tells how many queries an answer took."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.load.settings")
    port = free_port()
    command = ["gunicorn", "-c", "python:tracker.server", "--bind", f"127.0.0.1:{port}"]
    server = desk_process(
        tmp_path,
        "web",
        [*command, "tracker.wsgi"],
        lambda: _ready(port),
        url=f"http://127.0.0.1:{port}",
    )
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    server.start()
    yield server
    server.stop()


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).is_success
    except httpx.TransportError:
        return False
