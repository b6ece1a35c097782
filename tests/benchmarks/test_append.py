"""Appending: against the same row inserted by pgbench, batches against COPY of the same rows."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

import psycopg
import pytest

from tests.benchmarks import peers, programs, safeties, workload
from tests.benchmarks.rounds import Line, writing

Compare: TypeAlias = Callable[[str, Mapping[str, Line]], None]

WRITERS = (1, 4)
BATCH = 100


@pytest.fixture
def limit(asked: str, owner_connection: psycopg.Connection, server: str) -> Iterator[str]:
    """The table of the limit, and the address under which the application writes to it."""
    owner_connection.execute(workload.LIMIT)
    with peers.tables():
        yield os.environ["DATABASE_URL"]
    owner_connection.execute("DROP TABLE limit_row")


@pytest.mark.parametrize("writers", WRITERS)
def test_one_event_per_command(
    limit: str, server: str, compare: Compare, tmp_path: Path, writers: int
) -> None:
    call = workload.call("ledger")
    compare(
        f"One event per command, writers: {writers} ({server})",
        {
            "INSERT of the same row, pgbench": programs.pgbench(
                limit, tmp_path, "insert", workload.INSERT, clients=writers
            ),
            "ledger.append, pgbench": programs.pgbench(
                limit, tmp_path, "append", call, clients=writers
            ),
            "ledger.append, psycopg": writing(
                writers, partial(workload.calling, limit, "ledger", 1)
            ),
            "log.append": writing(writers, partial(workload.appending, 1)),
            "history.record": writing(writers, partial(workload.recording, 1)),
            "eventsourcing's recorder": writing(writers, partial(peers.recording, 1)),
            "django-pghistory on a model": writing(writers, partial(peers.tracking, 1)),
        },
    )


@pytest.mark.parametrize("writers", WRITERS)
def test_batches(limit: str, server: str, compare: Compare, writers: int) -> None:
    compare(
        f"{BATCH} events per command, writers: {writers} ({server})",
        {
            "COPY of the same rows": writing(writers, partial(workload.copying, limit, BATCH)),
            "ledger.append, psycopg": writing(
                writers, partial(workload.calling, limit, "ledger", BATCH)
            ),
            "log.append": writing(writers, partial(workload.appending, BATCH)),
            "history.record": writing(writers, partial(workload.recording, BATCH)),
            "eventsourcing's recorder": writing(writers, partial(peers.recording, BATCH)),
            "django-pghistory on a model": writing(writers, partial(peers.tracking, BATCH)),
        },
    )


@pytest.mark.parametrize("writers", WRITERS)
def test_what_each_safety_costs(
    limit: str,
    server: str,
    compare: Compare,
    owner_connection: psycopg.Connection,
    tmp_path: Path,
    writers: int,
) -> None:
    with safeties.schemas(owner_connection) as schemas:
        compare(
            f"One event per command with one safety left out, writers: {writers} ({server})",
            {
                schema: programs.pgbench(
                    limit, tmp_path, schema, workload.call(schema), clients=writers
                )
                for schema in schemas
            },
        )
