"""Sessions: nobody's until the second factor is given, over when not used, ended at will.

Until then `request.user` is anonymous for every view, of the admin, the API or any other: no view
has to think of the second factor, and one that is added tomorrow cannot forget it.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from claims.access import factor

SEEN = "seen"
STEP = 60  # seconds between two notes of a session's use: not every click is written down
# Where somebody may go who has given a password and nothing else yet.
OPEN = {
    factor.CODE: ("security-code", "admin:login", "admin:logout"),
    factor.ENROLMENT: ("security-enrol", "admin:login", "admin:logout"),
}
LEADS = {factor.CODE: "security-code", factor.ENROLMENT: "security-enrol"}


class Gate:
    """Lets in who has given everything that is asked, and leads the others to what is missing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        half: Any = request.user
        # Looked at only where a view asks who is there: what is public stays cacheable.
        request.user = SimpleLazyObject(partial(_admitted, half))  # type: ignore[assignment]
        request.auser = partial(_awaited, request)
        if not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        missing = factor.lacking(half)
        if missing and request.path not in map(reverse, OPEN[missing]):
            return _led(request, LEADS[missing])
        if not missing or request.path != reverse("admin:login"):
            request.user = half
        if not missing and half.is_authenticated:
            _note_use(request, half, time.time())
        return self.get_response(request)


def end(user: User, *, but: str | None = None) -> int:
    """End the person's sessions, except the one of that key; how many there were.

    All living sessions are read for it, which a desk's few hundred allow: none is listed by person.
    """
    living = Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=but)
    theirs = [
        one.session_key
        for one in living.iterator()
        if one.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    return Session.objects.filter(session_key__in=theirs).delete()[0]


def _admitted(half: Any) -> Any:
    return AnonymousUser() if factor.lacking(half) else half


async def _awaited(request: HttpRequest) -> Any:
    """The same for views that do not block."""
    await sync_to_async(lambda: request.user.is_authenticated)()
    return request.user


def _led(request: HttpRequest, name: str) -> HttpResponse:
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return HttpResponseRedirect(reverse(name) + (f"?{query}" if query else ""))


def _note_use(request: HttpRequest, user: User, now: float) -> None:
    """Put the end of the session off; what a page asks for by itself is no use of it."""
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return
    began = user.last_login.timestamp() if user.last_login else 0
    if now - request.session.get(SEEN, began) >= STEP:
        request.session[SEEN] = int(now)
