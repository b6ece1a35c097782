"""The page of one proposal: what was found, what it is for, and the decision.

A decision is made on what the page showed. Where it is refused the page comes back with a
sentence that says why, with what the reviewer typed, and as things stand now.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from claims import memory, review
from claims.desk import changes, collision, deciding, handling, pages
from claims.desk.claim import by_origin
from claims.models import Claim, Finding, Handling, Proposal
from claims.status import CLAIM

# What a reviewer may judge a passage to be, where the machine judged it otherwise.
STANCES = ("supports", "disputes:denial", "disputes:contradiction")


class ProposalPage(pages.ReadOnly):
    """The change view of a proposal, which changes nothing but by `review`."""

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.decide_proposal")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the proposal, or decide it."""
        proposal = self.shown(request, object_id)
        if request.method != "POST":
            return self._shown(request, proposal)
        if not self.has_decide_permission(request):
            raise PermissionDenied
        return self._decided(request, proposal)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:proposal>/open/", view(self.opened), name="claims_proposal_open"),
            path("<uuid:proposal>/claims/", view(self.claims), name="claims_proposal_claims"),
            *super().get_urls(),
        ]

    def opened(self, request: HttpRequest, proposal: UUID) -> HttpResponse:
        """Who else has the proposal open, as a fragment; whoever asks has it open too."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        if request.POST.get("gone"):
            handling.closed(proposal, pages.person(request))
            return HttpResponse()
        names = handling.opened(proposal, pages.person(request))
        return TemplateResponse(request, "desk/cells/open.html", {"names": names})

    def claims(self, request: HttpRequest, proposal: UUID) -> HttpResponse:
        """The claims that a few words may mean, as a fragment."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("q", "").strip()
        context = {"claims": pages.meant(asked), "asked": asked, "proposal": proposal}
        return TemplateResponse(request, "desk/cells/meant.html", context)

    def _decided(self, request: HttpRequest, proposal: Proposal) -> HttpResponse:
        verb, elsewhere = request.POST.get("verb"), _elsewhere(request)
        try:
            if verb == "handle":
                messages.success(request, deciding.handle(request, proposal))
                return HttpResponseRedirect(request.get_full_path())
            decision = pages.decision(request)
            match verb:
                case "undo":
                    return _undone(request, deciding.undo(request, proposal, decision))
                case "accept":
                    to = _target_id(proposal, elsewhere)
                    held = deciding.accept(request, proposal, decision, to)
                case "begin":
                    held = deciding.begin(request, proposal, decision)
                case _:
                    held = deciding.dismiss(request, proposal, decision, _target_id(proposal))
        except review.Conflict:
            target = _target(proposal, elsewhere)
            claim, expected = target.id if target else proposal.claim, decision.expected
            also = {"revision": Proposal.objects.values_list("revision").get(id=proposal.id)[0]}
            return collision.page(request, self, claim, expected, also=also)
        except pages.REFUSALS as error:
            target = _target(proposal, elsewhere)
            claim = target.id if target else proposal.claim
            expected = pages.number(request, "expected") if "expected" in request.POST else 0
            sentence = pages.refusal(error, claim, expected)
            proposal.refresh_from_db()
            return self._shown(request, proposal, refused=sentence)
        deciding.remember(request, held)
        return _on_to_next(request, held)

    def _shown(self, request: HttpRequest, proposal: Proposal, refused: str = "") -> HttpResponse:
        elsewhere = _elsewhere(request)
        target = _target(proposal, elsewhere)
        if elsewhere and target is None:
            refused = _("There is no such claim; copy its address from its page.")
        findings = list(proposal.findings.all())
        typed = request.POST if refused else {}
        context = self.page(request, Truncator(str(proposal)).chars(60), proposal) | {
            "proposal": proposal,
            "claim": target,
            "before": memory.dismissed_before(proposal),
            "changed": _changed(proposal, findings),
            "elsewhere": elsewhere is not None,
            "merged": not elsewhere and target is not None and target.id != proposal.claim,
            "origins": by_origin(target) if target else [],
            "findings": [_told(request, finding) for finding in findings],
            "choices": _stances() if len(findings) == 1 and target else [],
            "expected": target.version if target else 0,
            "command": pages.new_command(),
            "refused": refused,
            "wording": typed.get("wording") or proposal.wording,
            "reason": typed.get("reason", ""),
            "because": typed.get("because", ""),
            "reasons": deciding.REASONS,
            "undo": deciding.undoable(request),
            "handled": Handling.objects.select_related("assignee")
            .filter(proposal=proposal)
            .first(),
            "colleagues": deciding.reviewers() if request.user.has_perm(handling.ASSIGN) else (),
            "tomorrow": timezone.localdate() + timedelta(days=1),
            "languages": (("fr", _("French")), ("en", _("English"))),
            "begin_command": pages.new_command(),
            "new_wording": typed.get("wording") or (findings[0].quote if findings else ""),
            "language": target.language if target else proposal.language,
            "focus": not refused and "after" in request.GET,
            "stance": typed.get("stance", ""),
            "may_decide": proposal.state == "open" and self.has_decide_permission(request),
            "decided_by": proposal.decider,
            "next": _next(request, proposal) if proposal.state == "open" else None,
        }
        return TemplateResponse(
            request, "desk/proposal.html", context, status=409 if refused else 200
        )


def _elsewhere(request: HttpRequest) -> str | None:
    """What was given as another claim to accept the passage for: its address, or its id."""
    return request.GET.get("to", "").strip() or None


def _changed(proposal: Proposal, findings: list[Finding]) -> str:
    """What its source says now instead of what was accepted; nothing where there is no such."""
    if proposal.replaces is None or not findings:
        return ""
    return changes.marked(proposal.wording, findings[0].quote)


def _target(proposal: Proposal, elsewhere: str | None = None) -> Claim | None:
    """The claim that the proposal is for, or `elsewhere`, or the one which that became part of."""
    claims = Claim.objects.defer("search")
    named = CLAIM.search(elsewhere.lower()) if elsewhere else None
    if elsewhere and named is None:
        return None
    claim = claims.filter(id=named[0] if named else proposal.claim).first()
    while claim and claim.merged_into:
        claim = claims.filter(id=claim.merged_into).first()
    return claim


def _target_id(proposal: Proposal, elsewhere: str | None = None) -> UUID | None:
    target = _target(proposal, elsewhere)
    return target.id if target else None


def _told(request: HttpRequest, finding: Finding) -> dict[str, Any]:
    """A finding, its quote in parts, and the address of it for those who may see documents."""
    link = pages.passage_link(finding.document, finding.start, finding.end)
    may = request.user.has_perm("sources.view_version")
    return {"finding": finding, "quote": _parts(finding), "link": link if may else ""}


def _parts(finding: Finding) -> tuple[str, str, str]:
    """The quote before, in and after the figure that differs; all of it after, if none does."""
    figure = finding.theirs or {}
    start, end = figure.get("start", 0), figure.get("end", 0)
    return finding.quote[:start], finding.quote[start:end], finding.quote[end:]


def _stances() -> list[tuple[str, str]]:
    return list(
        zip(
            STANCES,
            (_("supports the claim"), _("denies the claim"), _("contradicts the claim")),
            strict=True,
        )
    )


def _next(request: HttpRequest, proposal: Proposal) -> UUID | None:
    """The open proposal that follows in this person's queue; from its end on, the first one."""
    waiting = Proposal.objects.filter(state="open").exclude(id=proposal.id)
    waiting = handling.for_me(waiting, pages.person(request), timezone.localdate())
    same = Q(disputed=proposal.disputed)
    after = Q(disputed__lt=proposal.disputed)
    after |= same & Q(priority__lt=proposal.priority)
    after |= same & Q(priority=proposal.priority, id__gt=proposal.id)
    ids = waiting.order_by(*handling.QUEUE_ORDER).values_list("id", flat=True)
    return ids.filter(after).first() or ids.first()


def _on_to_next(request: HttpRequest, held: Proposal) -> HttpResponse:
    """To the next open proposal, which says what became of this one and offers to undo it."""
    following = _next(request, held)
    if following is None:
        messages.info(request, _("The queue is empty: every proposal is decided."))
        return HttpResponseRedirect(reverse("admin:claims_proposal_changelist"))
    return HttpResponseRedirect(f"{_address(following)}?after={held.id}")


def _undone(request: HttpRequest, reopened: Proposal) -> HttpResponse:
    """To the proposal that waits again."""
    messages.success(request, _("Undone: it waits again, and the history says so."))
    return HttpResponseRedirect(_address(reopened.id))


def _address(proposal: UUID) -> str:
    return reverse("admin:claims_proposal_change", args=[proposal])
