"""The queue: what machines propose, and deciding many proposals at once.

Many decisions at once are many decisions: each names what was on the screen, each is made or
refused by itself, and the reviewer is told of every one that was refused.
"""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.views import ChangeList

from claims import review
from claims.desk import filters, pages
from claims.desk.proposal import ProposalPage
from claims.models import Proposal


class Queue(ChangeList):
    """A page of the queue, with the claims that its rows are about, in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        claims = pages.by_id(row.claim for row in rows if not row.begins)
        for row in rows:
            row.known = claims.get(row.claim)
        self.result_list: Any = rows


@admin.register(Proposal)
class QueueAdmin(ProposalPage):
    """Open proposals: disputes first, then the likeliest, then the oldest."""

    list_display = ("what", "stances", "heard", "speaker", "likely", "age")
    list_display_links = None
    list_filter = (
        filters.StateFilter,
        filters.StanceFilter,
        filters.KindFilter,
        filters.OutletFilter,
        filters.LanguageFilter,
    )
    search_fields = ("wording", "claimant", "context", "findings__quote", "findings__speaker")
    search_help_text = gettext_lazy("Wording, quote, speaker or headline")
    ordering = ("-disputed", "-score", "created_at", "id")
    sortable_by = ("likely", "age")
    list_per_page = 50
    show_full_result_count = False
    list_disable_select_all = True  # What was not on the screen cannot be decided.
    list_before_template = "desk/queue_before.html"
    actions = ("accept_as_proposed", "dismiss_with_reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        rows: QuerySet[Proposal] = super().get_queryset(request)
        return rows.defer("search").prefetch_related("findings")

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
        age = timesince(row.created_at, depth=1)
        return format_html('<span title="{}">{}</span>', date_format(row.created_at), age)

    def action_checkbox(self, obj: Any) -> SafeString:
        """The checkbox, and beside it what this page showed of the proposal."""
        shown = f"{obj.pk} {_expected(obj)} {obj.revision} {pages.new_command()}"
        box = super().action_checkbox(obj)
        return format_html('{}<input type="hidden" name="shown" value="{}">', box, shown)

    @admin.action(description=gettext_lazy("Accept as proposed"), permissions=["decide"])
    def accept_as_proposed(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        self._decide(request, "")

    @admin.action(description=gettext_lazy("Dismiss…"), permissions=["decide"])
    def dismiss_with_reason(
        self, request: HttpRequest, queryset: QuerySet[Proposal]
    ) -> HttpResponse | None:
        reason = request.POST.get("reason", "").strip()
        if reason:
            self._decide(request, reason)
            return None
        shown = _selected(request)
        context = self.page(request, _("Dismiss proposals")) | {
            "proposals": Proposal.objects.in_bulk([one.id for one in shown]).values(),
            "shown": request.POST.getlist("shown"),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "asked": "reason" in request.POST,
        }
        return TemplateResponse(request, "desk/dismiss.html", context)

    def _decide(self, request: HttpRequest, reason: str) -> None:
        """Accept what was selected, or dismiss it where there is a reason; report on each."""
        done, refused = _decided(_selected(request), pages.person(request), reason)
        if done:
            text = (
                ngettext("%d proposal dismissed.", "%d proposals dismissed.", done)
                if reason
                else ngettext("%d proposal accepted.", "%d proposals accepted.", done)
            )
            messages.success(request, text % done)
        for sentence in refused:
            messages.error(request, sentence)


class Shown:
    """What the page showed of a proposal: the versions that a decision on it must name."""

    def __init__(self, text: str) -> None:
        try:
            identifier, expected, revision, command = text.split()
            self.id, self.command = UUID(identifier), UUID(command)
            self.expected, self.revision = int(expected), int(revision)
        except ValueError as error:
            raise BadRequest("The form is damaged; load the page again.") from error


def _expected(row: Any) -> int:
    return 0 if row.begins or row.known is None else row.known.version


def _selected(request: HttpRequest) -> list[Shown]:
    """What was shown of the proposals whose boxes are ticked, in the order of the page."""
    ticked = set(request.POST.getlist(ACTION_CHECKBOX_NAME))
    shown = [Shown(text) for text in request.POST.getlist("shown")]
    if not ticked or ticked - {str(one.id) for one in shown}:
        raise BadRequest("The form lacks what it showed; load the page again.")
    return [one for one in shown if str(one.id) in ticked]


def _decided(selected: list[Shown], by: User, reason: str) -> tuple[int, list[str]]:
    """How many were decided, and a sentence for each that was refused.

    Where several proposals are about one claim, each decision moves the claim on; what the
    reviewer did a moment ago is no news to them, so the next one names the version after it.
    """
    proposals = Proposal.objects.prefetch_related("findings").in_bulk([one.id for one in selected])
    done, refused, own = 0, [], dict[UUID, int]()
    for one in selected:
        proposal = proposals.get(one.id)
        if proposal is None:
            refused.append(_("One of the proposals is no longer there."))
            continue
        expected = one.expected + own.get(proposal.claim, 0)
        decision = review.Decision(by=by, at=timezone.now(), expected=expected, command=one.command)
        try:
            held = _decide_one(proposal, decision, one.revision, reason)
        except pages.REFUSALS as error:
            what = Truncator(str(proposal)).chars(80)
            why = pages.refusal(error, proposal.claim, expected)
            refused.append(f"“{what}”: {why}")
            continue
        done += 1
        if held.position is not None:
            own[proposal.claim] = own.get(proposal.claim, 0) + len(proposal.findings.all())
    return done, refused


def _decide_one(
    proposal: Proposal, decision: review.Decision, revision: int, reason: str
) -> Proposal:
    if reason:
        return review.dismiss(proposal.id, decision, revision=revision, reason=reason)
    return review.accept(proposal.id, decision, revision=revision)
