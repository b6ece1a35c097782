"""A replica by streaming replication: whoever follows the log there misses nothing either."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections

from tests.claims.build import begins, corroborated, recorded, say
from tests.conftest import PATIENCE
from tracker import processes
from tracker.embedded import free_port

CLAIMS = 15
AT_A_GLANCE = """
SELECT (SELECT size FROM ledger.head),
       (SELECT array_agg(position ORDER BY position) FROM ledger.event),
       (SELECT max(position) FROM claims_claim)
"""


@pytest.fixture
def replica(
    committed: None, superuser_connection: psycopg.Connection, place: Path
) -> Iterator[psycopg.Connection]:
    """A second server that follows the first, and a connection to it as the application."""
    programs, data = (Path(said) for said in _places(superuser_connection))
    if not (programs / "pg_basebackup").exists() or not data.parent.exists():
        pytest.skip(f"there is no pg_basebackup beside the server ({programs}), or it is elsewhere")
    owner = data.stat()
    account = processes.Account(uid=owner.st_uid, gid=owner.st_gid, name=data.owner())
    runs_as = account if os.geteuid() == 0 else None
    cluster = processes.room(place / "replica", runs_as)
    source = os.environ["SUPERUSER_DATABASE_URL"]
    copy: list[str | Path] = [programs / "pg_basebackup", "-D", cluster, "-d", source]
    said = processes.run_as(runs_as, [*copy, "--write-recovery-conf", "--checkpoint=fast"], cluster)
    assert said is None, said
    for part in ("run", "logs"):
        (place / part).mkdir()
    port = free_port()
    server = processes.start(
        [programs / "postgres", "-D", cluster, "-c", f"port={port}", "-c", "fsync=off",
         "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
        name="replica", folder=place, cwd=cluster, account=runs_as, ending=signal.SIGINT,
    )  # fmt: skip
    url = urlsplit(os.environ["DATABASE_URL"])
    address = url._replace(netloc=f"{url.username}:{url.password}@127.0.0.1:{port}").geturl()
    try:
        with _reached(address, place / "logs" / "replica.log") as connection:
            yield connection
    finally:
        server.stop()


def _places(superuser: psycopg.Connection) -> list[str]:
    """Where the programs and the data of the running server are."""
    found = superuser.execute(
        "SELECT setting, current_setting('data_directory') FROM pg_config WHERE name = 'BINDIR'"
    ).fetchone()
    return list(found or ())


def _reached(address: str, log: Path) -> psycopg.Connection:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return psycopg.connect(address, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                pytest.fail(f"the replica does not start:\n{log.read_text()}")
            time.sleep(0.1)


def write_claims() -> None:
    """What desks do: claims begin and get support, each in a transaction of its own."""
    try:
        for number in range(1, CLAIMS + 1):
            say(recorded(begins(number)), corroborated(1000 + number))
    finally:
        connections.close_all()


def test_a_reader_of_a_replica_sees_every_position_in_order_and_no_claim_ahead_of_its_log(
    replica: psycopg.Connection,
) -> None:
    sizes = [0]
    with ThreadPoolExecutor(3) as desks:
        writing = [desks.submit(write_claims) for _ in range(3)]
        deadline = time.monotonic() + 2 * PATIENCE
        while sizes[-1] < 3 * CLAIMS * 2:
            assert time.monotonic() < deadline, f"the replica stays at {sizes[-1]}"
            size, positions, newest = replica.execute(AT_A_GLANCE).fetchone() or (0, None, None)
            assert list(range(size)) == (positions or [])
            assert (-1 if newest is None else newest) == size - 1
            sizes.append(size)
        for each in writing:
            each.result()

    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 3  # it was read while it followed


def test_what_a_read_of_a_claim_notes_cannot_be_noted_on_a_replica(
    replica: psycopg.Connection,
) -> None:
    for noted in ("UPDATE claims_apikey SET last_used_at = now()", "DELETE FROM claims_pulled"):
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            replica.execute(noted.encode())
