"""Each kind of work has workers of its own, and none is forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from django.conf import settings

from sources import intake
from sources.models import Document
from tests.conftest import Server, desk_process
from tests.journeys.at_work import article, states, until
from tracker.celery import QUEUES, app
from tracker.management.commands import doctor


def test_every_task_of_the_house_is_given_to_one_queue() -> None:
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    routed = [task for tasks in QUEUES.values() for task in tasks]
    assert sorted(routed) == sorted(ours)


def test_what_beat_calls_is_there() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


@pytest.fixture
def reader(committed: None, tmp_path: Path) -> Iterator[Server]:
    """A worker that reads and does nothing else."""
    command = ["celery", "-A", "tracker", "worker", "--queues=read", "--concurrency=1"]
    server = desk_process(tmp_path, "reader", command, lambda: bool(app.control.ping(timeout=0.5)))
    server.start()
    yield server
    server.stop()


def test_a_worker_that_reads_does_not_deliver(reader: Server) -> None:
    app.send_task("tracker.heartbeat")
    body, kind = article("Arvelle", 2), "text/plain"
    intake.receive(body=body, content_type=kind, by="test", at=datetime.now(UTC))
    until(lambda: states() == {Document.State.READ})
    assert redis.Redis.from_url(settings.REDIS_URL).llen("deliver") == 1
    (worker,) = [found for found in doctor.messages() if found.what == "Worker"]
    assert worker.state == "1 answering, none for: watch,deliver"
    assert "--queues=watch,deliver" in worker.remedy
