"""Claims as they stand: the read model, presented.

One claim is one row read. Its ETag is the version of its history, from which everything in it is
folded, so that a client asks "anything new?" for the price of a 304. Which version a key took is
kept for the recall list.
"""

from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.pagination import Cursor
from rest_framework.request import Request
from rest_framework.response import Response

from claims import as_of
from claims.api.log import newest
from claims.api.moments import Asked, Moments, asked, then
from claims.api.parameters import Listing
from claims.api.shapes import ClaimDetail, ClaimPage, ClaimSummary, MergedClaim
from claims.api.versions import IF_NONE_MATCH, versioned
from claims.clients import recall
from claims.models import Claim

LANGUAGE = r"^[a-z]{2,3}$"


class Wanted(Moments, Listing):
    """The filters of the list of claims."""

    status = serializers.ChoiceField(Claim.STATUSES, required=False)
    q = serializers.CharField(
        required=False, max_length=500, help_text="Words, in the claim's own language."
    )
    source = serializers.CharField(  # type: ignore[assignment]  # a field
        required=False, help_text="The name of an outlet or an origin of its evidence."
    )
    language = serializers.RegexField(LANGUAGE, required=False, help_text='As in "fr".')


class Claims(ListModelMixin, GenericAPIView[Claim]):
    """The claims, the one that changed last first; as of a moment, the one that began last."""

    queryset = Claim.objects.defer("evidence", "search")
    serializer_class = ClaimSummary
    ordering = ("-position",)

    @extend_schema(operation_id="claims", parameters=[Wanted], responses=ClaimPage)
    def get(self, request: Request) -> HttpResponseBase:
        moment = asked(Wanted.of(request))
        if moment:
            return self._then(request, moment)
        page = self.list(request)
        recall.taken(request.auth, cast(Any, self.paginator).page, at=timezone.now())
        page.data["checkpoint"] = newest()
        return page

    def filter_queryset(self, queryset: QuerySet[Claim, Any]) -> QuerySet[Claim, Any]:
        return queryset.filter(wanted(**Wanted.of(self.request)))

    def _then(self, request: Request, moment: Asked) -> HttpResponseBase:
        """The list as of a moment. The next page is of the same position, by whatever name this
        one was asked for."""
        given = Wanted.of(request)
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

    @extend_schema(
        operation_id="claim",
        parameters=[Moments, IF_NONE_MATCH],
        responses={
            200: ClaimDetail,
            304: OpenApiResponse(description="The version you have is still the last."),
            308: OpenApiResponse(
                MergedClaim, description="It became part of the claim in Location."
            ),
        },
    )
    def get(self, request: Request, claim: UUID) -> HttpResponseBase:
        moment = asked(Moments.of(request))
        if moment:
            found = _there(claim, moment)
            elsewhere = _elsewhere(found, moment)
            return elsewhere or then(request, moment, self.get_serializer(found).data)
        row = self.get_queryset().filter(id=claim).first()
        if row is None:
            raise NotFound(f"There is no claim {claim}.")
        recall.taken(request.auth, [row], at=timezone.now())
        elsewhere = _elsewhere(row)
        return elsewhere or versioned(request, row.version, lambda: self.get_serializer(row).data)


def _there(claim: UUID, moment: Asked) -> Claim:
    try:
        return as_of.claim(claim, moment.moment)
    except as_of.NotThere as absent:
        raise NotFound(str(absent)) from absent


def _elsewhere(claim: Claim, moment: Asked | None = None) -> Response | None:
    """Where to read of a claim that is part of another one, at the same moment."""
    if not claim.merged_into:
        return None
    where = reverse("claim", args=[claim.merged_into])
    if moment:
        where = f"{where}?{moment.query}"
    # A merge can be undone, so that nobody may remember this redirect without asking.
    headers = {"Location": where, "Cache-Control": "no-cache"}
    return Response(MergedClaim(claim).data, status=308, headers=headers)


def wanted(
    *,
    status: str = "",
    q: str = "",
    source: str = "",
    language: str = "",
    **_paging: Any,
) -> Q:
    """The claims that a client asks for."""
    condition = Q()
    if status:
        condition &= Q(status=status)
    if language:
        condition &= Q(language=language)
    if source:
        named = [Q(evidence__contains=[{key: source}]) for key in ("outlet", "origin")]
        condition &= named[0] | named[1]
    if q:
        condition &= _says(q)
    return condition


def _says(words: str) -> Q:
    """The claims whose text has these words, each stemmed in the language of the claim."""
    french, english = (
        SearchQuery(words, config=config, search_type="websearch")
        for config in ("french", "english")
    )
    return Q(language="fr", search=french) | (~Q(language="fr") & Q(search=english))
