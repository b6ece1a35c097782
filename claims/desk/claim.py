"""A claim's page: where it stands, on what evidence, and everything that ever happened to it.

The page reads one row for the claim and the log for its timeline. What can be done to a claim is
one verb of `review` each, for those who have its permission.
"""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import origins, picture, review, scale, sentences, verdicts
from claims.clients import claimreview
from claims.desk import collision, erase, filters, merge, pages, past, proven, shelf, stories, verbs
from claims.models import Claim, Entry
from claims.models.record import in_words

ENTRIES = 100  # of a history on one page
ADDRESSES = 20  # of its evidence, which a rating can rest on


@admin.register(Claim)
class ClaimAdmin(pages.ReadOnly):
    """The claims on record, and the page of each."""

    list_display = ("what", "standing", "counts", "rating", "changed_at")
    list_display_links = None
    list_filter = (
        "status", filters.VerdictFilter, filters.LanguageFilter, stories.StoryFilter,
    )  # fmt: skip
    search_fields = ("wording",)
    search_help_text = gettext_lazy("Wording, claimant, headline, or the id of a claim")
    ordering = ("-position",)
    sortable_by = ("changed_at", "counts")
    list_per_page = 50
    show_full_result_count = False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:claim>/merge/", view(self.merge), name="claims_claim_merge"),
            path("<uuid:claim>/unmerge/", view(self.unmerge), name="claims_claim_unmerge"),
            path("<uuid:claim>/move/", view(self.move), name="claims_claim_move"),
            path("<uuid:claim>/shelf/", view(shelf.change), name="claims_claim_shelf"),
            path("<uuid:claim>/meant/", view(self.meant), name="claims_claim_meant"),
            *super().get_urls(),
        ]

    def merge(self, request: HttpRequest, claim: UUID) -> HttpResponse:
        """Make the claim part of another one, after a look at what that gives."""
        return merge.MergePage(self, request, claim).answer()

    def unmerge(self, request: HttpRequest, claim: UUID) -> HttpResponse:
        """Let the claim stand by itself again."""
        return merge.UnmergePage(self, request, claim).answer()

    def move(self, request: HttpRequest, claim: UUID) -> HttpResponse:
        """Let a piece of evidence stand for another claim."""
        return merge.MovePage(self, request, claim).answer()

    def meant(self, request: HttpRequest, claim: UUID) -> HttpResponse:
        """The claims that a few words may mean, as a fragment."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("q", "").strip()
        found = pages.meant(asked, but=claim)
        context = {"claims": found, "asked": asked, "query": merge.kept(request)}
        return TemplateResponse(request, "desk/cells/others.html", context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        rows: QuerySet[Claim] = super().get_queryset(request)
        return rows.defer("search")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Claim], search_term: str
    ) -> tuple[QuerySet[Claim], bool]:
        """By words, stemmed in either language, or by id."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(id=UUID(term)), False
        except ValueError:
            return queryset.filter(in_words(term)), False

    @admin.display(description=gettext_lazy("claim"))
    def what(self, claim: Claim) -> SafeString:
        link = '<a class="desk-wrap desk-strong" href="{}">{}</a>'
        return format_html(link, pages.claim_link(claim.id), claim)

    @admin.display(description=gettext_lazy("status"))
    def standing(self, claim: Claim) -> SafeString:
        return render_to_string("desk/cells/status.html", {"claim": claim})

    @admin.display(description=gettext_lazy("rests on"), ordering="articles")
    def counts(self, claim: Claim) -> SafeString:
        return render_to_string("desk/cells/counts.html", {"claim": claim})

    @admin.display(description=gettext_lazy("verdict"))
    def rating(self, claim: Claim) -> SafeString:
        return render_to_string("desk/cells/verdict.html", {"verdict": verdicts.of(claim)})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the claim, or do one of VERBS to it."""
        claim = self.shown(request, object_id)
        if request.method != "POST":
            return (
                self._then(request, claim) if past.asked(request) else self._shown(request, claim)
            )
        name = request.POST.get("verb", "")
        _needed, verb, done = verbs.VERBS.get(name, ("", None, ""))
        if verb is None or not request.user.has_perm(verbs.permission(name, claim)):
            raise PermissionDenied
        decision = pages.decision(request)
        try:
            verb(claim.id, decision, request.POST)
        except review.Conflict:
            return collision.page(request, self, claim.id, decision.expected)
        except pages.REFUSALS as error:
            sentence = pages.refusal(error, claim.id, decision.expected)
            claim.refresh_from_db(from_queryset=self.get_queryset(request))
            return self._shown(request, claim, refused=sentence)
        except (KeyError, ValueError) as error:
            raise BadRequest("The form is damaged; load the page again.") from error
        messages.success(request, str(done))
        return HttpResponseRedirect(pages.claim_link(claim.id))

    def _shown(
        self, request: HttpRequest, claim: Claim, refused: str = "", status: int = 409
    ) -> HttpResponse:
        """The claim as it stands now, with what may be done to it."""
        related = Claim.objects.defer("search").filter(
            Q(merged_into=claim.id) | Q(id=claim.merged_into)
        )
        timeline = Entry.objects.filter(stream_id=claim.id).order_by("-version")
        addresses = (one["url"] for one in claim.evidence)
        context = self._told(request, claim, related, timeline) | {
            "scale": [(key, scale.named(key)) for key in settings.VERDICTS],
            "addresses": list(dict.fromkeys(filter(None, addresses)))[:ADDRESSES],
            "proof": proven.of(claim),
            "shelf": shelf.of(request, claim),
            "new_command": pages.new_command,
            "may": verbs.may(request, claim),
            "lacks": _lacks(request, claim),
            "may_erase": request.user.has_perm(erase.PERMISSION),
            "refused": refused,
            "typed": request.POST if refused else {},
            "control": request.GET,
        }
        status = status if refused else 200
        return TemplateResponse(request, "desk/claim.html", context, status=status)

    def _then(self, request: HttpRequest, claim: Claim) -> HttpResponse:
        """The claim as it stood at a moment, to which nothing can be done any more."""
        try:
            then = past.shown(claim.id, request.GET)
        except past.Unclear as unclear:
            return self._shown(request, claim, refused=str(unclear), status=400)
        told = self._told(request, then.claim, then.related, past.entries(then))
        return TemplateResponse(
            request,
            "desk/claim.html",
            {**told, "past": then, "control": past.control(then, request.GET)},
        )

    def _told(
        self,
        request: HttpRequest,
        claim: Claim,
        related: Iterable[Claim],
        timeline: QuerySet[Entry],
    ) -> dict[str, Any]:
        """What the page tells of a claim, now or then."""
        groups = by_origin(claim, request.GET.get("origin", ""))
        page_of = Paginator(timeline, ENTRIES).get_page(request.GET.get("entries"))
        return self.page(request, Truncator(str(claim)).chars(60), claim) | {
            "claim": claim,
            "related": related,
            "origins": [group for group in groups if not group["disputes"]],
            "disputes": [group for group in groups if group["disputes"]],
            "verdict": _verdict(claim),
            "timeline": _timeline(page_of.object_list),
            "page_of": page_of,
            "picture": picture.of_life(timeline),
            "may_see_documents": request.user.has_perm("sources.view_version"),
        }


def by_origin(claim: Claim, whole: str = "") -> list[dict[str, Any]]:
    """The standing evidence, an origin a group, with its outlets and the passages of its pieces;
    of the origin that is asked for as a `whole`, many more of these."""
    groups = origins.grouped(claim.evidence, whole)
    for group in groups:
        group["outlets"] = list(dict.fromkeys(piece["outlet"] for piece in group["pieces"]))
        for piece in group["pieces"]:
            place = piece["document"], piece["start"], piece["end"]
            piece["link"] = pages.passage_link(*place)
    return groups


def _lacks(request: HttpRequest, claim: Claim) -> list[str]:
    """What the export of its verdict lacks, where it has one that is exported."""
    document = claimreview.of(claim, claimreview.place(request))
    return claimreview.lint(claim, document) if document else []


def _verdict(claim: Claim) -> dict[str, Any] | None:
    """A claim's verdict with the names of those who stand by it."""
    verdict = verdicts.of(claim)
    if verdict is None:
        return None
    people = sentences.names([verdict["by"], verdict["confirmed_by"]])
    who = {key: people.get(verdict[key], verdict[key]) for key in ("by", "confirmed_by")}
    return {**verdict, **who, "author": verdict["by"]}


def _timeline(stored_entries: Iterable[Entry]) -> list[Any]:
    """A claim's entries as sentences and as they are stored."""
    timeline = sentences.tell(list(stored_entries))
    for entry in timeline:
        stored = json.loads(entry.body) if entry.body else None
        entry.json = json.dumps(stored, indent=2, ensure_ascii=False) if stored else _("erased")
    return timeline
