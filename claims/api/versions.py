"""What has a version answers to its ETag: RFC 9110, section 13."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, "header", description="The ETag you have; 304 if it still holds."
)

IF_MATCH = OpenApiParameter(
    "If-Match", str, "header", required=False, description="The ETag of what was decided on."
)


class Stale(APIException):
    """The claim is at another version than the request was made for."""

    status_code = 412
    default_detail = _("The claim is at another version than If-Match says.")


def versioned(
    request: Request | HttpRequest,
    version: int | str,
    present: Callable[[], Any],
    cache: str = "private, no-cache",
) -> HttpResponseBase:
    """The answer with its version as ETag, or 304 where the client has that version; what is
    presented as bytes is JSON already.

    Raises:
        Stale: the request has an If-Match, and it names another version.
    """
    etag = f'"{version}"'
    headers = {"ETag": etag, "Cache-Control": cache}
    plain = request._request if isinstance(request, Request) else request
    known = get_conditional_response(plain, etag=etag)
    if known is None:
        said = present()
        if isinstance(said, bytes):
            return HttpResponse(said, content_type="application/json", headers=headers)
        return Response(said, headers=headers)
    if known.status_code == Stale.status_code:
        raise Stale
    for name, value in headers.items():
        known[name] = value
    return known
