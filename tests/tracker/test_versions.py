"""The oldest PostgreSQL that docs/operations.md promises is one that the tables are made on."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tests.tracker import servers
from tracker.local import embedded

OLDEST = Path("/usr/lib/postgresql/15/bin")  # where Debian 12 puts it


@pytest.mark.slow
def test_the_tables_are_made_on_the_oldest_postgresql(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (OLDEST / "postgres").exists():
        pytest.skip("there is no PostgreSQL 15 here (Debian 12: apt-get install postgresql)")
    monkeypatch.setattr(embedded, "postgresql_programs", lambda house: OLDEST)
    with embedded.postgresql(servers.house(place)) as addresses:
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            cwd=ROOT, env=os.environ | addresses, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        with psycopg.connect(addresses["DATABASE_URL"]) as desk:
            version, size = desk.execute(
                "SELECT current_setting('server_version_num')::int / 10000, size FROM ledger.head"
            ).fetchone() or (0, 0)
            assert (version, size) == (15, 0)
