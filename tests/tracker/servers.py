"""PostgreSQL of a test's own, beside the server of this run."""

import os
import signal
from pathlib import Path

from tracker.local import embedded, processes


def house(place: Path) -> embedded.House:
    """Where a server with passwords of its own is to live; it is not running yet."""
    for part in ("run", "logs"):
        (place / part).mkdir()
    names = ("superuser", *embedded.ROLE_NAMES)
    return embedded.House(
        folder=place, data=place, keys={name: os.urandom(20).hex() for name in names},
        account=processes.nobody() if os.geteuid() == 0 else None, durable=False, number=1,
    )  # fmt: skip


def started(
    programs: Path, data: Path, port: int, *, name: str, folder: Path,
    account: processes.Account | None,
) -> processes.Process:  # fmt: skip
    """The server of a data directory that was copied from another one's, on a port of loopback."""
    return processes.start(
        [programs / "postgres", "-D", data, "-c", f"port={port}", "-c", "fsync=off",
         "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
        name=name, folder=folder, cwd=data, account=account, ending=signal.SIGINT,
    )  # fmt: skip
