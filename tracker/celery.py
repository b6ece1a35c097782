"""The Celery app: Redis carries nudges, PostgreSQL holds the work.

A message lost or delivered twice changes nothing: beat asks the tables every half minute for
documents that are still waiting and nudges the workers again.
"""

import logging.config
import os
import time
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import (
    beat_init,
    before_task_publish,
    setup_logging,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
)
from django.conf import settings
from kombu import Exchange, Queue
from redis import Redis

from tracker.environment import Environment
from tracker.watching import logs, reporting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

BEAT_KEY = "claim-tracker:beat"
REQUEST = "claim_tracker_request"  # the header of a message: the request that it came of
# Reading takes a processor for seconds, watching and delivering wait for servers of other people:
# each has workers of its own, so that none of them keeps another waiting. A worker that is told no
# queues (`--queues`) takes from all of them.
QUEUES = {
    "read": ("workers.read_document", "workers.reread_document"),
    "watch": (
        "workers.poll_feeds",
        "workers.recheck_due",
        "claims.fold_lexemes",
        "claims.check_read_side",
    ),
    "deliver": (
        "workers.nudge_forgotten",
        "workers.tell_origins",
        "workers.tell_subscribers",
        "workers.deliver_webhooks",
        "workers.forget_deliveries",
        "workers.forget_submissions",
        "claims.send_digests",
        "tracker.heartbeat",
    ),
}

app = Celery("tracker")
app.conf.update(
    # Settings, which would tell of anything wrong with it, cannot be read before this module.
    broker_url=Environment(os.environ).redis("REDIS_URL", strict=False),
    broker_connection_retry_on_startup=True,
    # A worker killed in mid-document gives its message back within seconds, not minutes.
    broker_transport_options={
        "visibility_timeout": 600,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
    },
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in QUEUES],
    task_default_queue="deliver",
    task_routes={task: {"queue": queue} for queue, tasks in QUEUES.items() for task in tasks},
    task_create_missing_queues=False,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=300,
    task_soft_time_limit=240,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_scheduler="tracker.beat:Scheduler",
    beat_schedule={
        "nudge forgotten documents": {"task": "workers.nudge_forgotten", "schedule": 30.0},
        "tell of new origins": {"task": "workers.tell_origins", "schedule": 30.0},
        "look at feeds": {"task": "workers.poll_feeds", "schedule": 60.0},
        "look at articles again": {"task": "workers.recheck_due", "schedule": 300.0},
        "tell subscribers": {
            "task": "workers.tell_subscribers",
            "schedule": 5.0,
            "options": {"expires": 30},
        },
        "forget old deliveries": {"task": "workers.forget_deliveries", "schedule": 86400.0},
        "forget old requests": {"task": "workers.forget_submissions", "schedule": 86400.0},
        "fold lexemes": {"task": "claims.fold_lexemes", "schedule": 600.0},
        "send digests": {"task": "claims.send_digests", "schedule": crontab(hour=6, minute=0)},
        "check the read side": {
            "task": "claims.check_read_side",
            "schedule": crontab(hour=3, minute=30),
        },
        "heartbeat": {"task": "tracker.heartbeat", "schedule": 5.0},
    },
)
app.autodiscover_tasks(["workers"])


@app.task(name="tracker.heartbeat")
def heartbeat() -> None:
    """Leave the time in Redis, so that `manage.py doctor` sees beat and a worker both alive."""
    with Redis.from_url(app.conf.broker_url) as redis:
        redis.set(BEAT_KEY, int(time.time()), ex=3600)


@setup_logging.connect
def as_the_server_does(**_given: Any) -> None:
    """Celery's lines have the form of all others, and LOG_LEVEL holds for them too."""
    logging.config.dictConfig(settings.LOGGING)


@before_task_publish.connect
def name_the_request(headers: dict[str, Any], **_given: Any) -> None:
    """What a request asks of the workers carries its id, through as many messages as it takes."""
    if request := logs.noted("request"):
        headers[REQUEST] = request


@task_prerun.connect
def begin(task_id: str, task: Any, kwargs: dict[str, Any], **_given: Any) -> None:
    """Every line of a task says which one it is, what it is about, and what asked for it."""
    named = {name: kwargs.get(name) for name in ("document", "subscription")}
    logs.note(task=task_id, request=task.request.get(REQUEST), **named)


@task_postrun.connect
def end(**_given: Any) -> None:
    """What follows is no longer about the task."""
    logs.clear()


@worker_init.connect
@beat_init.connect
def watch_itself(**_given: Any) -> None:
    """Of beat, and of what keeps a worker's processes, only failures can be told."""
    reporting.failures_only()


@worker_process_init.connect
def watch(**_given: Any) -> None:
    """Each process of a worker tells of its own tasks."""
    reporting.begin()


@worker_process_shutdown.connect
def send_the_rest(**_given: Any) -> None:
    """A worker's process ends without saying good-bye to Python."""
    reporting.end()
