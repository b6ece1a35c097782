"""The read that most clients make most of the time: a claim by its key, and nothing else asked.

It is answered before REST framework, which would spend as much on it again as all the rest, by the
same checks: the key, its networks and scope, the limit, the recall list; and by the same decision
(`answers`). Whatever is not plain, and whatever is refused, is for the view.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from claims.api import rendered
from claims.api.answers import answer
from claims.clients import keys, limits, recall, rights
from claims.models import Claim


def quickly(view: Any) -> Callable[..., HttpResponseBase]:
    """The view of a claim, spared where it would say what was said before."""
    needed = rights.scope(view.cls, "GET")

    @wraps(view)
    def answered(request: HttpRequest, claim: UUID) -> HttpResponseBase:
        known = _known(request, claim, needed) if _plain(request) else None
        return known or view(request, claim=claim)

    return answered


def _plain(request: HttpRequest) -> bool:
    accepts = request.headers.get("Accept", "*/*")
    asked = request.method != "GET" or request.META.get("QUERY_STRING")
    return not asked and ("*/*" in accepts or "application/json" in accepts)


def _known(request: HttpRequest, claim: UUID, needed: str) -> HttpResponseBase | None:
    """The answer to a client that has nothing to be told first; None where the view must look."""
    try:
        key = keys.sent(request)
        if key is None or needed not in key.scopes:
            return None
        stands = rendered.standing(claim)
        if stands is None or not recall.knows(key, claim, stands.version):
            return None
        made = answer(request, stands, lambda: rendered.whole(stands))
    except (APIException, Claim.DoesNotExist):
        return None  # The view says the same, as a problem, or of the row that is there by now.
    # What is not bytes yet is for the framework to render.
    ready = not isinstance(made, Response) and limits.within(request, limits.of_key(key))
    return made if ready else None
