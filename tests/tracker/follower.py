"""A real second server that follows the one of this run by streaming replication."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.conftest import PATIENCE, Server
from tests.tracker.servers import started
from tracker.local import processes
from tracker.local.embedded import free_port


@dataclass(kw_only=True)
class Copy:
    """A replica; `url` is the application's address of it, `superuser` that of who may pause it."""

    server: Server
    url: str
    superuser: str

    def pause(self) -> None:
        """Let it fall behind: what comes from now on is received and not shown."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
            deadline = time.monotonic() + PATIENCE
            paused = "SELECT pg_get_wal_replay_pause_state()"
            while connection.execute(paused).fetchone() != ("paused",):
                assert time.monotonic() < deadline, "the replica does not pause"
                time.sleep(0.02)

    def resume(self) -> None:
        """Let it catch up."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_resume()")

    def caught_up(self) -> None:
        """Wait until it shows what the primary has now, written to its disk or not."""
        with psycopg.connect(os.environ["DATABASE_URL"]) as primary:
            (now,) = primary.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone() or ("",)
        deadline = time.monotonic() + PATIENCE
        with psycopg.connect(self.url, autocommit=True) as copy:
            while copy.execute(
                "SELECT pg_last_wal_replay_lsn() < %s::pg_lsn", [now]
            ).fetchone() == (True,):
                assert time.monotonic() < deadline, "the replica does not catch up"
                time.sleep(0.02)


@contextmanager
def followed(folder: Path) -> Iterator[Copy]:
    """A running copy of the server; skips the test where none can be made."""
    if "SUPERUSER_DATABASE_URL" not in os.environ:
        pytest.skip("this server gives the tests no superuser (SUPERUSER_DATABASE_URL)")
    source = os.environ["SUPERUSER_DATABASE_URL"]
    programs, data = _places(source)
    if not (programs / "pg_basebackup").exists() or not data.parent.exists():
        pytest.skip(f"there is no pg_basebackup beside the server ({programs}), or it is elsewhere")
    owner = data.stat()
    account = processes.Account(uid=owner.st_uid, gid=owner.st_gid, name=data.owner())
    runs_as = account if os.geteuid() == 0 else None
    cluster = processes.room(folder / "replica", runs_as)
    copy: list[str | Path] = [programs / "pg_basebackup", "-D", cluster, "-d", source]
    said = processes.run_as(runs_as, [*copy, "--write-recovery-conf", "--checkpoint=fast"], cluster)
    assert said is None, said
    for part in ("run", "logs"):
        (folder / part).mkdir()
    port = free_port()
    url, superuser = (_at(one, port) for one in (os.environ["DATABASE_URL"], source))

    def begin() -> processes.Process:
        (cluster / "postmaster.pid").unlink(missing_ok=True)  # of one that was killed
        return started(programs, cluster, port, name="replica", folder=folder, account=runs_as)

    def answers() -> bool:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            return False
        return True

    server = Server(begin=begin, answers=answers, log=folder / "logs" / "replica.log")
    try:
        server.start()
        yield Copy(server=server, url=url, superuser=superuser)
    finally:
        server.stop()


def _places(superuser: str) -> list[Path]:
    """Where the programs and the data of the running server are."""
    with psycopg.connect(superuser) as connection:
        found = connection.execute(
            "SELECT setting, current_setting('data_directory') FROM pg_config WHERE name = 'BINDIR'"
        ).fetchone()
    return [Path(said) for said in found or ()]


def _at(url: str, port: int) -> str:
    """The same role and database on another port of this machine."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()
