"""Replay: events a second folded into claims, against COPY of the same rows; memory stays flat."""

import os
import resource
import time
from collections.abc import Callable
from statistics import median

import psycopg
from django.db import connection

from claims.replay import replay
from tests.benchmarks import logs

EVENTS = {"quick": 20_000, "long": 1_000_000}
SAID = "stream_id, version, type, schema_version, actor, effective_at, recorded_at, position, body"


def copied() -> float:
    """How long COPY takes for what a fold needs of every event, stream by stream."""
    query = (
        f"COPY (SELECT {SAID} FROM ledger.event JOIN ledger.payload USING (position) "
        "ORDER BY stream_id, version) TO STDOUT"
    )
    begin = time.perf_counter()
    with (
        psycopg.connect(os.environ["DATABASE_URL"]) as plain,
        plain.cursor().copy(query.encode()) as copy,
    ):
        assert sum(len(block) for block in copy)
    return time.perf_counter() - begin


def replayed() -> float:
    begin = time.perf_counter()
    found = replay(mend=False)
    assert found.size
    return time.perf_counter() - begin


def test_the_whole_log(server: str, asked: str, tell: Callable[[str], None]) -> None:
    events = EVENTS[asked]
    logs.grown(events)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ratios, rates = [], []
    for _ in range(3):
        limit, took = copied(), replayed()
        ratios.append(limit / took)
        rates.append(events / took)
    grew = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    tell(
        f"Replay of {events:,} events ({server})\n"
        f"  {median(rates):,.0f} events a second, {median(ratios):.2f} of COPY of the same rows "
        f"({min(ratios):.2f} - {max(ratios):.2f}); memory grew by {grew:.0f} MiB"
    )
