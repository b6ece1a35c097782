"""Stories: kept under a name by those who decide, each with its claims as they stand now."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from claims.clients import claimreview, stix
from claims.models import Claim, Proposal, Story, StoryClaim

MOST = 500  # claims that a story's page shows


@admin.register(Story)
class StoryAdmin(ModelAdmin):
    """The stories, and the page of each."""

    list_display = ("name", "size", "archived")
    list_filter = ("archived",)
    search_fields = ("name", "description")
    fields = ("name", "description", "archived")
    change_form_before_template = "desk/story.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.as_stix)
        return [path("<int:story>/stix/", view, name="claims_story_stix"), *super().get_urls()]

    def as_stix(self, request: HttpRequest, story: int) -> HttpResponse:
        """The story with its claims and their evidence as a STIX 2.1 bundle."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Story, pk=story)
        claims = Claim.objects.defer("search").filter(id__in=standing(story)).order_by("-position")
        here = claimreview.place(request)
        text = stix.bundle(found, claims[:MOST], here, at=timezone.now())
        name = f'attachment; filename="story-{story}.json"'
        headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
        return HttpResponse(text, "application/stix+json;version=2.1", headers=headers)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        rows: QuerySet[Story] = super().get_queryset(request)
        return rows.annotate(many=Count("claims"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # A story that is over is archived.

    @admin.display(description=_("claims"), ordering="many")
    def size(self, story: Any) -> int:
        return int(story.many)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The story's form, and its claims, the one that moved last first."""
        more = {"claims": of_story(object_id) if object_id.isdecimal() else []}
        shown: HttpResponse = super().change_view(
            request, object_id, form_url, (extra_context or {}) | more
        )
        return shown


def of_story(story: str) -> list[Claim]:
    """The claims of a story as they stand; one that became part of another is that one."""
    claims = Claim.objects.defer("search", "evidence").filter(id__in=standing(int(story)))
    return list(claims.order_by("-position")[:MOST])


def standing(story: int) -> set[UUID]:
    """The claims of a story by their ids, each merged one by that of which it is part."""
    ids = StoryClaim.objects.filter(story=story).values_list("claim", flat=True)
    named = Claim.objects.filter(id__in=ids).values_list("id", "merged_into")
    return {into or claim for claim, into in named}


class StoryFilter(SimpleListFilter):
    """Claims of a story, or proposals for them."""

    title = _("story")
    parameter_name = "story"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(one.pk), one.name) for one in Story.objects.filter(archived=False)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None or not chosen.isdecimal():
            return queryset
        ids = StoryClaim.objects.filter(story=int(chosen)).values("claim")
        field = "claim__in" if queryset.model is Proposal else "id__in"
        return queryset.filter(**{field: ids})
