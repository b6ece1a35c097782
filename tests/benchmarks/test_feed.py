"""The feed: events a second in pages of 1,000 to JSON, against COPY of the same rows."""

import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import TypeAlias

import psycopg
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import ModelSerializer

from claims.ledger import log
from claims.models import Entry
from tests.benchmarks import logs
from tests.benchmarks.rounds import Line

Compare: TypeAlias = Callable[[str, Mapping[str, Line]], None]

EVENTS = 20_000
PAGE = 1000
COLUMNS = log.COLUMNS.replace(", erased_by, erasure", "")


class Plain(ModelSerializer[Entry]):
    """What Django REST framework makes of the rows by itself."""

    class Meta:
        model = Entry
        fields = "__all__"


def reading(page: Callable[[int], object]) -> Line:
    """A line that reads page after page, round and round."""

    def line(seconds: float) -> float:
        begin = time.perf_counter()
        for number in count(1):
            assert page(number * PAGE % EVENTS)
            passed = time.perf_counter() - begin
            if passed > seconds:
                return number * PAGE / passed
        raise AssertionError

    return line


def copied(connection: psycopg.Connection, first: int) -> int:
    """The same rows as PostgreSQL gives them away fastest."""
    query = (
        f"COPY (SELECT {COLUMNS} FROM ledger.event JOIN ledger.payload USING (position) "
        f"WHERE position >= {first} AND position < {first + PAGE} ORDER BY position) TO STDOUT"
    )
    with connection.cursor().copy(query.encode()) as copy:
        return sum(len(block) for block in copy)


def plainly(first: int) -> bytes:
    rows = Entry.objects.filter(position__gte=first, position__lt=first + PAGE)
    return JSONRenderer().render(Plain(rows, many=True).data)


def test_pages_of_a_thousand(server: str, compare: Compare) -> None:
    logs.grown(EVENTS)
    client = Client()
    client.force_login(User.objects.create(username="reader"))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        compare(
            f"The feed in pages of {PAGE} ({server})",
            {
                "COPY of the same rows": reading(partial(copied, connection)),
                "log.written": reading(lambda first: log.written(first, first + PAGE)),
                "GET /api/v1/events/": reading(
                    lambda first: client.get(f"/api/v1/events/?from={first}&limit={PAGE}").content
                ),
                "a plain ModelSerializer": reading(plainly),
            },
        )
