"""`demo`: the whole desk on one laptop, with invented documents, until Ctrl-C.

`manage.py` has made the environment and started PostgreSQL and Valkey before this begins. Here the
tables are brought up to date, the demo corpus is put in, and web server, worker and beat are kept
running as processes of their own, with no more rights than the application's role has.
"""

import errno
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from tqdm import tqdm

from sources.models import Document
from tracker.celery import app
from tracker.local import processes, signer

PATIENCE = 90  # seconds a part may take until it answers
SHORTEST, LONGEST = 1.0, 30.0  # seconds before a part that died is started again
OTHERS = "editor, auditor, operator, admin"
SETTLED = 60.0  # seconds after which a part that dies has not just been started


@dataclass(kw_only=True)
class Part:
    """A process of the desk, which is started again whenever it dies."""

    name: str
    begin: Callable[[], processes.Process]
    process: processes.Process | None = None
    started: float = 0.0
    delay: float = SHORTEST
    due: float = 0.0

    def tend(self, now: float) -> str:
        """Start it where it is not running and its time has come; what there is to say of that."""
        if self.process and (code := self.process.popen.poll()) is not None:
            self.delay = SHORTEST if now - self.started > SETTLED else self.delay * 2
            self.delay = min(self.delay, LONGEST)
            self.process, self.due = None, now + self.delay
            return f"{self.name} ended (code {code}); it is started again in {self.delay:.0f} s."
        if self.process is None and now >= self.due:
            self.process, self.started = self.begin(), now
        return ""


class Command(BaseCommand):
    """Everything that stands between an empty machine and a desk at work."""

    help = "Run the whole desk on this machine with invented documents; Ctrl-C stops it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The port, and whether to put the demo corpus in."""
        parser.add_argument("--port", type=port, default=8000, help="default: 8000")
        parser.add_argument(
            "--no-seed", dest="seed", action="store_false", help="start with an empty desk"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until asked to stop; ends well on Ctrl-C, SIGTERM and SIGHUP."""
        refuse_taken(options["port"])
        self.folder: Path = settings.DATA_DIR / "demo"
        self.parts: list[Part] = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        try:
            self.prepare()
            self.open(options["port"])
            if options["seed"]:
                self.seed()
            self.greet(options["port"], seed=options["seed"])
            self.wait_until(lambda: False, patience=float("inf"))
        except KeyboardInterrupt:
            self.say("Stopping ...")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self.close()
        self.say("Everything has stopped; the data are kept for the next start.")

    def say(self, sentence: str) -> None:
        """Tell it now, even where the output goes to a file."""
        if sentence:
            self.stdout.write(sentence)
            self.stdout.flush()

    def prepare(self) -> None:
        """The tables; as their owner, before anything uses them."""
        self.say("Bringing the tables up to date ...")
        call_command("migrate", verbosity=0)
        connections.close_all()

    def seed(self) -> None:
        """What the demo is about: outlets, people, documents for the worker, and decisions."""
        self.say("Putting the demo's outlets, people and documents in ...")
        password = self.folder / "password"
        if not password.exists():
            with open(password, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as new:
                new.write(secrets.token_urlsafe(9))
        call_command("seed", password_file=password)

    def open(self, port: int) -> None:
        """Start web server, worker, beat and signer, and wait until those answer that can."""
        self.say("Starting web server, worker, beat and signer ...")
        account = self.account()
        # Beat's notes last no longer than beat: a kill may have spoilt them.
        shutil.rmtree(self.folder / "beat", ignore_errors=True)
        schedule = processes.room(self.folder / "beat", account) / "schedule"
        commands = {
            "web": web_server(port),
            "worker": ["celery", "-A", "tracker", "worker", "--concurrency=2", "--loglevel=INFO"],
            "beat": ["celery", "-A", "tracker", "beat", f"--schedule={schedule}", "--pidfile="],
        }
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("OWNER", "SIGNER"))
        }
        for name, command in commands.items():
            self.parts.append(part(name, command, self.folder, account, environment))
        if "SIGNER_DATABASE_URL" in os.environ:
            own = environment | signer.environment(self.folder, account)
            self.parts.append(part("signer", [*signer.COMMAND], self.folder, account, own))
        else:
            self.say("    No checkpoints are signed: SIGNER_DATABASE_URL names no role for that.")
        self.wait_until(
            lambda: answers(port), f"The web server does not answer: see {self.folder}/logs"
        )
        self.wait_until(worker_answers, f"The worker does not answer: see {self.folder}/logs")

    def account(self) -> processes.Account | None:
        """Root lends its rights to no server, where another user can run this Python at all."""
        if os.geteuid() != 0:
            return None
        nobody = processes.nobody()
        probe = [sys.executable, "-c", "import django, tracker"]
        if processes.run_as(nobody, probe, settings.BASE_DIR) is None:
            return nobody
        self.say(
            f"    Web server and worker run as root: user {nobody.name} cannot reach "
            f"{sys.executable} or {settings.BASE_DIR}."
        )
        return None

    def greet(self, port: int, *, seed: bool) -> None:
        """Wait for the documents; then say where to go, who to be and what to click first."""
        self.watch_reading()
        read = Document.objects.filter(state=Document.State.READ).count()
        failed = Document.objects.filter(state=Document.State.FAILED).count()
        connections.close_all()
        address = f"http://127.0.0.1:{port}"
        self.say(f"\nClaim Tracker is running: {address}/admin/")
        if seed:
            password = (self.folder / "password").read_text().strip()
            self.say(f"  Log in as    reviewer (or {OTHERS}), password {password}")
        self.say(f"  Documents    {read} read, {failed} could not be read")
        self.say("  First        open Proposals, look at the first one and press Accept")
        self.say(
            f"  API          {address}/api/v1/claims/   its description: {address}/api/v1/docs/"
        )
        if vkey := signer.public_key(self.folder):
            verify = ".venv/bin/python -m claims.ledger.verify log"
            self.say(f"  Verify       {verify} {address}/log --key {vkey}")
        self.say(f"  Logs         {self.folder / 'logs'}")
        self.say("  Ctrl-C       stops everything and keeps the data\n")

    def watch_reading(self) -> None:
        """Show how the worker reads what is waiting."""
        waiting = Document.objects.filter(state=Document.State.WAITING)
        total = waiting.count()
        if not total:
            return
        with tqdm(total=total, desc="Reading the documents", unit="document") as bar:

            def finished() -> bool:
                bar.update(total - waiting.count() - bar.n)
                return bool(bar.n >= total)

            self.wait_until(finished, patience=PATIENCE + 10 * total)

    def wait_until(
        self, done: Callable[[], bool], otherwise: str = "", *, patience: float = PATIENCE
    ) -> None:
        """Tend the parts until something is done; raises CommandError where it never is."""
        deadline = time.monotonic() + patience
        while not done():
            for one in self.parts:
                self.say(one.tend(time.monotonic()))
            for name in ("postgresql", "valkey"):
                if processes.ended(self.folder, name):
                    raise CommandError(
                        f"{name} has ended by itself; nothing is lost, so start the demo again. "
                        f"Why it ended: {self.folder}/logs/{name}.log"
                    )
            if time.monotonic() > deadline:
                raise CommandError(otherwise or "This takes too long: see manage.py doctor")
            time.sleep(0.2)

    def close(self) -> None:
        """Stop the parts; a document that is being read is read again after the next start."""
        running = [one.process for one in self.parts if one.process]
        for process in running:
            process.ask()
        for process in running:
            process.stop(patience=15)


def port(text: str) -> int:
    """A port a user may listen on."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ArgumentTypeError(f"{text} is not a port: give a number from 1024 to 65535")
    return int(text)


def refuse_taken(port: int) -> None:
    """Say so at once where another program listens on the port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            raise CommandError(
                f"Port {port} {'is taken by another program' if taken else 'cannot be used'}. "
                f"Choose another: python3 manage.py demo --port {port + 1 if taken else 8000}"
            ) from error


def web_server(port: int) -> list[str]:
    """Gunicorn, on loopback, with threads that wait for the database side by side."""
    return ["gunicorn", "-c", "python:tracker.server", f"--bind=127.0.0.1:{port}", "tracker.wsgi"]


def part(
    name: str,
    command: list[str],
    folder: Path,
    account: processes.Account | None,
    environment: dict[str, str],
) -> Part:
    """A part that runs a module of this Python."""

    def begin() -> processes.Process:
        return processes.start(
            [sys.executable, "-m", *command],
            name=name,
            folder=folder,
            cwd=settings.BASE_DIR,
            account=account,
            environment=environment,
        )

    return Part(name=name, begin=begin)


def answers(port: int) -> bool:
    """Does the web server give an answer, whatever it is?"""
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=5):
            return True
    except HTTPError:
        return True
    except (OSError, HTTPException):
        return False


def worker_answers() -> bool:
    """Is a worker listening?"""
    with app.connection_for_write() as broker:
        return bool(app.control.ping(timeout=1, connection=broker))
