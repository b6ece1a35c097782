"""Beat does what is due, whatever becomes of the machine's clock."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from tracker.beat import Scheduler
from tracker.celery import app


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    """The scheduler of the desk's own beat, with its own notes, on the Redis of this run."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    made = Scheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    yield made
    made.close()
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


def done_last(scheduler: Scheduler, ago: timedelta) -> None:
    """Everything was done at one moment."""
    for entry in scheduler.schedule.values():
        entry.last_run_at = timezone.now() - ago


def sent(scheduler: Scheduler) -> int:
    """How many tasks beat sends now, one after the other."""
    tasks = sum(entry.total_run_count for entry in scheduler.schedule.values())
    while scheduler.tick() == 0:
        pass
    return sum(entry.total_run_count for entry in scheduler.schedule.values()) - tasks


def test_the_desk_runs_beat_with_this_scheduler() -> None:
    assert app.conf.beat_scheduler == "tracker.beat:Scheduler"


def test_a_clock_that_was_set_back_by_an_hour_stops_nothing_for_an_hour(
    scheduler: Scheduler,
) -> None:
    done_last(scheduler, -timedelta(hours=1))
    assert scheduler.tick() <= 5  # until what is done every five seconds
    last = [entry.last_run_at for entry in scheduler.schedule.values()]
    assert all(moment is not None and moment <= timezone.now() for moment in last)
    done_last(scheduler, timedelta(seconds=6))
    scheduler.populate_heap()
    assert sent(scheduler) >= 2


def test_a_clock_that_was_set_back_while_beat_slept_is_noticed_when_it_wakes(
    scheduler: Scheduler,
) -> None:
    done_last(scheduler, timedelta(minutes=2))
    assert sent(scheduler) >= 4
    done_last(scheduler, -timedelta(hours=1))  # what it did a moment ago, by the clock of now
    assert 0 < scheduler.tick() <= 5
