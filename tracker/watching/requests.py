"""Each request gets an id, a line in the log and a place in the figures.

The id is answered in `X-Request-ID` and goes along with the messages to the workers, so that what
came of a request can be found. A client's own id is taken only from a proxy of ours.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tracker.watching import logs, traffic

HEADER = "X-Request-ID"
ID = re.compile(r"[\w-]{8,64}")
NOWHERE = "(no such address)"
# What an address is about, by the names in its route.
NAMED = ("claim", "document", "proposal")
# The admin's own pages call everything an object.
OBJECTS = {
    "admin/claims/claim/": "claim",
    "admin/claims/proposal/": "proposal",
    "admin/claims/subscription/": "subscription",
    "admin/sources/document/": "document",
}
log = logging.getLogger(__name__)


class Watched:
    """Tells of each request once it is answered: what was asked, the answer, and how long it took.

    Neither the query, which people type, nor any header or body is told.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        traffic.begin()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        identity = _identity(request)
        with logs.about(request=identity):
            response = self.get_response(request)
            seconds = time.monotonic() - began
            _tell(request, response.status_code, seconds)
        response[HEADER] = identity
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Mapping[str, Any]
    ) -> None:
        """What the address names, whatever happens next, is what the lines are about."""
        ids = {name: kwargs[name] for name in NAMED if name in kwargs}
        for begin, name in OBJECTS.items() if "object_id" in kwargs else ():
            if route(request).startswith(begin):
                ids[name] = kwargs["object_id"]
        logs.note(**ids)


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    pattern, method = route(request), traffic.method(request.method)
    traffic.count(method=method, route=pattern, status=status, seconds=seconds)
    milliseconds = round(seconds * 1000)
    log.log(
        logging.INFO if status < 500 else logging.WARNING,
        "%s %s %s in %s ms",
        method,
        request.path,
        status,
        milliseconds,
        extra={
            "method": method, "route": pattern, "status": status, "milliseconds": milliseconds,
        },
    )  # fmt: skip


def route(request: HttpRequest) -> str:
    """The pattern of the address, of which there are few, and not the address."""
    match = request.resolver_match
    return match.route if match else NOWHERE


def _identity(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    if settings.TRUSTED_PROXIES and ID.fullmatch(given):
        return given
    return uuid4().hex
