"""What awaits a person's decision, and what became of it: for reading only, by those who may."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims import memory
from claims.api.parameters import Listing
from claims.api.shapes import Figure
from claims.models import Finding, Proposal


class MayView(IsAuthenticated):
    """Proposals are the desk's own thoughts: seeing them takes a permission."""

    message = _("Seeing proposals takes the permission claims.view_proposal.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        known = super().has_permission(request, view)
        return known and request.user.has_perm("claims.view_proposal")


class Wanted(Listing):
    """The filters of the list of proposals."""

    state = serializers.ChoiceField(Proposal.STATES, required=False)


class FoundPassage(serializers.ModelSerializer[Finding]):
    """A passage that a proposal rests on, and why the matcher thinks so."""

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
    permission_classes = (MayView,)
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
    permission_classes = (MayView,)

    @extend_schema(operation_id="proposal")
    def get(self, request: Request, proposal: UUID) -> Response:
        found = self.get_queryset().filter(id=proposal).first()
        if found is None:
            raise NotFound(f"There is no proposal {proposal}.")
        return Response(self.get_serializer(found).data)
