"""Deciding many proposals at once: many decisions, each made or refused by itself."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from claims import review
from claims.desk import pages
from claims.models import Proposal, Run

MANY = 20  # proposals from which on they are decided bit by bit, with a progress bar
A_STEP = 5


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
    """How many were decided, and a sentence for each that was refused."""
    refused, own = [], dict[str, int]()
    for one in selected:
        if sentence := _decided(one, by, reason, own):
            refused.append(sentence)
    return len(selected) - len(refused), refused


def start(request: HttpRequest, reason: str) -> Run:
    """Ask for what was selected to be decided bit by bit; nothing is decided yet."""
    ticked = {one.id for one in selected(request)}
    rows = [text for text in request.POST.getlist("shown") if Shown(text).id in ticked]
    by = pages.person(request)
    return Run.objects.create(
        id=uuid4(), by=by, reason=reason, rows=rows, created_at=timezone.now()
    )


def step(run: Run) -> Run:
    """Decide the next few rows; what was decided before a fault is not decided again."""
    for text in run.rows[run.done : run.done + A_STEP]:
        sentence = _decided(Shown(text), run.by, run.reason, run.own)
        run.refused += [sentence] if sentence else []
        run.done += 1
        run.save(update_fields=["done", "refused", "own"])
    return run


def _decided(one: Shown, by: User, reason: str, own: dict[str, int]) -> str:
    """Decide one proposal; why it was refused, or nothing.

    Where several proposals are about one claim, each decision moves the claim on; what the
    reviewer did a moment ago is no news to them, so the next one names the version after it.
    """
    proposal = Proposal.objects.prefetch_related("findings").filter(id=one.id).first()
    if proposal is None:
        return _("One of the proposals is no longer there.")
    claim = str(proposal.claim)
    expected = one.expected + own.get(claim, 0)
    decision = review.Decision(by=by, at=timezone.now(), expected=expected, command=one.command)
    try:
        held = _decide_one(proposal, decision, one.revision, reason)
    except pages.REFUSALS as error:
        what = Truncator(str(proposal)).chars(80)
        return f"“{what}”: {pages.refusal(error, proposal.claim, expected)}"
    if held.position is not None:
        own[claim] = own.get(claim, 0) + len(proposal.findings.all())
    return ""


def _decide_one(
    proposal: Proposal, decision: review.Decision, revision: int, reason: str
) -> Proposal:
    if reason:
        return review.dismiss(proposal.id, decision, revision=revision, reason=reason)
    return review.accept(proposal.id, decision, revision=revision)
