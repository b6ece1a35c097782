"""The oldest PostgreSQL that docs/operations.md promises is one that the tables are made on."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tracker.local import embedded, processes

OLDEST = Path("/usr/lib/postgresql/15/bin")  # where Debian 12 puts it


@pytest.mark.slow
def test_the_tables_are_made_on_the_oldest_postgresql(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (OLDEST / "postgres").exists():
        pytest.skip("there is no PostgreSQL 15 here (Debian 12: apt-get install postgresql)")
    monkeypatch.setattr(embedded, "postgresql_programs", lambda house: OLDEST)
    for part in ("run", "logs"):
        (place / part).mkdir()
    names = ("superuser", *embedded.ROLE_NAMES)
    house = embedded.House(
        folder=place, data=place, keys={name: os.urandom(20).hex() for name in names},
        account=processes.nobody() if os.geteuid() == 0 else None, durable=False, number=1,
    )  # fmt: skip
    with ExitStack() as stack:
        addresses = stack.enter_context(embedded.postgresql(house))
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
