"""What awaits a person's decision, and what became of it, for those who may see it.

A decision names in `If-Match` what it was made on: the findings of the proposal and the version of
its claim, which are the proposal's ETag. It is the decision of the person whose key is sent.
"""

import re
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims import memory, review
from claims.api.shapes import Figure
from claims.api.versions import IF_MATCH, IF_NONE_MATCH, Stale, versioned
from claims.clients.rights import InScope
from claims.events import DisputeKind
from claims.models import Claim, Finding, Proposal
from tracker.asking import Listing, Strict, Text

ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})\.([0-9]{1,9})"')


class MayView(IsAuthenticated):
    """Proposals are the desk's own thoughts: seeing them takes a permission."""

    right = "claims.view_proposal"
    message = _("Seeing proposals takes the permission claims.view_proposal.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        known = super().has_permission(request, view)
        return known and request.user.has_perm(self.right)


class Wanted(Listing):
    """The filters of the list of proposals."""

    state = serializers.ChoiceField(Proposal.STATES, required=False)


class FoundPassage(serializers.ModelSerializer[Finding]):
    """A passage that a proposal rests on, and why the matcher thinks so."""

    kind = serializers.CharField(help_text="How it disputes the claim, or empty.")
    ours = Figure(allow_null=True)
    theirs = Figure(allow_null=True)
    because = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Finding
        fields = (
            "stance", "kind", "document", "url", "outlet", "origin", "origin_because", "title",
            "quote", "start", "end", "before", "after", "speaker", "published_at", "ours",
            "theirs", "score", "because", "matcher",
        )  # fmt: skip
        read_only_fields = fields


class ProposalSummary(serializers.ModelSerializer[Proposal]):
    """A proposal in a list; `claim` exists only once a proposal that begins it is accepted."""

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = (
            "id", "claim", "begins", "wording", "language", "claimant", "score", "disputed",
            "revision", "state", "created_at", "decided_at", "reason", "position", "replaces",
            "replaces_of",
        )  # fmt: skip
        read_only_fields = fields


class DismissedBefore(serializers.ModelSerializer[Finding]):
    """A passage much like it that was dismissed, and why."""

    reason = serializers.CharField(source="proposal.reason")
    decided_at = serializers.DateTimeField(source="proposal.decided_at")
    decided_by = serializers.CharField(source="proposal.decided_by.get_username")

    class Meta:
        model = Finding
        fields = ("claim", "outlet", "quote", "reason", "decided_at", "decided_by")
        read_only_fields = fields


class ProposalDetail(ProposalSummary):
    """A proposal with the passages that it rests on, and what was dismissed before."""

    findings = FoundPassage(many=True)
    dismissed_before = serializers.SerializerMethodField()

    class Meta(ProposalSummary.Meta):
        fields = (*ProposalSummary.Meta.fields, "findings", "dismissed_before")
        read_only_fields = fields

    @extend_schema_field(DismissedBefore(many=True))
    def get_dismissed_before(self, proposal: Proposal) -> Any:
        return DismissedBefore(memory.dismissed_before(proposal), many=True).data


class Proposals(ListAPIView[Proposal]):
    """The proposals, the newest first."""

    queryset = Proposal.objects.defer("search")
    serializer_class = ProposalSummary
    permission_classes = (InScope, MayView)
    ordering = ("-created_at", "-id")

    @extend_schema(operation_id="proposals", parameters=[Wanted])
    def get(self, request: Request) -> Response:
        return self.list(request)

    def filter_queryset(self, queryset: QuerySet[Proposal, Any]) -> QuerySet[Proposal, Any]:
        asked: dict[str, Any] = Wanted.of(self.request)
        return queryset.filter(state=asked["state"]) if "state" in asked else queryset


class OneProposal(GenericAPIView[Proposal]):
    """A proposal and what it rests on."""

    queryset = Proposal.objects.defer("search").prefetch_related("findings")
    serializer_class = ProposalDetail
    permission_classes = (InScope, MayView)

    @extend_schema(operation_id="proposal", parameters=[IF_NONE_MATCH], responses=ProposalDetail)
    def get(self, request: Request, proposal: UUID) -> HttpResponseBase:
        found = self.get_queryset().filter(id=proposal).first()
        if found is None:
            raise NotFound(f"There is no proposal {proposal}.")
        return versioned(request, seen(found), lambda: self.get_serializer(found).data)


class MayDecide(MayView):
    """Deciding takes the same permission as at the desk."""

    right = "claims.decide_proposal"
    message = _("Deciding takes the permission claims.decide_proposal.")


class Identifier(serializers.UUIDField):
    """A UUID as text; a number or a truth value is none, whatever Python makes of it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Decided(Strict):
    """What becomes of a proposal. Whatever is left out stays as it is proposed."""

    decision = serializers.ChoiceField(["accept", "dismiss"])
    reason = Text(required=False, max_length=2000, help_text="Why; a dismissal needs one.")
    wording = Text(
        required=False, max_length=2000, help_text="Of the claim that begins, if it does."
    )
    stance = serializers.ChoiceField(
        ["supports", "disputes"], required=False, help_text="Of the passages."
    )
    kind = serializers.ChoiceField(
        [kind.value for kind in DisputeKind], required=False, help_text="How they dispute it."
    )
    claim = Identifier(
        required=False, help_text="The claim that it is about instead, as after a merge."
    )
    command = Identifier(
        required=False, help_text="An id of yours: sent twice with the same one, it is done once."
    )


class Required(APIException):
    """A decision without If-Match might be about something that nobody looked at."""

    status_code = 428
    default_detail = _("Send the ETag of the proposal that you decide on as If-Match.")


class Decision(GenericAPIView[Proposal]):
    """Accept or dismiss a proposal, as the person whose key it is."""

    queryset = Proposal.objects.defer("search").prefetch_related("findings")
    serializer_class = ProposalDetail
    permission_classes = (InScope, MayView, MayDecide)
    scopes = {"POST": "decide"}

    @extend_schema(
        operation_id="decide", parameters=[IF_MATCH], request=Decided, responses=ProposalDetail
    )
    def post(self, request: Request, proposal: UUID) -> HttpResponseBase:
        """Accept or dismiss it; what is on record then is in `position`."""
        if "If-Match" not in request.headers:
            raise Required
        sent = Decided(data=request.data)
        sent.is_valid(raise_exception=True)
        held = self.get_queryset().filter(id=proposal).first()
        if held is None:
            raise NotFound(f"There is no proposal {proposal}.")
        revision, expected = _named(request.headers["If-Match"])
        made = review.Decision(
            by=cast(User, request.user),
            at=timezone.now(),
            expected=expected,
            command=sent.validated_data.pop("command", None) or uuid4(),
        )
        try:
            decide(held, made, revision=revision, **sent.validated_data)
        except review.Decided as late:
            raise Stale(str(late)) from late
        after = self.get_queryset().get(id=proposal)
        etag = {"ETag": f'"{seen(after)}"'}
        return Response(self.get_serializer(after).data, headers=etag)


def decide(
    held: Proposal,
    made: review.Decision,
    *,
    revision: int,
    decision: str,
    reason: str = "",
    claim: UUID | None = None,
    **told: str,
) -> None:
    """Make the decision that a client sent."""
    if decision == "accept":
        review.accept(held.id, made, revision=revision, to=claim, **told)
    else:
        review.dismiss(held.id, made, revision=revision, reason=reason, to=claim)


def seen(proposal: Proposal) -> str:
    """What a client has seen that read a proposal: its revision, and its claim's version."""
    version = Claim.objects.filter(id=proposal.claim).values_list("version", flat=True).first()
    return f"{proposal.revision}.{version or 0}"


def _named(match: str) -> tuple[int, int]:
    """The revision and the version in an If-Match. A gateway that compressed the proposal marks its
    ETag as weak; it names the same all the same.

    Raises:
        Stale: it is no ETag of a proposal.
    """
    named = ETAG.fullmatch(match.strip())
    if named is None:
        raise Stale(_('If-Match is the ETag of a proposal, as in "3.7".'))
    return int(named[1]), int(named[2])
