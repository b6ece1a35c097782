"""The desk's verbs: what a person may decide, each one command on the ledger or refused.

Every verb names the version of the claim that was on the screen (`expected`), who decides (`by`),
when (`at`) and a `command` id, with which the same decision sent twice is made once. A proposal
is locked before the ledger's head, always in this order.

All verbs raise `Refused` where the claim does not admit the decision, `Conflict` where it has
moved on, and `CommandReused` where the command id stands for another decision.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from claims import events, evidence, forgetting, history, proposals, status
from claims.decisions import Decision, actor, say, seen
from claims.events import DisputeKind
from claims.history import CommandReused, Conflict, Receipt, retried
from claims.merging import merge, move, unmerge
from claims.models import Proposal
from claims.proposals import Beginning, Decided, Found, propose
from claims.status import Refused

__all__ = [
    "Beginning",
    "CommandReused",
    "Conflict",
    "Decided",
    "Decision",
    "Found",
    "Refused",
    "accept",
    "actor",
    "confirm",
    "dismiss",
    "erase",
    "merge",
    "move",
    "propose",
    "publish",
    "rate",
    "reattribute",
    "reword",
    "send_back",
    "undo",
    "unmerge",
    "unpublish",
    "unrate",
    "withdraw",
]

UNDO_WITHIN = timedelta(minutes=10)
STANCES = {"", "supports", "disputes"}  # nothing: what each finding says of itself


@retried
@transaction.atomic
def accept(
    proposal: UUID,
    decision: Decision,
    *,
    revision: int,
    wording: str = "",
    stance: str = "",
    kind: str = "",
    to: UUID | None = None,
    language: str = "",
) -> Proposal:
    """Record what a proposal proposes: its findings become evidence, its claim begins.

    `revision` is that of the proposal on the screen. The wording of a new claim, the stance of
    the findings and the claim they go `to` can be changed. With `language` they begin the new claim
    `to` with that wording, whatever claim they were proposed for. Raises also `Decided`.
    """
    if stance not in STANCES or kind not in {"", *DisputeKind}:
        raise Refused("Say whether the passage supports or disputes the claim, and how.")
    held = proposals.held(proposal, "accepted", command=decision.command, revision=revision)
    if held.state != "open":
        return held
    claim = to or held.claim
    before = history.past(claim).state
    told = evidence.Told(wording=wording, language=language, stance=stance, kind=kind)
    words = tuple(evidence.words(held, claim, before, told))
    receipt = say(claim, decision, *words)
    proposals.belong(held, claim)
    return proposals.decide(
        held,
        "accepted",
        by=decision.by,
        at=decision.at,
        command=decision.command,
        position=receipt.last,
    )


@retried
@transaction.atomic
def dismiss(
    proposal: UUID, decision: Decision, *, revision: int, reason: str, to: UUID | None = None
) -> Proposal:
    """Say no, with the reason. For a claim on the ledger the no is an event of its history.

    Where a claim was only proposed there is no history to record it in, and the proposal itself
    remembers. The claim which that one became part of is named by `to`. Raises also `Decided`.
    """
    held = proposals.held(proposal, "dismissed", command=decision.command, revision=revision)
    if held.state != "open":
        return held
    if not reason.strip():
        raise Refused("Say why: the reason is what keeps this from being proposed again.")
    position = None
    # That evidence stays as it was accepted is no event: nothing happens to the claim.
    if not held.begins and held.replaces is None:
        words = [evidence.dismissed(finding, reason) for finding in held.findings.exclude(quote="")]
        position = say(to or held.claim, decision, *words).last
    return proposals.decide(
        held,
        "dismissed",
        by=decision.by,
        at=decision.at,
        command=decision.command,
        position=position,
        reason=reason,
    )


@retried
@transaction.atomic
def undo(proposal: UUID, decision: Decision) -> Proposal:
    """Take back one's own decision of a moment ago: what it recorded is taken back by an event.

    The evidence of an acceptance is withdrawn, a dismissal is reopened; the history keeps both, and
    the proposal waits again. The claim's version on the screen is `decision.expected`.
    """
    held = proposals.decided(proposal)
    if held.decided_by != decision.by or held.decided_at is None:
        raise Refused("Only who decided can undo it; withdraw the evidence on the claim's page.")
    if decision.at - held.decided_at > UNDO_WITHIN:
        raise Refused("It is too late to undo this; withdraw the evidence on the claim's page.")
    if held.replaces is not None and held.state == "accepted":
        raise Refused("Evidence was put in another's place; change it on the claim's page.")
    if held.command is not None and held.position is not None:
        claim, words = evidence.undone(held.command)
        say(claim, decision, *words)
    return proposals.reopen(held)


def withdraw(
    claim: UUID, decision: Decision, *, version: int, reason: str, of: str = ""
) -> Receipt:
    """Take back the evidence of `version`; `of` names the absorbed claim that brought it."""
    return say(claim, decision, events.Withdrawn(version=version, reason=reason, claim=of))


def reattribute(
    claim: UUID, decision: Decision, *, version: int, origin: str, reason: str, of: str = ""
) -> Receipt:
    """Let standing evidence count under another origin: it is withdrawn and said anew, at once."""
    before = seen(claim, decision)
    item = before.standing_as(version, of)
    if item is None:
        raise Refused(f"No evidence of version {version} stands; it may have been withdrawn.")
    if item.evidence.origin == origin.strip():
        raise Refused(f"It counts under {item.evidence.origin} already.")
    taken = events.Withdrawn(version=version, reason=reason, claim=of)
    left = status.evolve(before, taken, "")
    return say(claim, decision, taken, evidence.said_anew(item.evidence, origin.strip(), left))


@retried
@transaction.atomic
def erase(position: int, decision: Decision, *, reason: str) -> Receipt:
    """Take what an event said off the record, with all copies; the reason is what stays."""
    by, at, command = decision.by, decision.at, decision.command
    forgetting.forget(position, by=by, at=at, command=command)
    return history.erase(
        position,
        reason=reason,
        expected=decision.expected,
        actor=actor(by),
        at=at,
        command=command,
    )


def reword(
    claim: UUID,
    decision: Decision,
    *,
    wording: str,
    language: str = "",
    reason: str = "",
) -> Receipt:
    """Put the claim better."""
    word = events.Reworded(wording=wording.strip(), language=language, reason=reason)
    return say(claim, decision, word)


def rate(
    claim: UUID,
    decision: Decision,
    *,
    verdict: str,
    explanation: str,
    sources: Sequence[str] = (),
) -> Receipt:
    """Give a verdict on the desk's scale; it stands once a second person confirms it."""
    if verdict not in settings.VERDICTS:
        known = ", ".join(settings.VERDICTS)
        raise Refused(f"The desk's scale has no “{verdict}”; it has {known}.")
    word = events.Rated(
        verdict=verdict, explanation=explanation, against=decision.expected, sources=tuple(sources)
    )
    return say(claim, decision, word)


def confirm(claim: UUID, decision: Decision, *, rating: int) -> Receipt:
    """Stand by the rating that another person made at version `rating`."""
    return say(claim, decision, events.Confirmed(rating=rating))


def unrate(claim: UUID, decision: Decision, *, rating: int, reason: str) -> Receipt:
    """Take back the rating that was made at version `rating`."""
    return say(claim, decision, events.Unrated(rating=rating, reason=reason))


def send_back(claim: UUID, decision: Decision, *, rating: int, reason: str) -> Receipt:
    """Say as a second person what the rating made at version `rating` lacks; it stands no more."""
    word = events.Unrated(rating=rating, reason=reason, sent_back=True)
    return say(claim, decision, word)


def publish(claim: UUID, decision: Decision) -> Receipt:
    """Show the claim to everybody, as it stands and as it will stand."""
    return say(claim, decision, events.Published())


def unpublish(claim: UUID, decision: Decision, *, reason: str) -> Receipt:
    """Show the claim to strangers no more; that it was public stays in its history."""
    return say(claim, decision, events.Unpublished(reason=reason))
