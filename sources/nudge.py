"""The message that tells the workers of work: it may be lost, and nothing is lost with it."""

import logging
from functools import cache
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)


def after_commit(document: UUID) -> None:
    """Tell the workers once the row is committed, which alone makes the work exist."""

    def told() -> None:
        send(document)

    transaction.on_commit(told)


def origins_after_commit() -> None:
    """Tell the workers once it is committed that proposals have to hear of an origin."""

    def told() -> None:
        _send("workers.tell_origins")

    transaction.on_commit(told)


def feeds_after_commit() -> None:
    """Tell the workers once it is committed that feeds are due."""

    def told() -> None:
        _send("workers.poll_feeds")

    transaction.on_commit(told)


def reread(document: UUID) -> None:
    """Ask the workers to judge a document that was read anew; asked again, it is done again."""
    _send("workers.reread_document", document=str(document))


def send(document: UUID) -> None:
    """Tell the workers now; where the broker is down, beat will tell them later."""
    _send("workers.read_document", document=str(document))


def _send(task: str, **about: str) -> None:
    try:
        broker().ping()
        current_app.send_task(task, kwargs=about, retry=False)
    except (BrokerError, RedisError, OSError) as error:
        logger.warning("No nudge for %s %s, beat will send it again: %s", task, about, error)


@cache
def broker() -> Redis:
    """Asked first, because Celery waits six seconds for a Redis that is down and this does not."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=1,
        socket_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )
