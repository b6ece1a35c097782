"""Connections that threads share, where the server ends them behind the desk's back."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import connection

from tracker.pooled.base import DatabaseWrapper

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def shared() -> Iterator[DatabaseWrapper]:
    """As a web process has it, with two connections."""
    options: dict[str, Any] = connection.settings_dict["OPTIONS"]
    pool = {"min_size": 2, "max_size": 2, "timeout": 10}
    given = connection.settings_dict | {"OPTIONS": options | {"pool": pool}}
    given |= {"CONN_HEALTH_CHECKS": False, "CONN_MAX_AGE": 0}
    wrapper = DatabaseWrapper(given, "default")
    wrapper.pool.open(wait=True)
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def asked(wrapper: DatabaseWrapper) -> Any:
    """Which connection one request was given: it takes one, asks, and gives it back."""
    with closing(wrapper), wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_no_request_is_given_a_connection_that_the_server_has_ended(
    shared: DatabaseWrapper, superuser_connection: psycopg.Connection
) -> None:
    before = {asked(shared) for _ in range(4)}
    assert len(before) == 2
    for process in before:
        superuser_connection.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    assert not {asked(shared) for _ in range(4)} & before


def test_a_connection_that_was_told_something_is_kept_where_it_still_stands(
    shared: DatabaseWrapper, superuser_connection: psycopg.Connection
) -> None:
    with closing(shared), shared.cursor() as cursor:
        cursor.execute("LISTEN news")
        cursor.execute("SELECT pg_backend_pid()")
        listening = cursor.fetchone()[0]
    superuser_connection.execute("NOTIFY news")
    assert listening in {asked(shared) for _ in range(4)}
