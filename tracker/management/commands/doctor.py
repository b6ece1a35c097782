"""`doctor`: what is up, what is not and what to do about it, in plain words, without secrets."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from kombu.exceptions import OperationalError

from claims.ledger import log, tree
from sources.models import Document
from tracker import ground
from tracker.celery import BEAT_KEY, QUEUES, app
from tracker.local import boot
from tracker.tried import Finding, copy, judge, letters, receivers, together
from tracker.watching import reach

FRESH = 60  # seconds; beat leaves the time in Redis every 15
LAPTOP = "(on a laptop, python3 manage.py demo does)"
LATE = 60  # seconds after which a recorded event should have been signed
ROOM = 1024**3  # bytes that should be free for documents and logs
# More than the application's role needs: what would let it rewrite history.
TOO_MUCH = """
SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls
    OR pg_has_role('tracker_owner', 'MEMBER') OR pg_has_role('tracker_ledger', 'MEMBER')
    OR has_table_privilege('ledger.event', 'INSERT, UPDATE, DELETE, TRUNCATE')
FROM pg_roles WHERE rolname = current_user
"""


class Command(BaseCommand):
    """Each check stands alone: what one cannot reach does not hide what another finds."""

    help = "Say in plain words what is up, what is not and what to do about it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What to look at; all of it where nothing is named."""
        parser.add_argument("checks", nargs="*", choices=[[], *CHECKS], metavar="CHECK", help=NAMES)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each finding; exit code 1 where anything is not well."""
        ill = 0
        for name in options["checks"] or CHECKS:
            for finding in CHECKS[name]():
                ill += bool(finding.remedy)
                mark = "NOT OK" if finding.remedy else "ok"
                self.stdout.write(f"{mark:7} {finding.what}: {finding.state}")
                if finding.remedy:
                    self.stdout.write(f"        -> {finding.remedy}")
        if ill:
            self.stdout.write(f"\n{ill} of these {'needs' if ill == 1 else 'need'} your attention.")
            sys.exit(1)
        self.stdout.write("\nAll is well.")


def environment() -> Iterator[Finding]:
    """Python and the packages of the lock."""
    yield Finding(what="Python", state=f"{sys.version.split()[0]} in {sys.prefix}")
    if not boot.inside(settings.BASE_DIR / ".venv"):
        yield Finding(what="Packages", state="an environment of your own, which is not checked")
    elif boot.current(settings.BASE_DIR):
        yield Finding(what="Packages", state="as requirements.txt says")
    else:
        remedy = "start any command with python3 manage.py: it installs them"
        yield Finding(what="Packages", state="not those of requirements.txt", remedy=remedy)


def database() -> Iterator[Finding]:
    """PostgreSQL, its tables and what this role may do to them."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('server_version')")
            role, version = cursor.fetchone()
            yield Finding(what="PostgreSQL", state=f"version {version}, as role {role}")
            for flaw in ground.flaws("default"):
                yield Finding(what="Database", state=flaw.state, remedy=flaw.remedy)
            tables = _tables()
            yield tables
            if tables.remedy:
                return  # what may be done to them is asked where they are
            cursor.execute(TOO_MUCH)
            too_much = cursor.fetchone()[0]
    except DatabaseError as error:
        remedy = f"see that DATABASE_URL is right and its server runs ({_first_line(error)})"
        yield Finding(what="PostgreSQL", state="does not answer as it should", remedy=remedy)
        return
    if too_much:
        remedy = "run tracker/roles.sql and let DATABASE_URL name the role tracker_app"
        yield Finding(what="Rights", state=f"{role} could rewrite history", remedy=remedy)
    else:
        yield Finding(what="Rights", state=f"{role} has no more than it needs")


def _tables() -> Finding:
    if unknown := ground.newer("default"):
        state = f"made by a newer release than this ({unknown[-1]})"
        return Finding(what="Tables", state=state, remedy="install that release or a newer one")
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        state = f"{len(missing)} migrations are not applied"
        remedy = "run manage.py migrate, which needs OWNER_DATABASE_URL"
        return Finding(what="Tables", state=state, remedy=remedy)
    return Finding(what="Tables", state="up to date")


def messages() -> Iterator[Finding]:
    """Redis, beat and the workers, which need each other in this order."""
    try:
        client = reach.redis(5)
        server = client.info("server")
        beat = client.get(BEAT_KEY)
    except redis.RedisError as error:
        remedy = f"see that REDIS_URL is right and its server runs ({_first_line(error)})"
        yield Finding(what="Redis", state="does not answer", remedy=remedy)
        return
    version = server.get("valkey_version") or server["redis_version"]
    yield Finding(what=server.get("server_name", "Redis").title(), state=f"version {version}")
    yield _workers()
    age = time.time() - float(beat) if beat else None
    if age is not None and age < FRESH:
        yield Finding(what="Beat", state=f"last heard of {age:.0f} seconds ago")
    else:
        state = "never heard of" if age is None else f"last heard of {age:.0f} seconds ago"
        remedy = f"start celery -A tracker beat {LAPTOP}; give it half a minute, and a worker"
        yield Finding(what="Beat", state=state, remedy=remedy)


def _workers() -> Finding:
    """Who works, and whether there is somebody for each kind of work."""
    try:
        with app.connection_for_write() as broker:
            asked = app.control.inspect(timeout=2, connection=broker)
            workers = asked.active_queues() or {}
    except OperationalError:
        workers = {}
    if not workers:
        remedy = f"start celery -A tracker worker {LAPTOP}; documents wait and are not lost"
        return Finding(what="Worker", state="none answers", remedy=remedy)
    taken = {queue["name"] for queues in workers.values() for queue in queues}
    state = f"{len(workers)} answering"
    if missing := [queue for queue in QUEUES if queue not in taken]:
        names = ",".join(missing)
        remedy = f"start celery -A tracker worker --queues={names} {LAPTOP}"
        return Finding(what="Worker", state=f"{state}, none for: {names}", remedy=remedy)
    return Finding(what="Worker", state=state)


def people() -> Iterator[Finding]:
    """Where everybody needs a second factor, who may do everything needs it first."""
    if settings.SECOND_FACTOR != "required":
        return
    try:
        bare = User.objects.filter(is_superuser=True, is_active=True)
        bare = bare.exclude(pk__in=TOTPDevice.objects.filter(confirmed=True).values("user"))
        names = ", ".join(bare.order_by("pk").values_list("username", flat=True))
    except DatabaseError:
        return  # the database's own line says it
    state = f"superusers without one: {names}" if names else "every superuser has one"
    remedy = "they log in and follow the page; until then their password alone lets anybody enrol"
    yield Finding(what="Second factor", state=state, remedy=remedy if names else "")


def documents() -> Iterator[Finding]:
    """What waits to be read, and what could not be."""
    try:
        waiting = Document.objects.filter(state=Document.State.WAITING).count()
        failed = Document.objects.filter(state=Document.State.FAILED).count()
    except DatabaseError:
        return  # the database's own line says it
    yield Finding(
        what="Documents",
        state=f"{waiting} waiting, {failed} that could not be read (each says why in the admin)",
    )


def disk() -> Iterator[Finding]:
    """Room for what is still to come."""
    place = settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR
    free = shutil.disk_usage(place).free
    state = f"{free / ROOM:.1f} GiB free at {place}"
    remedy = f"free at least {ROOM // 1024**3} GiB, or set DATA_DIR elsewhere"
    yield Finding(what="Disk", state=state, remedy=remedy if free < ROOM else "")


def ledger() -> Iterator[Finding]:
    """Does the signer keep up with the log? Where it refuses to, somebody has to look."""
    try:
        size, signed = log.size(), tree.newest()
        covered = signed.size if signed else 0
        late = [
            entry
            for entry in tree.envelopes(covered, covered + 1)
            if (timezone.now() - entry.recorded_at).total_seconds() > LATE
        ]
    except DatabaseError:
        return  # the database's own line says it
    remedy = (
        f"start manage.py sign-checkpoints --every 5 {LAPTOP}; if it ends by itself, its last "
        "words say what is wrong with the log"
    )
    state = f"{size} events, of which the last signed checkpoint covers {covered}"
    yield Finding(what="Ledger", state=state, remedy=remedy if late else "")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "packages": environment,
    "settings": together,
    "database": database,
    "replica": copy,
    "messages": messages,
    "matcher": judge,
    "mail": letters,
    "reporting": receivers,
    "people": people,
    "documents": documents,
    "ledger": ledger,
    "disk": disk,
}
NAMES = f"all, or some of: {', '.join(CHECKS)}"
