"""Who publishes, over HTTP: for reading only; the desk keeps its sources in the admin."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from sources.models import Source
from tracker.asking import Listing


class SourceShown(serializers.ModelSerializer[Source]):
    """An outlet, an agency or an institution; those with one owner count as one origin."""

    class Meta:
        model = Source
        fields = ("id", "name", "kind", "owner", "domain", "reach", "language")
        read_only_fields = fields


class Wanted(Listing):
    """The filters of the list of sources."""

    kind = serializers.ChoiceField(Source.KINDS, required=False)
    owner = serializers.CharField(required=False, max_length=200)
    domain = serializers.CharField(required=False, max_length=253)


class Sources(ListAPIView[Source]):
    """The sources, by name."""

    queryset = Source.objects.all()
    serializer_class = SourceShown
    ordering = ("name", "id")

    @extend_schema(operation_id="sources", parameters=[Wanted])
    def get(self, request: Request) -> Response:
        return self.list(request)

    def filter_queryset(self, queryset: QuerySet[Source, Any]) -> QuerySet[Source, Any]:
        given = Wanted.of(self.request)
        names = {"kind", "owner", "domain"} & given.keys()
        return queryset.filter(**{name: given[name] for name in names})


class OneSource(GenericAPIView[Source]):
    """A source."""

    queryset = Source.objects.all()
    serializer_class = SourceShown

    @extend_schema(operation_id="source")
    def get(self, request: Request, source: int) -> Response:
        found = self.get_queryset().filter(id=source).first()
        if found is None:
            raise NotFound(f"There is no source {source}.")
        return Response(self.get_serializer(found).data)
