"""Reads that a replica answers while it is not late, and the primary wherever it does not.

A replica only says yes. What it lacks, refuses or fails at, the primary is asked for once more, so
that a client finds what it has just sent, and a replica that is gone is nobody's error. Writes,
sessions, keys and what a key is given of a claim are the primary's: a read that is noted for the
recall list must not be of a version whose recall was sent already.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import Context, copy_context
from functools import wraps
from threading import Lock, Thread
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

from claims.ledger import server
from claims.ledger.server import PRIMARY, REPLICA
from tracker.watching import traffic

View = Callable[..., HttpResponseBase]
INTERVAL = 1  # seconds between two looks at how far the replica is
RETRY = 3  # seconds until a replica that did not answer is asked again
REMEMBERED = 300  # looks
NEVER = float("-inf")
# The timeline changes where a server is promoted or restored to a point in time: from there on its
# log is another one, whatever the positions say.
STANDS = """
SELECT system_identifier, timeline_id, pg_is_in_recovery(), pg_wal_lsn_diff(
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, '0/0'
)::bigint
FROM pg_control_system(), pg_control_checkpoint()
"""
log = logging.getLogger(__name__)


class Standing(NamedTuple):
    """Which server this is, and how far its log of changes (WAL) is written, or replayed."""

    system: int
    timeline: int
    recovers: bool
    position: int  # bytes


class Unfit(Exception):
    """The server is no replica of the primary; the message says why, after "it"."""


class Router:
    """Sends the reads of an answer to its server; everything else goes where it went without."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """What the desk shows may come from a replica; people, sessions and rights may not."""
        if not server.begun():
            return None
        return server.name() if model._meta.app_label in {"claims", "sources"} else PRIMARY

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Never where a row happens to have been read."""
        row = hints.get("instance")
        return PRIMARY if row is not None and row._state.db == REPLICA else None

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Both servers hold the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Tables are made as their owner; a replica gets them, and the signer only uses them."""
        return None if db in {PRIMARY, "owner"} else False


class Follower:
    """How late the replica is, which one thread of a process looks at for all, once a second.

    Where the primary's log of changes was is noted with the time. The furthest of these places that
    the replica has come past tells since when, at most, it lacks anything. That also holds on a
    quiet desk, on which the time of the last change says nothing.
    """

    def __init__(self, most: float) -> None:
        self.most = most
        self._places: deque[tuple[float, int]] = deque(maxlen=REMEMBERED)
        self._whole, self._next, self._told = NEVER, NEVER, True
        self._up: bool | None = None  # nobody has looked yet
        self._looking = Lock()

    def serves(self) -> bool:
        """Whether the replica has all that the primary had `most` seconds ago."""
        self._look_if_due()
        return time.monotonic() - self._whole <= self.most

    def late(self) -> float | None:
        """By how many seconds it may be late, or is at least; None where it is no replica now."""
        self._look_if_due()
        if not self._up:
            return None
        since = self._whole if self._whole > NEVER else self._places[0][0]
        return time.monotonic() - since

    def _look_if_due(self) -> None:
        if time.monotonic() < self._next or not self._looking.acquire(blocking=False):
            return
        if self._up is False:  # Nobody's request waits for a server that did not answer last time.
            Thread(target=self._look_apart, daemon=True).start()
        else:
            self._look()

    def _look_apart(self) -> None:
        try:
            self._look()
        finally:
            connections.close_all()

    def _look(self) -> None:
        try:
            self._compare()
        finally:
            self._looking.release()

    def _compare(self) -> None:
        began, why = time.monotonic(), "it is too late"
        try:
            primary, copy = compared()
        except (DatabaseError, InterfaceError, Unfit) as error:
            self._up, self._whole, self._next, why = False, NEVER, began + RETRY, str(error)
        else:
            self._places.append((began, primary.position))
            passed = [at for at, place in self._places if place <= copy.position]
            self._up, self._whole = True, max(passed, default=NEVER)
            self._next = began + INTERVAL
        well = began - self._whole <= self.most
        if well != self._told:
            self._told = well
            if well:
                log.info("The replica answers again.")
            else:
                log.warning("The primary answers for the replica: %s", why.partition("\n")[0])


follower = Follower(settings.REPLICA_LAG) if REPLICA in settings.DATABASES else None


def compared() -> tuple[Standing, Standing]:
    """The primary as it was a moment ago, and the replica now.

    Raises:
        Unfit: it does not follow this primary.
    """
    primary, copy = standing(PRIMARY), standing(REPLICA)
    if not copy.recovers:
        raise Unfit("it is no replica, but a server of its own that could be written to")
    if copy.system != primary.system:
        raise Unfit("it is the replica of another server")
    if copy.timeline != primary.timeline:
        raise Unfit("it follows another past of the primary, from before one of them was restored")
    return primary, copy


def standing(alias: str) -> Standing:
    """Which server one of Django's databases is, and how far it is."""
    with connections[alias].cursor() as cursor:
        cursor.execute(STANDS)
        return Standing(*cursor.fetchone())


def replicated(view: View, *, keyed: bool = True) -> View:
    """The view, which is asked of the replica first where there is one; `keyed` if that holds for
    those, too, who send a key."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if follower is None or not _may(request, keyed=keyed):
            return view(request, *args, **named)
        because = "late"
        if follower.serves():
            with server.answering(follower.serves) as answer:
                response = _tried(answer, view, request, *args, **named)
                if response is not None:
                    _count(answer)
                    return _going_on(response, copy_context())
            because = "lacking"
        traffic.answered("primary", because)
        return view(request, *args, **named)

    return answered


def _may(request: HttpRequest, *, keyed: bool) -> bool:
    """Whether a replica may answer: reads of those who do not come from the desk itself."""
    session = settings.SESSION_COOKIE_NAME in request.COOKIES
    known = session or (not keyed and "Authorization" in request.headers)
    return request.method in ("GET", "HEAD") and not known


def _tried(
    answer: server.Answer, view: View, request: HttpRequest, *args: Any, **named: Any
) -> HttpResponseBase | None:
    """What the view answers; None where it read from the replica, and what came of it is no yes."""
    try:
        response = view(request, *args, **named)
    except (OperationalError, InterfaceError, Http404):
        if answer.server == PRIMARY or not answer.asked:
            raise
        return None
    final = answer.server == PRIMARY or not answer.asked
    return response if final or response.status_code < 400 else None


def _count(answer: server.Answer) -> None:
    if answer.asked:
        replica = answer.server == REPLICA
        traffic.answered("replica" if replica else "primary", "" if replica else "moved")


def _going_on(response: HttpResponseBase, context: Context) -> HttpResponseBase:
    """What is read while the answer is being sent is read from the answer's server as well."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = _within(context, iter(response))
    return response


def _within(context: Context, parts: Iterator[Any]) -> Iterator[Any]:
    while (part := context.run(next, parts, None)) is not None:
        yield part
