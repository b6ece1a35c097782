"""Claims as they stand: the read model, presented.

One claim is one row read. Its ETag is the version of its history, from which everything in it is
folded, so that a client asks "anything new?" for the price of a 304. Which version a key took is
kept for the recall list.
"""

from functools import cached_property
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.pagination import Cursor
from rest_framework.request import Request
from rest_framework.views import APIView

from claims import as_of
from claims.api.answers import answer, elsewhere
from claims.api.log import newest
from claims.api.moments import Asked, asked, then
from claims.api.shapes import (
    ClaimDetail,
    ClaimPage,
    ClaimSummary,
    EvidenceByOrigin,
    MergedClaim,
    asked_for,
    grouped,
)
from claims.api.versions import IF_NONE_MATCH, versioned
from claims.api.wanted import ORDERS, OneAsked, Wanted, named, wanted
from claims.clients import recall
from claims.clients.rights import stranger
from claims.models import Claim
from tracker.asking import Parameters


class Claims(ListModelMixin, GenericAPIView[Claim]):
    """The claims, the one that changed last first; as of a moment, the one that began last.

    Without a key only those which are published."""

    queryset = Claim.objects.defer("evidence", "search")
    serializer_class = ClaimSummary
    public = True

    @cached_property
    def given(self) -> dict[str, Any]:
        """What is asked for; a ValidationError names what cannot be."""
        return Wanted.of(self.request)

    @property
    def ordering(self) -> tuple[str, ...]:
        return (ORDERS[self.given.get("order", "-changed")], "-id")

    @extend_schema(operation_id="claims", parameters=[Wanted], responses=ClaimPage)
    def get(self, request: Request) -> HttpResponseBase:
        moment = asked(self.given)
        if stranger(request) and (moment or "story" in self.given):
            raise NotAuthenticated
        if moment:
            return self._then(request, moment)
        page = self.list(request)
        recall.taken(request.auth, cast(Any, self.paginator).page, at=timezone.now())
        page.data["checkpoint"] = newest()
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **shown(self.request, self.given)}

    def filter_queryset(self, queryset: QuerySet[Claim, Any]) -> QuerySet[Claim, Any]:
        if "evidence" in named(self.given):
            queryset = queryset.defer(None).defer("search")
        if stranger(self.request):
            queryset = queryset.filter(published=True)
        return queryset.filter(wanted(**self.given))

    def _then(self, request: Request, moment: Asked) -> HttpResponseBase:
        """The list as of a moment. The next page is of the same position, by whatever name this
        one was asked for."""
        given = self.given
        if refused := given.keys() & {"order", "story", "verdict"}:
            told = _("As of a moment the list has one order and fewer filters; leave this out.")
            raise serializers.ValidationError({name: [told] for name in refused})
        names = ("status", "q", "source", "language")
        pages: Any = self.paginator
        pages.base_url = moment.fixed_address(request)
        cursor = pages.decode_cursor(request)
        found = as_of.page(
            moment.moment,
            as_of.Wanted(**{name: given[name] for name in names if name in given}),
            limit=pages.get_page_size(request),
            before=cursor.position if cursor else None,
        )
        following = None
        if found.before is not None:
            following = pages.encode_cursor(Cursor(0, False, found.before))
        results = self.get_serializer(found.claims, many=True).data
        response = then(request, moment, {"next": following, "previous": None, "results": results})
        if following:
            response["Link"] = f'<{following}>; rel="next"'
        return response


class OneClaim(GenericAPIView[Claim]):
    """A claim as it stands now, or as it stood at a moment."""

    queryset = Claim.objects.defer("search")
    serializer_class = ClaimDetail
    public = True

    @cached_property
    def given(self) -> dict[str, Any]:
        """What is asked for; a ValidationError names what cannot be."""
        return OneAsked.of(self.request)

    @extend_schema(
        operation_id="claim",
        parameters=[OneAsked, IF_NONE_MATCH],
        responses={
            200: ClaimDetail,
            308: OpenApiResponse(
                MergedClaim, description="It became part of the claim in Location."
            ),
        },
    )
    def get(self, request: Request, claim: UUID) -> HttpResponseBase:
        if moment := asked(self.given):
            if stranger(request):
                there(request, claim)
            found = _there(claim, moment)
            if found.merged_into:
                return elsewhere(found, moment.query)
            return then(request, moment, self.get_serializer(found).data)
        row = there(request, claim)
        recall.taken(request.auth, [row], at=timezone.now())
        # A claim's stories change without a word in its history.
        lasting = "stories" not in named(self.given)
        return answer(request, row, lambda: self.get_serializer(row).data, lasting=lasting)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **shown(self.request, self.given)}


class ClaimEvidence(APIView):
    """The evidence that stands for and against a claim, by origin."""

    public = True

    @extend_schema(operation_id="evidence", parameters=[IF_NONE_MATCH], responses=EvidenceByOrigin)
    def get(self, request: Request, claim: UUID) -> HttpResponseBase:
        Parameters.of(request)
        row = there(request, claim)
        return versioned(
            request,
            row.version,
            lambda: {"claim": claim, "version": row.version, "origins": grouped(row.evidence)},
        )


def there(request: Request, claim: UUID) -> Claim:
    """The claim's row, for whoever may see it.

    Raises:
        NotFound: there is none, or it is not published and the client sends no key.
    """
    row = Claim.objects.defer("search").filter(id=claim).first()
    if row is None or (stranger(request) and not row.published):
        raise NotFound(f"There is no claim {claim}.")
    return row


def shown(request: Request, given: dict[str, Any]) -> dict[str, Any]:
    """What the serializers must know of the request: which members, and who looks."""
    if stranger(request) and "stories" in named(given):
        raise NotAuthenticated
    return asked_for(given, stranger=stranger(request))


def _there(claim: UUID, moment: Asked) -> Claim:
    try:
        return as_of.claim(claim, moment.moment)
    except as_of.NotThere as absent:
        raise NotFound(str(absent)) from absent
