"""Deciding many proposals at once: many decisions, each made or refused by itself."""

from typing import Any
from uuid import UUID

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from claims import review
from claims.desk import pages
from claims.models import Proposal


class Shown:
    """What the page showed of a proposal: the versions that a decision on it must name."""

    def __init__(self, text: str) -> None:
        try:
            identifier, expected, revision, command = text.split()
            self.id, self.command = UUID(identifier), UUID(command)
            self.expected, self.revision = int(expected), int(revision)
        except ValueError as error:
            raise BadRequest("The form is damaged; load the page again.") from error


def expected(row: Any) -> int:
    return 0 if row.begins or row.known is None else row.known.version


def selected(request: HttpRequest) -> list[Shown]:
    """What was shown of the proposals whose boxes are ticked, in the order of the page."""
    ticked = set(request.POST.getlist(ACTION_CHECKBOX_NAME))
    shown = [Shown(text) for text in request.POST.getlist("shown")]
    if not ticked or ticked - {str(one.id) for one in shown}:
        raise BadRequest("The form lacks what it showed; load the page again.")
    return [one for one in shown if str(one.id) in ticked]


def decided(selected: list[Shown], by: User, reason: str) -> tuple[int, list[str]]:
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
