"""What a machine may ask of this one: does it live, can it serve, and how is the desk doing.

The three addresses are answered before anything else, because who asks them comes by any name and
without TLS, from inside: hosts, redirects, sessions and the log of requests are no concern of
theirs. `/health/live` touches nothing, so that a database that is away gets no process killed.
`/health/ready` says what is well and what is not, and never why.
"""

from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from redis import RedisError

from tracker import errors
from tracker.watching import metrics, reach

OK, NOT = "ok", "not ok"
APPLIED = "SELECT app, name FROM django_migrations"
# What does not work while Redis is away; reading and deciding do.
WITHOUT_REDIS = [
    "Documents are taken in and read later.",
    "Webhooks and other work in the background wait.",
    "Who else has a proposal open is not shown.",
]


class Probes:
    """Answers the addresses of machines, and hands every other request on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        metrics.keys()  # a setting that is wrong is told when the server starts

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = ANSWERS.get(request.path)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            response = errors.respond("method-not-allowed", request)
            response["Allow"] = "GET, HEAD"
        else:
            response = answer(request)
        response["Cache-Control"] = "no-store"
        return response


def live(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": OK})


def ready(request: HttpRequest) -> HttpResponse:
    """Can this process serve? Without its database it cannot; without Redis it can do less."""
    database, tables = _database()
    checks = {"database": database, "tables": tables, "redis": _redis()}
    if NOT in (database, tables):
        return errors.respond("not-ready", request, extension={"checks": checks})
    if checks["redis"] == NOT:
        return JsonResponse({"status": "degraded", "checks": checks, "degraded": WITHOUT_REDIS})
    return JsonResponse({"status": OK, "checks": checks})


def _database() -> tuple[str, str]:
    """Whether the database answers, and whether it has the tables of this release."""
    if not reach.database():
        return NOT, NOT
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{reach.PATIENCE}s'")
            cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
            if not cursor.fetchone()[0]:
                return OK, NOT
            cursor.execute(APPLIED)
            return OK, OK if _needed() <= set(cursor.fetchall()) else NOT
    except (DatabaseError, InterfaceError):
        connection.close()
        return NOT, NOT


@cache
def _needed() -> frozenset[tuple[str, str]]:
    """The migrations that came with this release; a newer one has more, which is no harm."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _redis() -> str:
    try:
        with reach.redis() as redis:
            redis.ping()
    except (RedisError, OSError):
        return NOT
    return OK


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": live,
    "/health/ready": ready,
    "/metrics": metrics.page,
}
