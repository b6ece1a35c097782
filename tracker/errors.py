"""Every refusal of the API in one shape: problem+json by RFC 9457, whoever noticed it first.

The packages raise their own exceptions and know nothing of HTTP; this is where these become
statuses. What is not known here is nobody's refusal but our mistake: Django logs it, and the
client gets a 500 that gives nothing away. A client tells problems apart by `type`, whose address
shows what the problem means and what to do about it.
"""

import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core import exceptions as django
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.encoding import escape_uri_path
from django.utils.html import escape
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions as rest

from claims.events import Unsayable
from claims.history import CommandReused, Conflict
from claims.status import Refused
from sources.intake import Unacceptable
from sources.submissions import KeyReused
from tracker.problems import KINDS

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5  # seconds
# What a person at the desk is told meanwhile.
BUSY = gettext_lazy(
    "The desk does not reach its database at the moment. Send the same again in a few seconds: a "
    "decision that is sent twice is made once."
)
# What passes by itself: connections, resources, locks, deadlocks, time limits, shutdowns.
PASSING = ("08", "40", "53", "55", "57")


# The exceptions of REST framework come with a status; where two kinds share it, none is theirs.
BY_STATUS = {kind.status: name for name, kind in KINDS.items() if kind.status not in (409, 422)}
BY_STATUS[503] = "busy"  # only /health/ready says "not-ready"


def problem(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler; None hands what is unexpected on to Django."""
    return answer(exception, context["request"])


def answer(exception: BaseException | None, request: HttpRequest) -> HttpResponse | None:
    """The problem that an exception stands for; None for one that should not have happened."""
    name = _name(exception, request)
    if name is None:
        return None
    errors = list(_errors(exception, request))
    more = getattr(exception, "extension", None)
    detail = _detail(exception, errors)
    response = respond(name, request, detail=detail, errors=errors, extension=more)
    if challenge := getattr(exception, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if wait := getattr(exception, "wait", None) or (name == "busy" and RETRY_AFTER):
        response["Retry-After"] = str(int(wait))
    return response


def respond(
    name: str,
    request: HttpRequest,
    *,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    extension: dict[str, Any] | None = None,
) -> HttpResponse:
    """A problem of that kind as a response."""
    kind = KINDS[name]
    body: dict[str, Any] = {
        "type": _address(request, f"/problems/{name}/"),
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.advice,
        "instance": escape_uri_path(request.path),
    }
    if errors:
        body["errors"] = errors
    body |= extension or {}
    return JsonResponse(body, status=kind.status, content_type=MEDIA_TYPE)


def page(request: HttpRequest, name: str) -> HttpResponse:
    """What a problem of this type means, at the very address that names the type."""
    if name not in KINDS:
        raise Http404
    kind = KINDS[name]
    text = f"# {kind.title}\n\nStatus {kind.status}, type {name}.\n\n{kind.advice}\n"
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django takes a session that could not be saved for one that was ended elsewhere."""
    if isinstance(exception, SessionInterrupted) and (lost := _behind(exception)):
        return _of_api(request, lost) or _away()
    return _of_api(request, exception) or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _of_api(request, exception) or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _of_api(request, exception) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Our mistake; or the database is away for a moment, of which a person is told what to do."""
    if answered := _of_api(request, sys.exception()):
        return answered
    if _name(sys.exception(), request) != "busy":
        return defaults.server_error(request)
    return _away()


def _away() -> HttpResponse:
    """What a person is told while the database is away."""
    page = f"<!DOCTYPE html><title>503</title><h1>503</h1><p>{escape(BUSY)}</p>\n"
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})


def _behind(exception: BaseException | None) -> BaseException | None:
    """The database's failure of which an exception came, if it was one that passes."""
    while exception and not isinstance(exception, OperationalError | InterfaceError):
        exception = exception.__context__
    return exception if exception and _passes(exception) else None


def _of_api(request: HttpRequest, exception: BaseException | None) -> HttpResponse | None:
    """The problem to answer with, where it was the API that was asked."""
    if not request.path.startswith("/api/"):
        return None
    return answer(exception, request) or respond("internal-error", request)


def _name(exception: BaseException | None, request: HttpRequest) -> str | None:
    match exception:
        case Refused():
            return "refused"
        case Conflict():
            return "stale-version" if "If-Match" in request.headers else "conflict"
        case CommandReused():
            return "command-reused"
        case Unacceptable():
            return "unacceptable-document"
        case KeyReused():
            return "idempotency-key-reused"
        case django.RequestDataTooBig():
            return "too-large"
        case Unsayable() | django.SuspiciousOperation() | UnreadablePostError():
            return "invalid-request"
        case Http404():
            return "not-found"
        case django.PermissionDenied():
            return "forbidden"
        case rest.APIException(status_code=status):
            return BY_STATUS.get(status)
        case OperationalError() | InterfaceError() if _passes(exception):
            return "busy"
    return None


def _passes(error: BaseException) -> bool:
    """Will the database have got over it in a moment? An error without a code is a lost line."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(PASSING)


def _detail(exception: BaseException | None, errors: list[dict[str, str]]) -> str:
    """The sentence of the refusal, where it was made for the client's eyes."""
    if errors:
        first = errors[0]
        where = first.get("parameter") or first.get("pointer")
        return f"{where}: {first['detail']}" if where else first["detail"]
    if isinstance(exception, rest.APIException):
        return str(exception.detail)
    if isinstance(exception, django.DisallowedHost):
        return "This server does not answer for the host that the request names."
    if isinstance(exception, django.RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return f"The body may have {most:,} bytes; send a long text as a file."
    ours = Refused | Conflict | CommandReused | Unacceptable | Unsayable | KeyReused
    return str(exception) if isinstance(exception, ours) else ""


def _errors(exception: BaseException | None, request: HttpRequest) -> Iterator[dict[str, str]]:
    """Each part that is wrong: a parameter of the address, or a place in the body."""
    if not isinstance(exception, rest.ValidationError):
        return
    in_address = request.method in ("GET", "HEAD")
    for place, detail in _places(exception.detail):
        key, where = ("parameter", place[1:]) if in_address else ("pointer", place)
        yield {key: where, "detail": detail}


def _places(detail: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """The messages of a ValidationError with the JSON pointer (RFC 6901) of each."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            token = str(name).replace("~", "~0").replace("/", "~1")
            yield from _places(inner, place if name == "non_field_errors" else f"{place}/{token}")
    elif isinstance(detail, list):
        for inner in detail:
            yield from _places(inner, place)
    else:
        yield place, str(detail)


def _address(request: HttpRequest, path: str) -> str:
    """The whole address of a path here, or the path where the request names no host of ours."""
    try:
        return request.build_absolute_uri(path)
    except django.DisallowedHost:
        return path
