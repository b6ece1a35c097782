"""The log for strangers: checkpoint, tiles and entries by c2sp.org/tlog-tiles, and proofs.

All of it is public without a key, since a log that only its friends can read convinces nobody;
leaves are envelopes and hold nothing of what was said. Only what a published checkpoint covers is
served, and what is served once never changes: any cache may keep it for ever.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from claims.ledger import log, tiles, tree
from claims.models import Entry

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=5"
HIGHEST = 63  # the last level that the specification has paths for
SOON = 5  # seconds until the signer has probably been here


class Checkpoint(serializers.Serializer[Any]):
    """The newest signed checkpoint, which any proof leads to; in full at /log/checkpoint."""

    size = serializers.IntegerField(help_text="How many events it covers.")
    signed_at = serializers.DateTimeField()


def newest() -> dict[str, Any] | None:
    """The newest checkpoint as an answer names it; None before the first."""
    published = tree.newest()
    return named(published.size, published.signed_at) if published else None


def named(size: int, signed_at: datetime) -> dict[str, Any]:
    """A checkpoint as an answer names it."""
    return Checkpoint({"size": size, "signed_at": signed_at}).data


class NotCovered(NotFound):
    """The event exists, and the signer has not been here since."""

    wait = SOON


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint."""
    published = tree.newest()
    if published is None:
        return _nothing("No checkpoint is signed yet.")
    return HttpResponse(published.note, TEXT, headers={"Cache-Control": BRIEFLY})


@require_safe
def tile(request: HttpRequest, level: str, place: str) -> HttpResponse:
    """A tile of hashes, full or partial."""
    if not level.isascii() or not level.isdecimal() or str(int(level[:3])) != level:
        return _nothing("A level is a decimal number.")
    found = _covered(int(level), place) if int(level) <= HIGHEST else None
    if found is None:
        return _nothing()
    stored, index, width = found
    return _bytes(b"".join(stored.tile(int(level), index)[:width]))


@require_safe
@gzip_page
def entries(request: HttpRequest, place: str) -> HttpResponse:
    """A bundle of leaves, full or partial."""
    found = _covered(0, place)
    if found is None:
        return _nothing()
    _stored, index, width = found
    first = index * tiles.SPAN
    return _bytes(tiles.bundle(entry.leaf() for entry in tree.envelopes(first, first + width)))


def _covered(level: int, place: str) -> tuple[tree.Tree, int, int] | None:
    """The tree of the newest checkpoint with index and width of a tile, where it has that much."""
    asked, published = tiles.placed(place), tree.newest()
    if asked is None or published is None:
        return None
    index, width = asked
    if width > tiles.width(level, index, published.size):
        return None
    return tree.Tree(published.size), index, width


def _bytes(content: bytes) -> HttpResponse:
    return HttpResponse(content, BYTES, headers={"Cache-Control": FOREVER})


def _nothing(said: str = "The newest checkpoint does not cover this.") -> HttpResponse:
    """What is not there today may be tomorrow, so that no cache keeps this."""
    return HttpResponse(f"{said}\n", TEXT, status=404, headers={"Cache-Control": "no-store"})


class Made(BaseRenderer):
    """What a view has made as bytes is sent as it is."""

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return bytes(data)


class ProofText(Made):
    """What a proof is sent as."""

    media_type = "text/plain"
    format = "txt"


class EventProof(APIView):
    """That an event is in the log, as a c2sp.org/tlog-proof; its extra data is the leaf."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (ProofText,)

    @extend_schema(
        operation_id="event_proof",
        responses={(200, "text/plain"): OpenApiResponse(str, description="A tlog-proof.")},
    )
    def get(self, request: Request, position: int) -> HttpResponse:
        return proof(position)


class ClaimProof(APIView):
    """That the last event of a claim is in the log, and by its chain of hashes all before it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (ProofText,)

    @extend_schema(
        operation_id="claim_proof",
        responses={(200, "text/plain"): OpenApiResponse(str, description="A tlog-proof.")},
    )
    def get(self, request: Request, claim: UUID) -> HttpResponse:
        last = Entry.objects.filter(stream_id=claim).order_by("-version").first()
        if last is None:
            raise NotFound(f"There is no claim {claim}.")
        return proof(last.position)


def proof(position: int) -> HttpResponse:
    """The proof of an event; raises NotFound where there is none, or none yet."""
    if position >= log.size():
        raise NotFound(f"There is no event {position}.")
    published = tree.newest()
    covered = published.size if published else 0
    if published is None or position >= covered:
        raise NotCovered(
            f"Event {position} is recorded, and the newest checkpoint covers {covered} events; "
            "ask again in a few seconds."
        )
    (entry,) = tree.envelopes(position, position + 1)
    proved = tree.Tree(covered).proof(entry, published.note)
    return HttpResponse(bytes(proved), TEXT, headers={"Cache-Control": "no-cache"})
