"""Whether what the desk rests on answers, asked by who cannot wait for long."""

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE = 2  # seconds


def database() -> bool:
    """Is there a connection to be had, and does it answer? A pool is asked first, because Django
    waits for it as long as a request may."""
    try:
        if pool := getattr(connection, "pool", None):
            pool.open()
            pool.putconn(pool.getconn(timeout=PATIENCE))
        connection.ensure_connection()
        return connection.is_usable()
    except (DatabaseError, InterfaceError, psycopg.Error):
        return False


def redis(patience: float = PATIENCE) -> Redis:
    """A client of Redis that tries once and gives up after so many seconds."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=patience,
        socket_timeout=patience,
        retry=Retry(NoBackoff(), 0),
    )
