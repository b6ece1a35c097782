"""The stories of the desk: claims under one name. They are the desk's own, and never public."""

from typing import Any

from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from claims.models import Story
from tracker.asking import Listing


class StoryShown(serializers.ModelSerializer[Story]):
    """A story; its claims are in the list of claims, by `story`."""

    claims = serializers.IntegerField(source="count", read_only=True, help_text="How many.")

    class Meta:
        model = Story
        fields = ("id", "name", "description", "archived", "claims")
        read_only_fields = fields


class Wanted(Listing):
    """The filters of the list of stories."""

    archived = serializers.BooleanField(required=False, allow_null=True, default=None)


class Stories(ListAPIView[Story]):
    """The stories, by name."""

    queryset = Story.objects.annotate(count=Count("claims"))
    serializer_class = StoryShown
    ordering = ("name", "id")

    @extend_schema(operation_id="stories", parameters=[Wanted])
    def get(self, request: Request) -> Response:
        return self.list(request)

    def filter_queryset(self, queryset: QuerySet[Story, Any]) -> QuerySet[Story, Any]:
        archived = Wanted.of(self.request)["archived"]
        return queryset if archived is None else queryset.filter(archived=archived)


class OneStory(GenericAPIView[Story]):
    """A story."""

    queryset = Story.objects.annotate(count=Count("claims"))
    serializer_class = StoryShown

    @extend_schema(operation_id="story")
    def get(self, request: Request, story: int) -> Response:
        found = self.get_queryset().filter(id=story).first()
        if found is None:
            raise NotFound(f"There is no story {story}.")
        return Response(self.get_serializer(found).data)
