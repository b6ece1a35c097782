"""Every refusal of the API in one shape: problem+json by RFC 9457, whoever noticed it first.

The packages raise their own exceptions and know nothing of HTTP; this is where these become
statuses. What is not known here is nobody's refusal but our mistake: Django logs it, and the
client gets a 500 that gives nothing away. A client tells problems apart by `type`, whose address
shows what the problem means and what to do about it.
"""

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.core import exceptions as django
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.encoding import escape_uri_path
from django.views import defaults
from rest_framework import exceptions as rest

from claims.events import Unsayable
from claims.history import CommandReused, Conflict
from claims.status import Refused
from sources.intake import Unacceptable

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5  # seconds
# What passes by itself: connections, resources, locks, deadlocks, time limits, shutdowns.
PASSING = ("08", "40", "53", "55", "57")


class Kind(NamedTuple):
    """A type of problem: its status, its title, and what a client does about it."""

    status: int
    title: str
    advice: str


KINDS = {
    "invalid-request": Kind(
        400,
        "The request is not understood",
        "A parameter, a cursor or the body is not as it should be. `errors` names each part, "
        "with `parameter` or with `pointer` (a JSON pointer), and says what is wrong with it.",
    ),
    "unauthenticated": Kind(
        401,
        "No valid key came with the request",
        "Send an API key: `Authorization: Bearer ct_...`. A key that was revoked opens nothing.",
    ),
    "forbidden": Kind(
        403,
        "You may not do this",
        "The user whose key you send lacks the permission; an administrator can give it.",
    ),
    "not-found": Kind(
        404,
        "There is nothing at this address",
        "Check the identifier and the address; every address ends with a slash.",
    ),
    "method-not-allowed": Kind(
        405,
        "This address does not take that method",
        "`Allow` lists the methods that it takes.",
    ),
    "not-acceptable": Kind(
        406,
        "The answer cannot be given in that form",
        "Answers are JSON: send `Accept: application/json`, or no such header.",
    ),
    "refused": Kind(
        409,
        "The claim does not admit this",
        "`detail` says why. Read the claim as it stands now; sending the same again is in vain.",
    ),
    "conflict": Kind(
        409,
        "The claim has moved on",
        "Somebody was faster. Read the claim again, decide again, and send that.",
    ),
    "length-required": Kind(
        411,
        "The length of the body is missing",
        "Send `Content-Length`; a body in chunks is not taken.",
    ),
    "stale-version": Kind(
        412,
        "The claim is at another version than If-Match says",
        "Read the claim again and decide on what it says now.",
    ),
    "too-large": Kind(
        413,
        "This is larger than what is taken",
        "`detail` gives the limit. Send an article without its pictures, or only its text.",
    ),
    "unsupported-media-type": Kind(
        415,
        "The body is of a type that is not read",
        "Send `application/json`, or a file as `multipart/form-data`.",
    ),
    "command-reused": Kind(
        422,
        "This command id stands for another request",
        "Take a new id for each new command; the same id repeats the same request only.",
    ),
    "unacceptable-document": Kind(
        422,
        "The desk does not take this document",
        "`detail` says why, and what to send instead.",
    ),
    "too-many-requests": Kind(
        429,
        "Too many requests",
        "Wait as many seconds as `Retry-After` says.",
    ),
    "internal-error": Kind(
        500,
        "Something went wrong on our side",
        "It is in our log. Nothing was half done: sending the same again is safe.",
    ),
    "busy": Kind(
        503,
        "The desk is busy",
        "The database did not answer in time. Wait as many seconds as `Retry-After` says and "
        "send the same again.",
    ),
}
# The exceptions of REST framework come with a status; where two kinds share it, none is theirs.
BY_STATUS = {kind.status: name for name, kind in KINDS.items() if kind.status not in (409, 422)}


def problem(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler; None hands what is unexpected on to Django."""
    return answer(exception, context["request"])


def answer(exception: BaseException | None, request: HttpRequest) -> HttpResponse | None:
    """The problem that an exception stands for; None for one that should not have happened."""
    name = _name(exception, request)
    if name is None:
        return None
    errors = list(_errors(exception, request))
    response = respond(name, request, detail=_detail(exception, errors), errors=errors)
    if challenge := getattr(exception, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if wait := getattr(exception, "wait", None) or (name == "busy" and RETRY_AFTER):
        response["Retry-After"] = str(int(wait))
    return response


def respond(
    name: str, request: HttpRequest, *, detail: str = "", errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    """A problem of that kind as a response."""
    kind = KINDS[name]
    body = {
        "type": _address(request, f"/problems/{name}/"),
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.advice,
        "instance": escape_uri_path(request.path),
    }
    if errors:
        body["errors"] = errors
    return JsonResponse(body, status=kind.status, content_type=MEDIA_TYPE)


def page(request: HttpRequest, name: str) -> HttpResponse:
    """What a problem of this type means, at the very address that names the type."""
    if name not in KINDS:
        raise Http404
    kind = KINDS[name]
    text = f"# {kind.title}\n\nStatus {kind.status}, type {name}.\n\n{kind.advice}\n"
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _of_api(request, exception) or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _of_api(request, exception) or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _of_api(request, exception) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    return _of_api(request, sys.exception()) or defaults.server_error(request)


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
    ours = Refused | Conflict | CommandReused | Unacceptable | Unsayable
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
