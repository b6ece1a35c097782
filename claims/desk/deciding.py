"""What a reviewer's form asks for, as one call: accept, dismiss, begin another claim, undo.

What was decided a moment ago is kept in the session, so that the next page can offer to undo it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import review
from claims.desk import handling, pages
from claims.models import Claim, Entry, Proposal

# Why passages are usually dismissed; each stands in the reason as it was read.
REASONS = (
    gettext_lazy("It is about something else."),
    gettext_lazy("It is an opinion or a forecast, and no fact."),
    gettext_lazy("The machine misread it."),
    gettext_lazy("It is too vague to be checked."),
    gettext_lazy("It is of no public interest."),
)
UNDO = "undo"  # in the session


def accept(
    request: HttpRequest, proposal: Proposal, decision: review.Decision, to: UUID | None
) -> Proposal:
    """The proposal accepted as the form says: with its wording, stance and claim."""
    stance, _colon, kind = request.POST.get("stance", "").partition(":")
    return review.accept(
        proposal.id,
        decision,
        revision=pages.number(request, "revision"),
        wording=request.POST.get("wording", ""),
        stance=stance if stance in {"supports", "disputes"} else "",
        kind=kind,
        to=to,
    )


def begin(request: HttpRequest, proposal: Proposal, decision: review.Decision) -> Proposal:
    """The passage as a new claim of its own, whatever claim it was proposed for."""
    wording = request.POST.get("wording", "").strip()
    if not wording:
        raise review.Refused(_("Give the new claim a wording."))
    return review.accept(
        proposal.id,
        decision,
        revision=pages.number(request, "revision"),
        wording=wording,
        language=request.POST.get("language", "") or "fr",
        stance="supports",
        # The same form sent twice begins the same claim.
        to=uuid5(decision.command, "claim"),
    )


def dismiss(
    request: HttpRequest, proposal: Proposal, decision: review.Decision, to: UUID | None
) -> Proposal:
    """The proposal dismissed for the reason that the form gives."""
    return review.dismiss(
        proposal.id,
        decision,
        revision=pages.number(request, "revision"),
        reason=reason(request.POST),
        to=to,
    )


def reason(form: Mapping[str, str]) -> str:
    """The reason that was chosen, and what was typed beside it."""
    said = (form.get("because", "").strip(), form.get("reason", "").strip())
    return " ".join(filter(None, said))


def handle(request: HttpRequest, proposal: Proposal) -> str:
    """Assign or snooze the proposal as the form says; what was done, as a sentence."""
    if not request.user.has_perm(handling.ASSIGN):
        raise PermissionDenied
    if "until" in request.POST:
        until = _day(request.POST["until"])
        handling.snooze(proposal, until)
        return _("It comes back by itself on that day.") if until else _("It is back in the queue.")
    person = _person(request.POST.get("assignee", ""))
    handling.assign([proposal], person)
    return _("It is assigned.") if person else _("It is assigned to nobody.")


def _day(text: str) -> Any:
    """The day to come that a form names, or None for none."""
    try:
        day = parse_date(text) if text else None
    except ValueError as error:
        raise review.Refused(_("This is no day; give it as 2027-01-31.")) from error
    if day is not None and day <= timezone.localdate():
        raise review.Refused(_("Choose a day to come."))
    return day


def _person(key: str) -> User | None:
    if not key:
        return None
    found: User | None = reviewers().filter(pk=key).first() if key.isdecimal() else None
    if found is None:
        raise BadRequest("The form names nobody who decides; load the page again.")
    return found


def reviewers() -> Any:
    """Those who may decide, by name."""
    decides = {"codename": "decide_proposal", "content_type__app_label": "claims"}
    named = {f"groups__permissions__{key}": value for key, value in decides.items()}
    return User.objects.filter(is_active=True, **named).distinct().order_by("username")


def remember(request: HttpRequest, held: Proposal) -> None:
    """Keep in the session what can be undone."""
    position = -1 if held.position is None else held.position
    entry = Entry.objects.filter(position=position).only("stream_id").first()
    request.session[UNDO] = {
        "proposal": str(held.id),
        "claim": str(entry.stream_id) if entry else "",
        "what": Truncator(str(held)).chars(80),
        "state": held.state,
        "until": (timezone.now() + review.UNDO_WITHIN).isoformat(),
    }


def undoable(request: HttpRequest) -> dict[str, Any] | None:
    """What the page offers to undo, with the version of its claim that it shows."""
    kept = request.session.get(UNDO)
    until = parse_datetime(kept["until"]) if kept else None
    if kept is None or until is None or until < timezone.now() + timedelta(seconds=5):
        return None
    claim = Claim.objects.filter(id=kept["claim"]).first() if kept["claim"] else None
    version = claim.version if claim else 0
    return {**kept, "expected": version, "command": pages.new_command()}


def undo(request: HttpRequest, proposal: Proposal, decision: review.Decision) -> Proposal:
    """The proposal, waiting again."""
    reopened = review.undo(proposal.id, decision)
    request.session.pop(UNDO, None)
    return reopened
