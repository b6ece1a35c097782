"""A real PgBouncer in transaction mode before the database of this run."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import PATIENCE
from tracker import waiting
from tracker.local import processes
from tracker.local.embedded import free_port

SESSIONS = 2  # of PostgreSQL, that all clients share
# A file of PgBouncer's doubles the quotes within quotes.
WAITS = "; ".join(f"SET {name} = ''{value}''" for name, value in waiting.SESSION.items())
CONFIGURATION = """
[databases]
{database} = host={host} port={server} user={user} connect_query='{waits}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 200
ignore_startup_parameters = options,extra_float_digits
"""


def program() -> str:
    """Where PgBouncer is; skips the test where it is nowhere."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found is None:
        pytest.skip("there is no PgBouncer on this machine (Debian: apt-get install pgbouncer)")
    return found


@contextmanager
def pooled(folder: Path) -> Iterator[str]:
    """A running PgBouncer; the address under which the application reaches its database."""
    url, port = urlsplit(os.environ["DATABASE_URL"]), free_port()
    users, file = folder / "users", folder / "pgbouncer.ini"
    users.write_text(f'"{url.username}" "{url.password}"\n')
    said = CONFIGURATION.format(
        database=url.path[1:], host=url.hostname, server=url.port or 5432, user=url.username,
        waits=WAITS, port=port, users=users, sessions=SESSIONS,
    )  # fmt: skip
    file.write_text(said)
    command = [program(), str(file)]
    if os.geteuid() == 0:  # it refuses to run as root
        nobody = processes.nobody()
        users.chmod(0o600)
        os.chown(users, nobody.uid, nobody.gid)
        command[1:1] = ["-u", nobody.name]
    for part in ("run", "logs"):
        (folder / part).mkdir(exist_ok=True)
    server = processes.start(command, name="pgbouncer", folder=folder, cwd=folder)
    try:
        _wait(port, folder / "logs" / "pgbouncer.log")
        address = url._replace(netloc=f"{url.username}:{url.password}@127.0.0.1:{port}")
        yield f"{address.geturl()}?disable_server_side_cursors=true"
    finally:
        server.stop()


def _wait(port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > deadline:
            pytest.fail(f"PgBouncer does not start:\n{log.read_text()}")
        time.sleep(0.1)
