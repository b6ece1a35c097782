"""The page of one proposal: what was found, what it is for, and the decision.

A decision is made on what the page showed. Where it is refused the page comes back with a
sentence that says why, with what the reviewer typed, and as things stand now.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from claims import memory, review
from claims.desk import changes, pages, sentences
from claims.desk.claim import by_origin
from claims.models import Claim, Finding, Proposal
from claims.status import CLAIM

QUEUE_ORDER = ("-disputed", "-score", "created_at", "id")
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

    def _decided(self, request: HttpRequest, proposal: Proposal) -> HttpResponse:
        decision, revision = pages.decision(request), pages.number(request, "revision")
        accept = request.POST.get("verb") == "accept"
        try:
            if accept:
                held = _accepted(request, proposal, decision, revision)
            else:
                held = review.dismiss(
                    proposal.id,
                    decision,
                    revision=revision,
                    reason=request.POST.get("reason", ""),
                    to=_target_id(proposal),
                )
        except pages.REFUSALS as error:
            target = _target(proposal, _elsewhere(request))
            claim = target.id if target else proposal.claim
            sentence = pages.refusal(error, claim, decision.expected)
            proposal.refresh_from_db()
            return self._shown(request, proposal, refused=sentence)
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
            "stance": typed.get("stance", ""),
            "may_decide": proposal.state == "open" and self.has_decide_permission(request),
            "decided_by": proposal.decided_by and sentences.display_name(proposal.decided_by),
            "next": _next(proposal) if proposal.state == "open" else None,
        }
        return TemplateResponse(
            request, "desk/proposal.html", context, status=409 if refused else 200
        )


def _accepted(
    request: HttpRequest, proposal: Proposal, decision: review.Decision, revision: int
) -> Proposal:
    stance, _colon, kind = request.POST.get("stance", "").partition(":")
    return review.accept(
        proposal.id,
        decision,
        revision=revision,
        wording=request.POST.get("wording", ""),
        stance=stance if stance in {"supports", "disputes"} else "",
        kind=kind,
        to=_target_id(proposal, _elsewhere(request)),
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


def _next(proposal: Proposal) -> UUID | None:
    """The open proposal that follows in the queue; from its end on, the first one."""
    waiting = Proposal.objects.filter(state="open").exclude(id=proposal.id)
    same = Q(disputed=proposal.disputed)
    after = Q(disputed__lt=proposal.disputed)
    after |= same & Q(score__lt=proposal.score)
    same &= Q(score=proposal.score)
    after |= same & Q(created_at__gt=proposal.created_at)
    after |= same & Q(created_at=proposal.created_at, id__gt=proposal.id)
    ids = waiting.order_by(*QUEUE_ORDER).values_list("id", flat=True)
    return ids.filter(after).first() or ids.first()


def _on_to_next(request: HttpRequest, held: Proposal) -> HttpResponse:
    """To the next open proposal, with a message on what became of this one."""
    what = Truncator(str(held)).chars(80)
    if held.state == "accepted":
        messages.success(request, _("Accepted: “%(what)s”") % {"what": what})
    else:
        messages.success(request, _("Dismissed: “%(what)s”") % {"what": what})
    following = _next(held)
    if following is None:
        messages.info(request, _("The queue is empty: every proposal is decided."))
        return HttpResponseRedirect(reverse("admin:claims_proposal_changelist"))
    return HttpResponseRedirect(reverse("admin:claims_proposal_change", args=[following]))
