"""The read that most clients make most of the time: a claim by its key, and nothing else asked.

It is answered before REST framework, which would spend as much on it again as all the rest, by the
same checks: the key, its networks and scope, the limit, the recall list. Whatever is not plain, and
whatever is refused, is for the view.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from rest_framework.exceptions import APIException

from claims.api import rendered
from claims.api.shapes import ClaimDetail
from claims.api.versions import versioned
from claims.clients import keys, limits, recall
from claims.models import ApiKey, Claim

WHOLE: dict[str, Any] = {"fields": None, "include": set(), "stranger": False}


def quickly(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view of a claim, spared where it would say what was said before."""

    @wraps(view)
    def answer(request: HttpRequest, claim: UUID) -> HttpResponseBase:
        return _known(request, claim) or view(request, claim=claim)

    return answer


def _known(request: HttpRequest, claim: UUID) -> HttpResponseBase | None:
    accepts = request.headers.get("Accept", "*/*")
    plain = request.method == "GET" and not request.META.get("QUERY_STRING")
    if not plain or not ("*/*" in accepts or "application/json" in accepts):
        return None
    try:
        key = keys.sent(request)
        if key is None or "read" not in key.scopes:
            return None
        stands = rendered.standing(claim)
        if not stands or stands.merged_into or not recall.knows(key, claim, stands.version):
            return None
        text = rendered.known(claim, stands) or _made(claim, stands)
        if text is None or not _within(request, key):
            return None
        return versioned(request, stands.version, lambda: rendered.whole(text, stands))
    except APIException:
        return None  # The view says the same, as a problem.


def _made(claim: UUID, stands: rendered.Standing) -> bytes | None:
    """The answer, made anew; None where there is nothing to say but that it was erased."""
    rows = Claim.objects.defer("search").filter(id=claim, version=stands.version)
    row = rows.first()
    if row is None or not (row.wording or row.evidence):
        return None
    serializer = ClaimDetail(row, context=WHOLE)
    serializer.fields.pop("checkpoint")
    return rendered.keep(claim, stands, serializer.data)


def _within(request: HttpRequest, key: ApiKey) -> bool:
    """Whether the key's minute has room for this request, which is counted."""
    left = limits.of_key(key)
    request.left = left  # type: ignore[attr-defined]
    return left is None or left.rest >= 0
