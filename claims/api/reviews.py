"""Confirmed verdicts of published claims as schema.org/ClaimReview, for everybody."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims.api.versions import IF_NONE_MATCH, versioned
from claims.clients import claimreview
from claims.models import Claim
from tracker.asking import Parameters

LINKED = "application/ld+json"
SCHEMA = {(200, LINKED): OpenApiResponse(dict[str, Any], description="A JSON-LD document.")}


class LinkedData(JSONRenderer):
    """JSON-LD."""

    media_type = LINKED
    format = "jsonld"


class ClaimReview(APIView):
    """The verdict of a published claim, where one is confirmed and still holds."""

    permission_classes = (AllowAny,)
    renderer_classes = (LinkedData,)

    @extend_schema(operation_id="claimreview", parameters=[IF_NONE_MATCH], responses=SCHEMA)
    def get(self, request: Request, claim: UUID) -> HttpResponseBase:
        Parameters.of(request)
        row = published(claim)
        document = claimreview.of(row, claimreview.place(request._request))
        if document is None:
            raise NotFound(f"Claim {claim} has no confirmed verdict that still holds.")
        return versioned(request, row.version, lambda: document, "public, max-age=60")


class ClaimReviews(APIView):
    """All such verdicts as one schema.org/DataFeed, that of the claim which changed last first."""

    permission_classes = (AllowAny,)
    renderer_classes = (LinkedData,)

    @extend_schema(operation_id="claimreviews", responses=SCHEMA)
    def get(self, request: Request) -> Response:
        Parameters.of(request)
        feed = claimreview.feed(claimreview.place(request._request))
        return Response(feed, headers={"Cache-Control": "public, max-age=60"})


def published(claim: UUID) -> Claim:
    """A claim that everybody may read of; raises NotFound for any other."""
    row = Claim.objects.defer("search").filter(id=claim, published=True).first()
    if row is None:
        raise NotFound(f"There is no published claim {claim}.")
    return row
