"""What a command says where a server fails under it: a sentence in the place of a traceback.

By PostgreSQL's own codes (its manual, appendix A). What is none of these is a mistake of ours, and
keeps its traceback.
"""

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

FAILURES = (DatabaseError, InterfaceError, RedisError, BrokerError)
TABLES = "The tables are not those of this release: run manage.py migrate, as their owner"
# By a code, or by what it begins with; the longest that fits counts.
REMEDIES = {
    "25006": "This server only reads, as a replica does: name the one that is written to",
    "3F000": TABLES,
    "40": "Somebody else changed the same at that moment: run it again",
    "42501": "This role may not do that: see tracker/roles.sql, and let OWNER_DATABASE_URL name "
    "tracker_owner",
    "42703": TABLES,
    "42883": TABLES,
    "42P01": TABLES,
    "53": "The server has no room: free memory or connections, or give it more",
    "53100": "The disk of PostgreSQL is full: give it room, see that it runs, and run this again",
    "55P03": "Somebody else is using these tables: run it again, in a quiet hour if need be",
    "57014": "It took longer than it may: run it again when the server is less busy",
    "57P": "PostgreSQL is being stopped or started: run it again when it is up",
    "58": "PostgreSQL cannot read or write its own files: its log says which",
}
AWAY = "See that PostgreSQL runs and that DATABASE_URL and OWNER_DATABASE_URL are right"


def sentence(error: BaseException) -> str:
    """What failed and what to do, in two lines; nothing where it is no server's failure."""
    words = (str(error).strip() or type(error).__name__).partition("\n")[0].rstrip(".")
    if isinstance(error, RedisError | BrokerError):
        return (
            f"Redis does not do what was asked: {words}.\n"
            "See that it runs and that REDIS_URL is right. What waits is kept in PostgreSQL."
        )
    code = next(_codes(error), "")
    lost = isinstance(error, OperationalError | InterfaceError) and not code
    if not (remedy := AWAY if lost else _remedy(code)):
        return ""
    return f"PostgreSQL does not do what was asked: {words}.\n{remedy}. Nothing is left half done."


def _codes(error: BaseException | None) -> Iterator[str]:
    """The codes that the server gave; where there was no server, none."""
    while error is not None:
        if code := getattr(error, "sqlstate", None):
            yield code
        error = error.__cause__


def _remedy(code: str) -> str:
    fits = (REMEDIES.get(code[:length]) for length in (5, 3, 2))
    return next((remedy for remedy in fits if remedy), "")
