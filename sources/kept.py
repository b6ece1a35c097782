"""The lists that people keep by hand: who publishes, and what is polled for new articles."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin

from sources import feeds
from sources.models import Feed, Source


@admin.register(Feed)
class FeedAdmin(ModelAdmin):
    """What is polled for new articles. Those with the permission keep this list by hand."""

    list_display = ("url", "active", "every", "succeeded_at", "brought_at", "failures", "note")
    list_filter = ("active",)
    search_fields = ("url", "note")
    ordering = ("url",)
    readonly_fields = (
        "polled_at", "succeeded_at", "brought_at", "next_at", "failures", "note",
    )  # fmt: skip
    actions = ("look_now",)

    def has_look_now_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_change_permission(request))

    @admin.action(description=gettext_lazy("Look now"), permissions=["look_now"])
    def look_now(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        count = feeds.look_now(queryset)
        done = ngettext("%d feed is looked at now.", "%d feeds are looked at now.", count)
        messages.success(request, done % count)


@admin.register(Source)
class SourceAdmin(ModelAdmin):
    """Who publishes. Those with the permission keep this list by hand."""

    list_display = ("name", "kind", "owner", "domain", "reach", "language")
    list_filter = ("kind", "language")
    search_fields = ("name", "owner", "domain")
    ordering = ("name",)
