"""The recall list: which client holds a status or a verdict that does not hold any more."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.views import ChangeList

from claims.clients import recall
from claims.desk import filters, pages
from claims.models import Claim, Pulled


class HeldFilter(filters.Narrowed):
    """Copies that say otherwise than the claim does now, unless all are asked for."""

    title = gettext_lazy("copy")
    parameter_name = "copy"
    first = "old"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (self.first, gettext_lazy("Says otherwise now")),
            (filters.ALL, gettext_lazy("All")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Pulled]) -> QuerySet[Pulled]:
        if self.value() == filters.ALL:
            return queryset
        return queryset.filter(pk__in=recall.outdated().values("pk"))


class Copies(ChangeList):
    """A page of copies with the claims that they are of."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = _with_claims(list(self.result_list))


@admin.register(Pulled)
class PulledAdmin(pages.ReadOnly):
    """Who took which version of which claim last."""

    list_display = ("what", "key", "owner", "held", "now", "pulled_at")
    list_display_links = None
    list_select_related = ("key__user",)
    list_filter = (HeldFilter,)
    search_fields = ("key__name", "key__prefix", "key__user__username")
    search_help_text = gettext_lazy("A key, its owner, or the id of a claim")
    ordering = ("-pulled_at", "-id")
    sortable_by = ("pulled_at",)
    show_full_result_count = False
    list_before_template = "desk/recall_before.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Pulled], search_term: str
    ) -> tuple[QuerySet[Pulled], bool]:
        """By the id of a claim, or by the names of a key and its owner."""
        try:
            return queryset.filter(claim=UUID(search_term.strip())), False
        except ValueError:
            found: tuple[QuerySet[Pulled], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return found

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Copies

    @admin.display(description=gettext_lazy("claim"))
    def what(self, row: Any) -> SafeString:
        link = '<a class="desk-wrap desk-strong" href="{}">{}</a>'
        return format_html(link, pages.claim_link(row.claim), row.of or row.claim)

    @admin.display(description=gettext_lazy("owner"))
    def owner(self, row: Pulled) -> str:
        return str(row.key.user)

    @admin.display(description=gettext_lazy("holds"))
    def held(self, row: Pulled) -> SafeString:
        return _standing(row.version, row.status, row.verdict)

    @admin.display(description=gettext_lazy("is now"))
    def now(self, row: Any) -> SafeString | str:
        return _standing(row.of.version, *recall.standing(row.of)) if row.of else "-"


def held_otherwise() -> Iterator[list[Any]]:
    """The copies that say otherwise than their claim, as a table for other programs."""
    yield [
        "claim", "wording", "key", "begins", "owner", "email", "held_version", "held_status",
        "held_verdict", "taken_at", "version", "status", "verdict",
    ]  # fmt: skip
    rows = recall.outdated().select_related("key__user").order_by("claim", "key_id")
    for row in _with_claims(list(rows)):
        user, (status, verdict) = row.key.user, recall.standing(row.of)
        yield [
            row.claim, row.of.wording, row.key.name, row.key.prefix, user.username, user.email,
            row.version, row.status, row.verdict, row.pulled_at.isoformat(), row.of.version,
            status, verdict,
        ]  # fmt: skip


def _with_claims(rows: list[Any]) -> list[Any]:
    """The copies, each with the claim it is `of`; one query for all of them."""
    claims = pages.by_id(row.claim for row in rows)
    for row in rows:
        row.of = claims.get(row.claim)
    return rows


def _standing(version: int, status: str, verdict: str) -> SafeString:
    cell = '<span class="desk-badge desk-badge--{}">{}</span> <span class="desk-sub">{} {}</span>'
    name = dict(Claim.STATUSES).get(status, status)
    return format_html(cell, status, name, _("version %d") % version, verdict)
