"""Where to begin: all claims as they stand, and the position from which to follow the feed.

A snapshot is read in portions while it is sent, each of which may be of a later moment and none of
an earlier one: whoever follows the feed from its position has everything.
"""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from claims.api.log import Made
from claims.api.shapes import ClaimSummary, asked_for
from claims.ledger import log, server
from claims.models import Claim
from tracker.asking import Parameters

BATCH = 256  # claims that are read at once


class Lines(Made):
    """What a snapshot is sent as."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class Snapshot(APIView):
    """All claims as JSON lines, to begin with: the first line has the `position` from which to
    follow the feed, each other one a claim, and the last one how many `claims` there were.

    A claim that changed meanwhile may be newer than that position: pass over events whose
    `version` is not above the one you have. A snapshot without its last line was cut short."""

    scopes = {"GET": "log"}
    renderer_classes = (Lines,)

    @extend_schema(
        operation_id="snapshot",
        responses={
            (200, "application/x-ndjson"): OpenApiResponse(
                str, description="A line for each claim."
            )
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        Parameters.of(request)
        headers = {"Content-Disposition": 'attachment; filename="claims.jsonl"'}
        return StreamingHttpResponse(
            lines(log.size()), content_type="application/x-ndjson", headers=headers
        )


def lines(position: int) -> Iterator[bytes]:
    """The lines of a snapshot, some hundred claims at a time; memory stays flat."""
    yield b'{"position":%d}\n' % position
    rows, count, last = Claim.objects.defer("search").order_by("id"), 0, None
    context = asked_for({"include": ["evidence"]}, stranger=False)
    while found := server.read(partial(_portion, rows, last)):
        last, count = found[-1].id, count + len(found)
        for row in ClaimSummary(found, many=True, context=context).data:
            yield JSONRenderer().render(row) + b"\n"
    yield b'{"claims":%d}\n' % count


def _portion(rows: QuerySet[Claim], last: UUID | None) -> list[Claim]:
    return list((rows.filter(id__gt=last) if last else rows)[:BATCH])
