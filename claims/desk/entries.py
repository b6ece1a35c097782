"""The event log: everything that was ever recorded, newest first, as sentences. Read-only."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from claims import sentences
from claims.desk import erase, filters, pages
from claims.models import Entry


class Log(ChangeList):
    """A page of the log with the names of the people in it."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = EntryAdmin.prepared(list(self.result_list))


@admin.register(Entry)
class EntryAdmin(pages.ReadOnly):
    """Entries by position, and one entry as it is stored."""

    list_display = ("position", "word", "sentence", "claim", "recorded_at")
    prepared = staticmethod(sentences.tell)
    list_filter = (filters.WordFilter,)
    search_fields = ("stream_id",)
    search_help_text = _("The id of a claim")
    ordering = ("-position",)
    sortable_by = ()
    show_full_result_count = False
    change_form_before_template = "desk/entry_before.html"
    fields = (
        "position", "type", "claim", "version", "actor", "effective_at", "recorded_at",
        "event_id", "command_id", "leaf", "body", "erased_by",
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Log

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """The entries of one claim, by its id; what is no id finds nothing."""
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(stream_id=UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False

    def get_urls(self) -> list[Any]:
        own = path(
            "<int:position>/erase/",
            self.admin_site.admin_view(self.erase_view),
            name="claims_entry_erase",
        )
        return [own, *super().get_urls()]

    def erase_view(self, request: HttpRequest, position: int) -> HttpResponse:
        """What erasing an event would empty, and the button that does it."""
        entry = get_object_or_404(Entry, position=position)
        title = gettext("Erase what event %d says") % position
        return erase.page(request, entry, self.page(request, title, entry))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The entry as it is stored, and the way to erase it for those who may."""
        may = {"may_erase": request.user.has_perm(erase.PERMISSION)}
        context = (extra_context or {}) | may
        shown: HttpResponse = super().change_view(request, object_id, form_url, context)
        return shown

    @admin.display(description=_("event"))
    def word(self, entry: Any) -> str:
        return str(entry.word)

    @admin.display(description=_("what happened"))
    def sentence(self, entry: Any) -> SafeString:
        return format_html('<div class="desk-wrap">{}</div>', entry.sentence)

    @admin.display(description=_("claim"))
    def claim(self, entry: Entry) -> SafeString:
        return format_html(
            '<a class="desk-link" href="{}#v{}">{}…</a>',
            pages.claim_link(entry.stream_id),
            entry.version,
            str(entry.stream_id)[:8],
        )

    @admin.display(description=_("leaf hash"))
    def leaf(self, entry: Entry) -> str:
        return bytes(entry.leaf_hash).hex()
