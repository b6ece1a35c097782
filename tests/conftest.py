"""The desk's real parts for tests: a database of their own, worker, web server and browser.

Tests run as the application's role. Only what sets them up and cleans up after them is the owner.
"""

import fcntl
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from tracker.celery import app
from tracker.local import processes
from tracker.local.embedded import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# Made by migrations, needed by every test.
KEPT = (
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
)
ADDRESSES = ("DATABASE_URL", "OWNER_DATABASE_URL", "SIGNER_DATABASE_URL")
PATIENCE = 30  # seconds a process may take to start or to end


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to empty a Redis database that somebody else may be using."""
    # Static files come from the packages; only an image has them collected.
    config.addinivalue_line("filterwarnings", "ignore:No directory at:UserWarning")
    if "DATABASE_URL" not in os.environ and "REDIS_URL" not in os.environ:
        return  # the pure tests run without
    if urlsplit(os.environ.get("REDIS_URL", "")).path in {"", "/", "/0"}:
        pytest.exit(
            "The tests empty the Redis database they use: give REDIS_URL the number of another "
            "one than 0, as in redis://127.0.0.1:6379/9.",
            returncode=1,
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files whose tests are slow, lest one process end long after the other."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test says about the desk must not depend on anybody else's server."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise OSError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _no_memory_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a request costs, or may, must not depend on what another test asked a second ago."""
    monkeypatch.setattr("claims.clients.keys.REMEMBERED", timedelta())
    monkeypatch.setattr("claims.clients.limits.ahead", {})
    monkeypatch.setattr(settings, "ANONYMOUS_PER_MINUTE", 100_000)


@pytest.fixture(autouse=True)
def _no_walk_to_static_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test client begins the application anew, which would look at every static file again."""
    monkeypatch.setattr(settings, "WHITENOISE_AUTOREFRESH", True, raising=False)


def _address(url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database for this run, made and migrated as its owner, used as the application.

    On the services of `manage.py test` a superuser makes it. Elsewhere the role of
    OWNER_DATABASE_URL must be tracker_owner, able to create databases.
    """
    if "OWNER_DATABASE_URL" not in os.environ:
        pytest.exit("These tests need services: run them with python3 manage.py test", returncode=1)
    name = f"test_tracker_{os.getpid()}"
    maker = os.environ.get("SUPERUSER_DATABASE_URL") or os.environ["OWNER_DATABASE_URL"]
    with _alone():
        with psycopg.connect(maker, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with psycopg.connect(_address(maker, name)) as connection:
            connection.execute((ROOT / "tracker" / "roles.sql").read_bytes())
    before = {key: os.environ[key] for key in ADDRESSES if key in os.environ}
    _use(name)
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        connections.close_all()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    os.environ.update(before)
    with psycopg.connect(maker, autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)


@contextmanager
def _alone() -> Iterator[None]:
    """Roles belong to all databases of a server: one worker of a run at a time makes them."""
    with (Path(tempfile.gettempdir()) / f"claim-tracker-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _use(name: str) -> None:
    """Point Django, and the processes that tests start, at the database of this run."""
    for key in [key for key in ADDRESSES if key in os.environ]:
        os.environ[key] = _address(os.environ[key], name)
    for alias in connections:
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


@pytest.fixture
def owner_connection(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection as the owner of the tables, who may do what the application may not."""
    url = os.environ["OWNER_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True, options="-c lock_timeout=10s") as connection:
        yield connection


@pytest.fixture
def superuser_connection(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection as a superuser, whom the triggers of the ledger refuse as well."""
    if "SUPERUSER_DATABASE_URL" not in os.environ:
        pytest.skip("this server gives the tests no superuser (SUPERUSER_DATABASE_URL)")
    here = urlsplit(os.environ["OWNER_DATABASE_URL"]).path.removeprefix("/")
    url = _address(os.environ["SUPERUSER_DATABASE_URL"], here)
    with psycopg.connect(url, autocommit=True, options="-c lock_timeout=10s") as connection:
        yield connection


@pytest.fixture
def committed(
    django_db_blocker: DjangoDbBlocker, owner_connection: psycopg.Connection
) -> Iterator[None]:
    """For tests that commit, in threads and processes too; the tables are emptied afterwards."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    with django_db_blocker.unblock():
        yield
        connections.close_all()
    _empty(owner_connection)
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture
def poisoned(owner_connection: psycopg.Connection) -> Iterator[None]:
    """A database that refuses some rows, and says in its error what stands in them."""
    for table, column in (("sources_version", "text"), ("sources_document", "url")):
        owner_connection.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT poison"
            f" CHECK ({column} IS NULL OR {column} NOT LIKE '%oignons%')".encode()
        )
    yield
    for table in ("sources_version", "sources_document"):
        owner_connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT poison".encode())


@contextmanager
def unguarded(owner: psycopg.Connection) -> Iterator[None]:
    """Switch every trigger off for a while, which only the owner can, and then on as it was."""
    guards = owner.execute(
        "SELECT tgrelid::regclass::text, quote_ident(tgname), tgenabled FROM pg_trigger"
        " JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal"
        " AND relnamespace IN ('public'::regnamespace, 'ledger'::regnamespace)"
    ).fetchall()
    modes = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "D": "DISABLE"}
    with owner.transaction():
        for table, name, _ in guards:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}".encode())
        yield
        for table, name, mode in guards:
            owner.execute(f"ALTER TABLE {table} {modes[mode]} TRIGGER {name}".encode())


def _empty(owner: psycopg.Connection) -> None:
    """Empty every table, the ledger too."""
    tables = [
        row[0]
        for row in owner.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT"
            " relispartition AND relnamespace IN ('public'::regnamespace, 'ledger'::regnamespace)"
        )
        if row[0] not in {*KEPT, "ledger.head"}
    ]
    with unguarded(owner):
        owner.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY".encode())
        owner.execute("UPDATE ledger.head SET size = 0, recorded_at = '2000-01-01T00:00:00Z'")


@dataclass(kw_only=True)
class Server:
    """A process of the desk that a test may kill and start again."""

    begin: Callable[[], processes.Process]
    answers: Callable[[], bool]
    log: Path
    url: str = ""
    process: processes.Process | None = None

    def start(self) -> None:
        """Start it and wait until it answers; its log is the message where it does not."""
        self.process = self.begin()
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.popen.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"it does not start:\n{self.log.read_text()}")
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill it and its children, as a power cut would."""
        if self.process:
            os.killpg(self.process.popen.pid, signal.SIGKILL)
            self.process.popen.wait()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process:
            self.process.stop(PATIENCE)


def desk_process(
    folder: Path,
    name: str,
    module: list[str],
    answers: Callable[[], bool],
    url: str = "",
    **settings: str,
) -> Server:
    """One of the desk's own processes, on the database and Redis of this run."""
    for part in ("run", "logs"):
        (folder / part).mkdir(exist_ok=True)
    others = ("OWNER", "SIGNER", "SUPERUSER")
    known = {key: value for key, value in os.environ.items() if not key.startswith(others)}
    environment = known | settings

    def begin() -> processes.Process:
        command = [sys.executable, "-m", *module]
        return processes.start(command, name=name, folder=folder, cwd=ROOT, environment=environment)

    return Server(begin=begin, answers=answers, log=folder / "logs" / f"{name}.log", url=url)


@pytest.fixture
def worker(committed: None, tmp_path: Path) -> Iterator[Server]:
    """A real Celery worker process."""
    command = ["celery", "-A", "tracker", "worker", "--concurrency=2", "--loglevel=INFO"]
    server = desk_process(tmp_path, "worker", command, _works)
    server.start()
    yield server
    server.stop()


def _works() -> bool:
    with app.connection_for_write() as broker:
        return bool(app.control.ping(timeout=0.5, connection=broker))


@pytest.fixture
def live(committed: None, tmp_path: Path) -> Iterator[Server]:
    """The real web server on a free port; its address is `live.url`."""
    server = web_server(tmp_path)
    server.start()
    yield server
    server.stop()


def web_server(folder: Path, name: str = "web", **settings: str) -> Server:
    """The web server as it is set up, not started yet; its log is in the folder."""
    port = free_port()
    command = ["gunicorn", "-c", "python:tracker.server", "--graceful-timeout", "2"]
    command += ["--bind", f"127.0.0.1:{port}", "tracker.wsgi"]
    settings = {"WEB_PROCESSES": os.environ.get("WEB_PROCESSES", "1")} | settings
    url = f"http://127.0.0.1:{port}"
    return desk_process(folder, name, command, lambda: listens(port), url, **settings)


def listens(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def browser_page(live: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator["Page"]:
    """A page of a real Chromium, whose relative addresses lead to the live server."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("there is no Chromium on this machine (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would take every query for a mistake.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        page = browser.new_page(base_url=live.url, locale="en-GB")
        yield page
        browser.close()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can walk through, as a checkout usually is."""
    folder = Path(tempfile.mkdtemp(prefix="claim-tracker-test-"))
    folder.chmod(0o755)
    yield folder
    processes.stop_leftovers(folder / ".data" / "demo")
    shutil.rmtree(folder)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Write for the person who reads the figures."""
    reporter = request.config.pluginmanager.getplugin("terminalreporter")

    def write(text: str) -> None:
        if reporter:
            reporter.write_line(f"\n{text}")

    return write


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real articles and eval sets, which are not part of the project."""
    folder = Path(os.environ.get("CLAIM_TRACKER_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"there is no {folder}: set CLAIM_TRACKER_SHARED to the shared folder")
    return folder
