"""The queue: what machines propose, in the order in which it is looked at."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.views import ChangeList

from claims.desk import bulk, deciding, filters, handling, live, pages, stories
from claims.desk.proposal import ProposalPage
from claims.models import Proposal, Run


class Queue(ChangeList):
    """A page of the queue, with the claims that its rows are about, in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        claims = pages.by_id(row.claim for row in rows if not row.begins)
        readers = handling.open_with((row.id for row in rows), pages.person(request))
        for row in rows:
            row.known = claims.get(row.claim)
            row.readers = readers.get(row.id, [])
            row.waits = (timezone.now() - row.created_at).days
            row.handled = getattr(row, "handling", None)
        self.result_list: Any = rows


@admin.register(Proposal)
class QueueAdmin(ProposalPage):
    """Open proposals: disputes first, then by priority."""

    list_display = ("what", "stances", "heard", "speaker", "likely", "age")
    list_display_links = None
    list_filter = (
        filters.StateFilter,
        filters.WhoseFilter,
        filters.StanceFilter,
        filters.KindFilter,
        filters.OutletFilter,
        filters.LanguageFilter,
        stories.StoryFilter,
    )
    search_fields = ("wording", "claimant", "context", "findings__quote", "findings__speaker")
    search_help_text = gettext_lazy("Wording, quote, speaker or headline")
    ordering = handling.QUEUE_ORDER
    sortable_by = ("likely", "age")
    list_per_page = 50
    paginator = pages.Bounded
    show_full_result_count = False
    list_disable_select_all = True  # What was not on the screen cannot be decided.
    list_before_template = "desk/queue_before.html"
    actions = ("accept_as_proposed", "dismiss_with_reason", "take_on", "give_back")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        rows: QuerySet[Proposal] = super().get_queryset(request)
        rows = rows.defer("search").select_related("handling__assignee")
        return rows.prefetch_related("findings")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("run/<uuid:run>/", view(self.run), name="claims_proposal_run"),
            path("news/", view(self.news), name="claims_proposal_news"),
            path("filters/", view(self.keep_filter), name="claims_proposal_filters"),
            *super().get_urls(),
        ]

    def news(self, request: HttpRequest) -> HttpResponse:
        """What happened since the page was made, as a fragment: new proposals, decided ones."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(request, "desk/cells/news.html", live.since(request))

    def run(self, request: HttpRequest, run: UUID) -> HttpResponse:
        """How far many decisions have come; whoever asked for them lets them go on."""
        found = get_object_or_404(Run, id=run, by=pages.person(request))
        if not self.has_decide_permission(request):
            raise PermissionDenied
        template = "desk/run.html"
        if request.method == "POST":
            bulk.step(found)
            template = "desk/cells/run.html" if request.POST.get("part") else template
        context = self.page(request, _("Many decisions")) | {"run": found}
        return TemplateResponse(request, template, context)

    def keep_filter(self, request: HttpRequest) -> HttpResponse:
        """Keep the list as it is filtered under a name, or keep one no more."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        if sentence := live.keep(request):
            messages.error(request, sentence)
        query = request.POST.get("query", "")
        address = reverse("admin:claims_proposal_changelist")
        return HttpResponseRedirect(f"{address}?{query}" if query else address)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {"undo": deciding.undoable(request), **live.saved(request)}
        shown: HttpResponse = super().changelist_view(request, (extra_context or {}) | more)
        return shown

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Queue

    @admin.display(description=gettext_lazy("proposal"))
    def what(self, row: Any) -> SafeString:
        return render_to_string("desk/cells/what.html", {"row": row})

    @admin.display(description=gettext_lazy("stance"))
    def stances(self, row: Proposal) -> SafeString:
        return render_to_string("desk/cells/stances.html", {"findings": row.findings.all()})

    @admin.display(description=gettext_lazy("outlet and origin"))
    def heard(self, row: Proposal) -> SafeString:
        sources = dict.fromkeys((one.outlet, one.origin) for one in row.findings.all())
        return render_to_string("desk/cells/heard.html", {"sources": sources})

    @admin.display(description=gettext_lazy("speaker"))
    def speaker(self, row: Proposal) -> str:
        named = dict.fromkeys(one.speaker for one in row.findings.all() if one.speaker)
        return ", ".join(named)

    @admin.display(description=gettext_lazy("score"), ordering="-score")
    def likely(self, row: Proposal) -> str:
        return f"{row.score:.0%}"

    @admin.display(description=gettext_lazy("age"), ordering="created_at")
    def age(self, row: Proposal) -> SafeString:
        return render_to_string("desk/cells/age.html", {"row": row, "now": timezone.now()})

    @admin.action(description=gettext_lazy("Assign to me"), permissions=["assign"])
    def take_on(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        count = handling.assign(queryset, pages.person(request))
        done = ngettext("%d proposal is yours.", "%d proposals are yours.", count)
        messages.success(request, done % count)

    @admin.action(description=gettext_lazy("Assign to nobody"), permissions=["assign"])
    def give_back(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        count = handling.assign(queryset, None)
        done = ngettext("%d proposal is nobody's.", "%d proposals are nobody's.", count)
        messages.success(request, done % count)

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(handling.ASSIGN)

    def action_checkbox(self, obj: Any) -> SafeString:
        """The checkbox, and beside it what this page showed of the proposal."""
        shown = f"{obj.pk} {bulk.expected(obj)} {obj.revision} {pages.new_command()}"
        box = super().action_checkbox(obj)
        return format_html('{}<input type="hidden" name="shown" value="{}">', box, shown)

    @admin.action(description=gettext_lazy("Accept as proposed"), permissions=["decide"])
    def accept_as_proposed(
        self, request: HttpRequest, queryset: QuerySet[Proposal]
    ) -> HttpResponse | None:
        return self._decide(request, "")

    @admin.action(description=gettext_lazy("Dismiss…"), permissions=["decide"])
    def dismiss_with_reason(
        self, request: HttpRequest, queryset: QuerySet[Proposal]
    ) -> HttpResponse | None:
        reason = deciding.reason(request.POST)
        if reason:
            return self._decide(request, reason)
        shown = bulk.selected(request)
        context = self.page(request, _("Dismiss proposals")) | {
            "proposals": Proposal.objects.in_bulk([one.id for one in shown]).values(),
            "shown": request.POST.getlist("shown"),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "asked": "reason" in request.POST,
            "reasons": deciding.REASONS,
        }
        return TemplateResponse(request, "desk/dismiss.html", context)

    def _decide(self, request: HttpRequest, reason: str) -> HttpResponse | None:
        """Accept what was selected, or dismiss it where there is a reason; report on each.

        Many are decided on a page of their own, which shows how far they have come.
        """
        if len(bulk.selected(request)) > bulk.MANY:
            run = bulk.start(request, reason)
            return HttpResponseRedirect(reverse("admin:claims_proposal_run", args=[run.id]))
        done, refused = bulk.decided(bulk.selected(request), pages.person(request), reason)
        if done:
            text = (
                ngettext("%d proposal dismissed.", "%d proposals dismissed.", done)
                if reason
                else ngettext("%d proposal accepted.", "%d proposals accepted.", done)
            )
            messages.success(request, text % done)
        for sentence in refused:
            messages.error(request, sentence)
        return None
