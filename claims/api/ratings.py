"""The desk's verdicts, and the scale that they are on."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims import scale, verdicts
from claims.api.shapes import VERDICT_STATES, Verdict
from claims.clients.rights import stranger
from claims.models import Claim
from tracker.asking import Listing, Parameters


class Rating(Verdict):
    """A claim's verdict, with its number on the scale."""

    claim = serializers.UUIDField()
    wording = serializers.CharField()
    number = serializers.FloatField(allow_null=True, help_text="Null for what nobody can rate.")

    def to_representation(self, claim: Any) -> dict[str, Any]:
        """The verdict of a claim's row, beside whose it is."""
        made = verdicts.of(claim) or {}
        beside = {"claim": claim.id, "wording": claim.wording}
        return super().to_representation({**made, **beside})


class Wanted(Listing):
    """The filters of the list of ratings."""

    state = serializers.ChoiceField(VERDICT_STATES, required=False)
    verdict = serializers.CharField(required=False, max_length=100, help_text="By its key.")


class Ratings(ListAPIView[Claim]):
    """The verdicts that stand, that of the claim which changed last first; without a key those
    which are confirmed, of claims that are published."""

    queryset = Claim.objects.exclude(verdict=None).defer("evidence", "search")
    serializer_class: Any = Rating
    ordering = ("-position",)
    public = True

    @extend_schema(operation_id="ratings", parameters=[Wanted])
    def get(self, request: Request) -> Response:
        return self.list(request)

    def filter_queryset(self, queryset: QuerySet[Claim, Any]) -> QuerySet[Claim, Any]:
        given = Wanted.of(self.request)
        if stranger(self.request):
            queryset = queryset.filter(verdicts.CONFIRMED, published=True)
        wanted = {f"verdict__{name}": given[name] for name in {"state", "verdict"} & given.keys()}
        return queryset.filter(**wanted)


class Step(serializers.Serializer[scale.Step]):
    """A verdict of the scale."""

    key = serializers.CharField()
    number = serializers.FloatField(allow_null=True)
    name = serializers.SerializerMethodField()

    def get_name(self, step: scale.Step) -> dict[str, str]:
        return {"en": step.english, "fr": step.french}


class Scale(APIView):
    """The desk's scale, best first; a key never changes its meaning."""

    public = True

    @extend_schema(operation_id="scale", responses=Step(many=True))
    def get(self, request: Request) -> Response:
        Parameters.of(request)
        return Response(Step(cast(Any, scale.steps()), many=True).data)
