"""What is answered of a claim by its id: itself, where it went, or that nothing of it is left.

Both ways to a claim decide here: the view, which has its row, and `quick`, which spares that and
knows of it no more than this takes.
"""

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.shapes import MergedClaim
from claims.api.versions import versioned


class Known(Protocol):
    """What has to be known of a claim for that."""

    @property
    def id(self) -> UUID: ...
    @property
    def status(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def merged_into(self) -> UUID | None: ...
    @property
    def erased(self) -> bool: ...


class Erased(APIException):
    """Nothing of the claim is left but that it was there."""

    status_code = 410

    def __init__(self, claim: Known) -> None:
        super().__init__(f"What claim {claim.id} said was erased from the record.")
        self.extension = {"claim": str(claim.id), "version": claim.version}


def answer(
    request: Request | HttpRequest,
    claim: Known,
    present: Callable[[], Any],
    *,
    lasting: bool = True,
) -> HttpResponseBase:
    """A claim as it stands, under the version that its history has; where what is presented is not
    `lasting` as long as that version, nobody keeps it.

    Raises:
        Erased: there is nothing to present.
        Stale: the request has an If-Match, and it names another version.
    """
    if claim.merged_into:
        return elsewhere(claim)
    if claim.erased:
        raise Erased(claim)
    if not lasting:
        return Response(present(), headers={"Cache-Control": "no-store"})
    return versioned(request, claim.version, present)


def elsewhere(claim: Known, query: str = "") -> Response:
    """Where to read of a claim that is part of another one."""
    where = reverse("claim", args=[claim.merged_into])
    # A merge can be undone, so that nobody may remember this redirect without asking.
    headers = {"Location": f"{where}?{query}" if query else where, "Cache-Control": "no-cache"}
    return Response(MergedClaim(claim).data, status=308, headers=headers)
