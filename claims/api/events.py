"""Events as they stand in the ledger: the history of a claim, and the feed of everything.

A position is dense and never changes, so that a client who remembers one number misses nothing:
ask from there, keep `next`, ask again. The hashes let the client check what it was told.
"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from claims import as_of
from claims.api import following
from claims.api.claims import there
from claims.api.entries import Event, shown
from claims.api.log import Checkpoint, newest
from claims.api.moments import Asked, AsOf, Moments, asked, then
from claims.api.versions import IF_NONE_MATCH, versioned
from claims.clients import disclosed
from claims.clients.rights import stranger
from claims.ledger import log, server

LIMIT = 100


class Window(Moments):
    """The part of a claim's history that is asked for."""

    after = serializers.IntegerField(
        default=0, min_value=0, max_value=2**31 - 1, help_text="A version; what came later is sent."
    )
    limit = serializers.IntegerField(default=LIMIT, min_value=1, max_value=1000)


class From(following.Since, Moments):
    """The part of the feed that is asked for, and how long to wait for more."""

    wait = serializers.IntegerField(
        default=0,
        min_value=0,
        max_value=following.LONGEST,
        help_text="Seconds to wait for the first event, where there is none yet.",
    )
    limit = serializers.IntegerField(default=LIMIT, min_value=1, max_value=1000)


class Stream(serializers.Serializer[Any]):
    """A part of a claim's history, oldest first."""

    claim = serializers.UUIDField()
    version = serializers.IntegerField(help_text="Of the claim now, or at the moment.")
    events = Event(many=True)
    next = serializers.URLField(allow_null=True)
    checkpoint = Checkpoint(allow_null=True, required=False, help_text="Not as of a moment.")
    as_of = AsOf(required=False, help_text="The moment that was asked for.")


class Feed(serializers.Serializer[Any]):
    """A part of everything that was ever recorded, in the order in which it was."""

    events = Event(many=True)
    next = serializers.IntegerField(help_text="The position to ask from next.")
    size = serializers.IntegerField(help_text="How many events there are, or were.")
    checkpoint = Checkpoint(allow_null=True, required=False, help_text="Not as of a moment.")
    as_of = AsOf(required=False, help_text="The moment that was asked for.")


class History(APIView):
    """The history of a claim, oldest first; the history of a merged one is still here.

    Without a key it is that of a published claim, without what stays the desk's own."""

    public = True

    @extend_schema(operation_id="history", parameters=[Window, IF_NONE_MATCH], responses=Stream)
    def get(self, request: Request, claim: UUID) -> HttpResponseBase:
        window = Window.of(request)
        if (moment := asked(window)) and stranger(request):
            raise NotAuthenticated
        if moment:
            return _history_then(request, claim, window, moment)
        version, after = there(request, claim).version, window["after"]
        # No more than the version that the ETag names, whatever was recorded since.
        limit = max(0, min(window["limit"], version - after))

        onward = None
        if after + limit < version:
            here = request.build_absolute_uri()
            onward = replace_query_param(here, "after", str(after + limit))

        def present() -> dict[str, Any]:
            entries = log.stream(claim, after=after, limit=limit)
            events = shown(disclosed.of(claim, entries) if stranger(request) else entries)
            return {
                "claim": claim,
                "version": version,
                "events": events,
                "next": onward,
                "checkpoint": newest(),
            }

        response = versioned(request, version, present)
        if onward:
            response["Link"] = f'<{onward}>; rel="next"'
        return response


class Everything(APIView):
    """The feed: every event, densely numbered from 0. Ask again from `next` for what is new."""

    scopes = {"GET": "log"}

    @extend_schema(operation_id="feed", parameters=[From], responses=Feed)
    def get(self, request: Request) -> HttpResponseBase:
        window = From.of(request)
        moment, first = asked(window), window["from"]
        if window["wait"] and not moment:
            following.wait(first, window["wait"])
        size = moment.moment.size if moment else log.size()
        # A replica that has nothing from there on yet is not believed.
        if size <= first and server.to_primary() and not moment:
            size = log.size()
        # No further than `size`, so that both are of the same moment.
        end = first + max(0, min(window["limit"], size - first))
        body = {"next": end, "size": size}
        if moment:
            entries = as_of.between(first, end, moment.moment)
            return then(request, moment, {"events": shown(entries), **body})
        return _page(first, end, {**body, "checkpoint": newest()})


def _page(first: int, end: int, body: dict[str, Any]) -> HttpResponseBase:
    """A page of the feed. PostgreSQL writes its events, which saves parsing what they say only to
    write it again; a page on which something was erased is told event by event."""
    written = log.written(first, end)
    if written is None:
        return Response({"events": shown(log.between(first, end)), **body})
    rest = JSONRenderer().render(body)
    page = b'{"events":[' + written + b"]," + rest[1:]
    return HttpResponse(page, content_type="application/json")


def _history_then(
    request: Request, claim: UUID, window: dict[str, Any], asked: Asked
) -> HttpResponseBase:
    """The part of a history that counts at a moment."""
    after, limit, moment = window["after"], window["limit"], asked.moment
    version = as_of.version(claim, moment)
    if not version:
        raise NotFound(as_of.absence(claim, moment))
    entries = as_of.stream(claim, moment, after=after, limit=limit)
    onward = None
    if entries and entries[-1].version < version:
        here = asked.fixed_address(request)
        onward = replace_query_param(here, "after", str(entries[-1].version))
    body = {"claim": claim, "version": version, "events": shown(entries), "next": onward}
    response = then(request, asked, body)
    if onward:
        response["Link"] = f'<{onward}>; rel="next"'
    return response
