"""How much to measure, and where the tables are told."""

from collections.abc import Callable, Mapping

import pytest
from django.db import connection

from tests.benchmarks.rounds import EFFORTS, Effort, Line, measured, table

SERVER = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option is known where pytest is given this folder, as `manage.py benchmark` does."""
    parser.addoption("--benchmark", choices=list(EFFORTS))


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> str:
    """Which of EFFORTS is to be made."""
    name: str | None = request.config.getoption("--benchmark", default=None)
    if name is None:
        pytest.skip("measured by `manage.py benchmark`")
    return name


@pytest.fixture
def effort(asked: str) -> Effort:
    return EFFORTS[asked]


@pytest.fixture
def compare(
    effort: Effort, tell: Callable[[str], None]
) -> Callable[[str, Mapping[str, Line]], None]:
    """Measure lines in interleaved rounds and tell their table; each must have done something."""

    def run(title: str, lines: Mapping[str, Line]) -> None:
        rates = measured(lines, effort)
        assert all(rate > 0 for found in rates.values() for rate in found)
        tell(table(title, rates))

    return run


@pytest.fixture
def server(committed: None) -> str:
    """The settings of the server that decide what a commit costs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(name || ' ' || current_setting(name), ', ')"
            " FROM unnest(%s::text[]) AS name",
            [list(SERVER)],
        )
        return str(cursor.fetchone()[0])
