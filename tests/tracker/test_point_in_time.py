"""The way back to a point in time of docs/operations.md, with servers of its own."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.conftest import PATIENCE, ROOT, _address
from tests.tracker import servers
from tracker.local import embedded, processes

GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
WRITE = """
import django
django.setup()
from tests.claims.build import begins, recorded
recorded(begins({number}))
"""


def lines(after: str) -> list[str]:
    """The settings in the block of the guide that follows such a sentence."""
    found = re.search(r"\n\n((?:    .+\n)+)", GUIDE[GUIDE.index(after) :])
    assert found
    return [line.strip() for line in found[1].splitlines()]


def ran(command: list[str | Path], addresses: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT, env=os.environ | addresses, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def house(place: Path, monkeypatch: pytest.MonkeyPatch) -> embedded.House:
    """A server that archives as the guide says, which is not running yet."""
    made = servers.house(place)
    archive = processes.room(place / "wal", made.account)
    if not (embedded.postgresql_programs(made) / "pg_basebackup").exists():
        pytest.skip("there is no pg_basebackup beside the server's programs")
    kept = [line.replace("/wal/", f"{archive}/").replace(" = ", "=") for line in ARCHIVING]
    fleeting = (*embedded.FLEETING, *(line.replace("='", "=").rstrip("'") for line in kept))
    monkeypatch.setattr(embedded, "FLEETING", fleeting)
    return made


ARCHIVING = lines('"Continuous\nArchiving")')
RECOVERING = lines("an empty file `recovery.signal`")


@pytest.mark.slow
def test_a_desk_goes_back_to_a_moment_between_two_events(house: embedded.House) -> None:
    programs, place = embedded.postgresql_programs(house), house.folder
    copy = processes.room(place / "base", house.account)
    with embedded.postgresql(house) as addresses:
        superuser = _address(addresses["SUPERUSER_DATABASE_URL"], "tracker")
        ran(["manage.py", "migrate", "-v0"], addresses)
        base: list[str | Path] = [programs / "pg_basebackup", f"--pgdata={copy}", "-d", superuser]
        assert processes.run_as(house.account, [*base, "--checkpoint=fast"], copy) is None
        ran(["-c", WRITE.format(number=1)], addresses)
        with psycopg.connect(superuser, autocommit=True) as server:
            moment = (server.execute("SELECT clock_timestamp()::text").fetchone() or [""])[0]
            ran(["-c", WRITE.format(number=2)], addresses)
            server.execute("SELECT pg_switch_wal()")
    for line in RECOVERING:
        told = line.replace("/wal/", f"{place / 'wal'}/")
        told = f"recovery_target_time = '{moment}'" if "target_time" in line else told
        with (copy / "postgresql.conf").open("a") as file:
            file.write(f"{told}\n")
    (copy / "recovery.signal").touch()
    port = embedded.free_port()
    second = servers.started(
        programs, copy, port, name="recovered", folder=place, account=house.account
    )
    try:
        there = {name: re.sub(r":\d+/", f":{port}/", url) for name, url in addresses.items()}
        recovered(there["SUPERUSER_DATABASE_URL"], place / "logs" / "recovered.log")
        told = ran(["manage.py", "replay", "--check"], there)
        assert "1 events add up to 1 claims; the read side is equal to them." in told
        assert "1 events are in" in ran(["manage.py", "export-log", place / "recovered"], there)
        ran(["-c", WRITE.format(number=3)], there)  # it takes new events again
    finally:
        second.stop()


def recovered(address: str, log: Path) -> None:
    """Wait until the server has come to the moment and can be written to."""
    deadline = time.monotonic() + PATIENCE
    while "archive recovery complete" not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    while True:
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
