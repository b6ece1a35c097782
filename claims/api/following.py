"""Following the log: waiting for what comes, a stream of it, and whole pages.

All three are the feed: the same events at the same positions. A client that remembers the last
position it has had, stops wherever it likes and asks again from the next one, misses nothing and
gets nothing twice. Waiting costs a thread each, so that only so many wait in a process; the others
are answered at once and ask again.
"""

import hashlib
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import BoundedSemaphore, Condition
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from claims.api.entries import Event, shown
from claims.api.log import SOON, Made, NotCovered
from claims.api.moments import FOR_EVER
from claims.api.versions import IF_NONE_MATCH, versioned
from claims.ledger import log, server
from tracker.asking import Parameters

LONGEST = 60  # seconds that one request waits
PAUSE = 0.25  # seconds between two looks at the log
STEP = 1  # seconds after which who waits at a replica asks whether it is late
SILENCE = 15  # seconds after which a stream says that it is still there
STREAMED = 300  # seconds after which a stream ends, and its reader comes again
BATCH = 256  # events that are read at once
PAGE = 256  # events of a whole page, as in a tile of the log
LARGEST = 2**62  # positions are bigints, and a limit is added to one
POSITION = re.compile(r"[0-9]{1,19}")


class Full(APIException):
    """So many readers wait already that this one has to come again."""

    status_code = 503
    default_detail = _("Too many readers follow the log at once; come again, or ask page by page.")
    wait = SOON


class Watch:
    """The size of the log on a server, looked at by one thread for all those of this process that
    wait there."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._looks = False
        self._size = 0

    def beyond(self, position: int, seconds: float) -> bool:
        """Whether the log came to hold an event at `position` within so many seconds."""
        deadline = time.monotonic() + seconds
        with self._changed:
            if not self._looks:
                self._size = 0  # Nobody looked since, and it is not known any more.
            while self._size <= position and (left := deadline - time.monotonic()) > 0:
                if self._looks:
                    self._changed.wait(left)
                else:
                    self._look(min(PAUSE, left))
            return self._size > position

    def _look(self, pause: float) -> None:
        """See how far the log is, and let the others sleep meanwhile."""
        self._looks = True
        self._changed.release()
        size = 0
        try:
            time.sleep(pause)
            size = log.size()
        finally:
            self._changed.acquire()
            self._looks = False
            # A test's log may have been emptied; a desk's never is.
            self._size = size
            self._changed.notify_all()


watches: dict[str, Watch] = defaultdict(Watch)
places = BoundedSemaphore(settings.FEED_WAITERS)


@contextmanager
def place() -> Iterator[bool]:
    """A place among those who wait, if there is one."""
    got = places.acquire(blocking=False)
    try:
        yield got
    finally:
        if got:
            places.release()


def wait(position: int, seconds: float) -> None:
    """Come back once there is an event at the position, after so many seconds, or at once where
    too many wait already."""
    if log.size() > position:
        return
    with place() as got:
        if got:
            _let_go()
            beyond(position, seconds)


def beyond(position: int, seconds: float) -> bool:
    """Whether the log came to hold an event at `position` within so many seconds, on the server
    that the answer is read from; where that becomes too late or fails, the primary is asked."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if server.read(partial(_came, position, min(STEP, left))):
            return True
        server.settle()
    return False


def _came(position: int, seconds: float) -> bool:
    return watches[server.name()].beyond(position, seconds)


def _let_go() -> None:
    """Who only waits keeps no connection from others."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


class EventStream(Made):
    """What a stream is sent as."""

    media_type = "text/event-stream"
    format = "sse"


class Since(Parameters):
    """Where to begin; `Last-Event-ID` of a reader that comes again to a stream is stronger."""

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python's own, which no attribute may be called."""
        first = serializers.IntegerField(
            default=0, min_value=0, max_value=LARGEST, help_text="The position to begin at."
        )
        return {"from": first, **super().get_fields()}


class Stream(APIView):
    """The feed as server-sent events: `id` is the position, `event` the word, `data` the event.

    It ends after five minutes; a reader that comes again with the `Last-Event-ID` it had, as any
    EventSource does, goes on behind it."""

    scopes = {"GET": "log"}
    renderer_classes = (EventStream,)

    @extend_schema(
        operation_id="stream",
        parameters=[
            Since,
            OpenApiParameter(
                "Last-Event-ID", str, "header", description="The position that was had last."
            ),
        ],
        responses={
            (200, "text/event-stream"): OpenApiResponse(str, description="Events, as they come.")
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        first = _begin(request)
        if not places.acquire(blocking=False):
            raise Full
        stream = Streamed(first)
        return StreamingHttpResponse(
            stream,
            content_type="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )


class Streamed:
    """The text of a stream, which gives its place back when it ends or its reader goes."""

    def __init__(self, first: int) -> None:
        self._text, self._open = told(first, until=time.monotonic() + STREAMED), True

    def __iter__(self) -> Iterator[str]:
        return self._text

    def close(self) -> None:
        """The server calls it, however the stream came to its end."""
        if self._open:
            self._open = False
            places.release()


def told(position: int, *, until: float) -> Iterator[str]:
    """The events from a position on as server-sent events, until a moment (monotonic seconds)."""
    yield "retry: 2000\n\n"
    while time.monotonic() < until:
        for entry in server.read(partial(log.feed, position, BATCH)):
            (event,) = shown([entry])
            text = json.dumps(event, ensure_ascii=False)
            yield f"id: {entry.position}\nevent: {entry.type}\ndata: {text}\n\n"
            position = entry.position + 1
        _let_go()
        if not beyond(position, min(SILENCE, until - time.monotonic())):
            yield ": still here\n\n"


def _begin(request: Request) -> int:
    """The position a stream begins at."""
    asked: int = Since.of(request)["from"]
    last = request.headers.get("Last-Event-ID")
    if last is None:
        return asked
    if not POSITION.fullmatch(last) or int(last) >= LARGEST:
        raise ValidationError({"Last-Event-ID": [_("It is the position of an event, a number.")]})
    return int(last) + 1


class WholePage(serializers.Serializer[Any]):
    """256 events whose place among all others never changes."""

    first = serializers.IntegerField(help_text="The position of the first one.")
    events = Event(many=True)


class Page(APIView):
    """A whole page of the feed, which any cache of the client's may keep for a day.

    It never changes, but for words that are erased: those have to leave caches, too."""

    scopes = {"GET": "log"}

    @extend_schema(operation_id="page", parameters=[IF_NONE_MATCH], responses=WholePage)
    def get(self, request: Request, number: int) -> HttpResponseBase:
        Parameters.of(request)
        first = number * PAGE
        if first + PAGE > log.size():
            raise NotCovered(f"Page {number} is not full yet; ask for its events one by one.")
        written = log.written(first, first + PAGE)
        if written is None:
            written = JSONRenderer().render(shown(log.feed(first, PAGE)))[1:-1]
        body = b'{"first":%d,"events":[%b]}' % (first, written)
        return versioned(request, hashlib.sha256(body).hexdigest()[:32], lambda: body, FOR_EVER)
