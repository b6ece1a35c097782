"""The log of deliveries: what was sent to which webhook, what came of it, and sending it again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from claims.clients import deliveries
from claims.desk import pages
from claims.desk.webhooks import KINDS
from claims.models import Delivery


class KindFilter(admin.SimpleListFilter):
    """Deliveries of one event."""

    title = gettext_lazy("event")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return queryset if self.value() is None else queryset.filter(kind=self.value())


@admin.register(Delivery)
class DeliveryAdmin(pages.ReadOnly):
    """Deliveries, the last first; what was delivered is kept for thirty days."""

    list_display = (
        "created_at", "subscription", "word", "about", "came_to", "attempts", "answer", "again",
    )  # fmt: skip
    list_select_related = ("subscription",)
    list_filter = ("state", KindFilter, "subscription")
    search_fields = ("message",)
    search_help_text = gettext_lazy("The id of a claim or of a message")
    ordering = ("-id",)
    sortable_by = ()
    show_full_result_count = False
    actions = ("send_again",)
    fields = (
        "subscription", "word", "message", "position", "about", "status", "came_to", "attempts",
        "answer", "created_at", "again", "done_at",
    )  # fmt: skip

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.change_subscription")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Delivery], search_term: str
    ) -> tuple[QuerySet[Delivery], bool]:
        term = search_term.strip()
        try:
            return queryset.filter(Q(claim=UUID(term)) | Q(message=term)), False
        except ValueError:
            return queryset.filter(message=term) if term else queryset, False

    @admin.display(description=gettext_lazy("event"))
    def word(self, row: Delivery) -> str:
        return str(KINDS.get(row.kind, row.kind))

    @admin.display(description=gettext_lazy("claim"))
    def about(self, row: Delivery) -> SafeString | str:
        if row.claim is None:
            return "-"
        link = '<a class="desk-link" href="{}#v{}">{}…</a>'
        return format_html(link, pages.claim_link(row.claim), row.version, str(row.claim)[:8])

    @admin.display(description=gettext_lazy("state"))
    def came_to(self, row: Delivery) -> SafeString:
        badge = {"delivered": "read"}.get(row.state, row.state)
        cell = '<span class="desk-badge desk-badge--{}">{}</span>'
        return format_html(cell, badge, row.get_state_display())

    @admin.display(description=gettext_lazy("next attempt"))
    def again(self, row: Delivery) -> datetime | None:
        return row.next_at if row.state == "waiting" else None

    @admin.action(description=gettext_lazy("Send again"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Of a webhook that is not theirs, only a superuser sends something again."""
        own = (
            queryset
            if request.user.is_superuser
            else queryset.filter(subscription__user=pages.person(request))
        )
        count = deliveries.replay(own, at=timezone.now())
        told = ngettext("%d message is sent again.", "%d messages are sent again.", count)
        messages.success(request, told % count)
