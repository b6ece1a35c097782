"""A whole desk of this run's own, every part a process, every server behind a wire.

As in production, somebody starts again whatever ends; here that is a thread, which notes what ended
without having been killed. PostgreSQL's data are on a small disk of their own where this user may
mount one, and all processes have a clock of their own where there is a C compiler.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis
from django.conf import settings

from claims.ledger import signing
from tests.conftest import ROOT
from tests.faults.ground import Clock, mounted
from tests.faults.wire import LOOPBACK, Wire
from tests.journeys.at_work import until
from tracker.local import embedded, processes, services
from tracker.management.commands.demo import answers, web_server

CONNECTIONS = 40  # that PostgreSQL takes
PARTS = ("web", "worker", "beat", "signer")
ORIGIN = "localhost/log"


@dataclass
class Part:
    """One of the desk's own processes, with its command."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: processes.Process | None = None
    killed: bool = False


@dataclass
class Desk:
    """Everything that runs; `wires` lead to PostgreSQL by the names of parts, and to Valkey."""

    folder: Path
    hook_port: int  # where this test listens to webhooks
    parts: dict[str, Part] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)  # what ended without being killed

    def __post_init__(self) -> None:
        self.stack, self.lock = ExitStack(), RLock()
        self.servers = {"postgresql": ExitStack(), "valkey": ExitStack()}
        self.wires = {name: Wire() for name in ("web", "worker", "signer", "valkey")}
        for wire in self.wires.values():
            self.stack.callback(wire.close)
        for part in ("run", "logs", "disk"):
            services.made(self.folder / part)
        self.small_disk = mounted(self.folder / "disk", self.stack)
        self.clock = Clock(self.folder)
        self.account = processes.nobody() if os.geteuid() == 0 else None
        self.web_port = embedded.free_port()
        self.url = f"http://{LOOPBACK}:{self.web_port}"
        self.closing = Event()

    def __enter__(self) -> "Desk":
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        if hasattr(self, "tending"):
            self.tending.join()
        for part in self.parts.values():
            if part.process:
                part.process.ask()
        for part in self.parts.values():
            if part.process:
                part.process.stop(10)
        for server in self.servers.values():
            server.close()
        self.stack.close()

    # Servers

    def start_postgresql(self) -> None:
        """Start it, as the demo does, on whatever its last end left behind."""
        self.wait_for_no_postgresql()
        with self.clock.worn():
            found = self.servers["postgresql"].enter_context(embedded.postgresql(self._house(1)))
        self.superuser = found["SUPERUSER_DATABASE_URL"]
        port = urlsplit(self.superuser).port or 0
        self.addresses = found
        for name in ("web", "worker", "signer"):
            self.wires[name].to = port

    def start_valkey(self) -> None:
        """Start it on what it had kept."""
        with self.clock.worn():
            found = self.servers["valkey"].enter_context(embedded.valkey(self._house(0)))
        self.redis_url = found["REDIS_URL"]
        self.wires["valkey"].to = urlsplit(self.redis_url).port or 0

    def forget(self, server: str) -> None:
        """Clear away what is left of a server that has ended."""
        self.servers[server].close()
        self.servers[server] = ExitStack()

    def server_pid(self, name: str) -> int:
        """The number of a server's first process."""
        return int(json.loads((self.folder / "run" / f"{name}.json").read_text())["pid"])

    def postgresql_pids(self) -> list[int]:
        """Every process of PostgreSQL, the first one first."""
        (cluster,) = (self.folder / "disk").glob("postgresql-*")
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (place / "cwd").resolve() == cluster.resolve() and processes.born(
                    int(place.name)
                ):
                    found.append(int(place.name))
        return sorted(found)

    def wait_for_no_postgresql(self) -> None:
        """Wait until nothing of it runs; its first process may have left others behind."""
        if list((self.folder / "disk").glob("postgresql-*")):
            until(lambda: not self.postgresql_pids())

    def superuse(self, database: str = embedded.DATABASE) -> psycopg.Connection:
        """A connection past the wires, with the rights and the reserve of a superuser."""
        return psycopg.connect(self.superuser, dbname=database, autocommit=True, connect_timeout=5)

    def ask(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows that a query gives, past the wires."""
        with self.superuse() as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def broker(self) -> redis.Redis:
        """A connection to Valkey past the wire."""
        return redis.Redis.from_url(self.redis_url, decode_responses=True)

    # Parts

    def kill(self, name: str) -> None:
        """End a part and its children as a power cut would; it is started again by itself."""
        with self.lock:
            part = self.parts[name]
            if part.process is None or part.process.popen.poll() is not None:
                return
            part.killed = True
            os.killpg(part.process.popen.pid, signal.SIGKILL)
            part.process.popen.wait()

    def children(self, name: str) -> list[int]:
        """The processes that a part has started itself."""
        process = self.parts[name].process
        if process is None:
            return []
        listed = subprocess.run(
            ["pgrep", "-P", str(process.popen.pid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in listed.stdout.split()]

    def whole(self) -> None:
        """Mend every wire, and wait until everything answers."""
        for wire in self.wires.values():
            wire.mend()
        until(lambda: answers(self.web_port))

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the project in the desk's environment, past no wire."""
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self.environment(**self.addresses, REDIS_URL=self.redis_url),
            capture_output=True,
            text=True,
            check=False,
        )

    def environment(self, **more: str) -> dict[str, str]:
        """What the desk's own processes find in their environment."""
        given = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
        return given | {"FETCH_PORTS": str(self.hook_port), "LOG_ORIGIN": ORIGIN} | more

    def _open(self) -> None:
        self.start_postgresql()
        with self.superuse("postgres") as connection:
            connection.execute(f"ALTER SYSTEM SET max_connections = {CONNECTIONS}".encode())
            connection.execute("ALTER SYSTEM SET max_wal_size = '64MB'")
        self.forget("postgresql")
        self.start_postgresql()
        self.start_valkey()
        self._prepare()
        schedule = self.folder / "schedule"
        commands = {
            "web": web_server(self.web_port),
            "worker": ["tests.journeys.inner_worker", "--concurrency=2", "--loglevel=INFO"],
            "beat": ["celery", "-A", "tracker", "beat", f"--schedule={schedule}", "--pidfile="],
            "signer": ["django", "sign-checkpoints", "--every=1"],
        }
        for name in PARTS:
            self.parts[name] = Part(name, commands[name], self._environment(name))
        self.tending = Thread(target=self._tend, daemon=True)
        self.tending.start()
        until(lambda: answers(self.web_port))

    def _prepare(self) -> None:
        """The tables, the people, a key, a webhook, and the signer's key."""
        done = self.run("django", "migrate", "-v0")
        assert done.returncode == 0, done.stderr
        hook = f"http://{LOOPBACK}:{self.hook_port}/hook"
        done = self.run("tests.faults.people", hook)
        assert done.returncode == 0, done.stderr
        self.people = json.loads(done.stdout)
        room = self.folder / "signer"
        signing.make_key(room / "key", name=ORIGIN, seed=os.urandom(32), add=False)
        self.vkey = str(signing.keys(room / "key")[-1].verifier)
        (self.folder / "api-key").write_text(self.people["key"])

    def _environment(self, part: str) -> dict[str, str]:
        """The addresses that lead over the wires, and for the signer alone its key."""
        over = {"worker": "worker", "signer": "signer"}.get(part, "web")
        names = ["SIGNER_DATABASE_URL", "DATABASE_URL"] if part == "signer" else ["DATABASE_URL"]
        led = {name: _through(self.addresses[name], self.wires[over].port) for name in names}
        led["REDIS_URL"] = _through(self.redis_url, self.wires["valkey"].port)
        if part == "signer":
            room = self.folder / "signer"
            led |= {"SIGNING_KEY_FILE": f"{room}/key", "CHECKPOINT_FILE": f"{room}/checkpoint"}
        return self.environment(**led)

    def _house(self, number: int) -> embedded.House:
        folder = self.folder / "disk" if number else self.folder
        for part in ("run", "logs"):
            if not (folder / part).exists():
                (folder / part).symlink_to(self.folder / part)  # these are not on the small disk
        return embedded.House(
            folder=folder,
            data=settings.DATA_DIR,
            keys=services.kept_secrets(self.folder),
            account=self.account,
            durable=True,
            number=0,
        )

    def _tend(self) -> None:
        """Start whatever has ended, and note what was not killed."""
        while not self.closing.wait(0.2):
            with self.lock:
                for part in self.parts.values():
                    self._tend_one(part)

    def _tend_one(self, part: Part) -> None:
        if part.process and (code := part.process.popen.poll()) is None:
            return
        if part.process and not part.killed:
            self.ended.append(f"{part.name} ended by itself with code {code}")
        part.killed = False
        with self.clock.worn() as worn:
            part.process = processes.start(
                [sys.executable, "-m", *part.command],
                name=part.name,
                folder=self.folder,
                cwd=ROOT,
                environment=part.environment | worn,
            )


def _through(address: str, port: int) -> str:
    """The same address, by another port."""
    parts = urlsplit(address)
    user, _at, _place = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}@{LOOPBACK}:{port}").geturl()


def patiently(done: Callable[[], bool], seconds: float) -> bool:
    """Whether something came to be within so many seconds."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
