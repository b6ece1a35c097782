"""The desk's verbs: what a person may decide, each one command on the ledger or refused.

Every verb names the version of the claim that was on the screen (`expected`), who decides (`by`),
when (`at`) and a `command` id, with which the same decision sent twice is made once. A proposal
is locked before the ledger's head, always in this order.

All verbs raise `Refused` where the claim does not admit the decision, `Conflict` where it has
moved on, and `CommandReused` where the command id stands for another decision.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from claims import events, history, proposals, status
from claims.events import DisputeKind, Quantity, Word
from claims.history import Change, CommandReused, Conflict, Receipt, retried
from claims.models import Finding, Proposal
from claims.proposals import Beginning, Decided, Found, propose
from claims.status import Refused, State

__all__ = [
    "SCALE",
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
    "propose",
    "rate",
    "reword",
    "unmerge",
    "unrate",
    "withdraw",
]

# The desk's scale: a verdict's key in the ledger, and its number where it has one.
SCALE: dict[str, int | None] = {
    "true": 5,
    "mostly-true": 4,
    "misleading": 3,
    "mostly-false": 2,
    "false": 1,
    "unproven": None,
}
STANCES = {"", "supports", "disputes"}  # nothing: what each finding says of itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Who decides, when it holds, on which version of the claim, and under which command id."""

    by: User
    at: datetime
    expected: int
    command: UUID


def actor(user: User) -> str:
    """How the ledger names a person: a pseudonym, because an envelope is for ever."""
    return f"user:{user.pk}"


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
) -> Proposal:
    """Record what a proposal proposes: its findings become evidence, its claim begins.

    `revision` is that of the proposal on the screen. The wording of a new claim, the stance of
    the findings and the claim they go `to` can be changed. Raises also `Decided`.
    """
    if stance not in STANCES or kind not in {"", *DisputeKind}:
        raise Refused("Say whether the passage supports or disputes the claim, and how.")
    held = proposals.held(proposal, "accepted", command=decision.command, revision=revision)
    if held.state != "open":
        return held
    claim = to or held.claim
    before = history.past(claim).state
    words = tuple(_words(held, before, wording, stance, kind))
    receipt = _say(claim, decision, *words)
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
    if not held.begins:
        words = [_dismissed(finding, reason) for finding in held.findings.exclude(quote="")]
        position = _say(to or held.claim, decision, *words).last
    return proposals.decide(
        held,
        "dismissed",
        by=decision.by,
        at=decision.at,
        command=decision.command,
        position=position,
        reason=reason,
    )


def withdraw(
    claim: UUID, decision: Decision, *, version: int, reason: str, of: str = ""
) -> Receipt:
    """Take back the evidence of `version`; `of` names the absorbed claim that brought it."""
    return _say(claim, decision, events.Withdrawn(version=version, reason=reason, claim=of))


@retried
@transaction.atomic
def erase(position: int, decision: Decision, *, reason: str) -> Receipt:
    """Take what an event said off the record, with all copies; the reason is what stays."""
    by, at, command = decision.by, decision.at, decision.command
    proposals.forget(position, by=by, at=at, command=command)
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
    return _say(claim, decision, word)


def rate(claim: UUID, decision: Decision, *, verdict: str, explanation: str) -> Receipt:
    """Give a verdict on the desk's scale; it stands once a second person confirms it."""
    if verdict not in SCALE:
        raise Refused(f"The desk's scale has no “{verdict}”; it has {', '.join(SCALE)}.")
    word = events.Rated(verdict=verdict, explanation=explanation, against=decision.expected)
    return _say(claim, decision, word)


def confirm(claim: UUID, decision: Decision, *, rating: int) -> Receipt:
    """Stand by the rating that another person made at version `rating`."""
    return _say(claim, decision, events.Confirmed(rating=rating))


def unrate(claim: UUID, decision: Decision, *, rating: int, reason: str) -> Receipt:
    """Take back the rating that was made at version `rating`."""
    return _say(claim, decision, events.Unrated(rating=rating, reason=reason))


def merge(
    claim: UUID, decision: Decision, *, into: UUID, into_expected: int, reason: str = ""
) -> Receipt:
    """Make `claim` part of `into`, which takes over its evidence; `unmerge` undoes it."""
    if claim == into:
        raise Refused("A claim cannot become part of itself.")
    before = _seen(claim, decision)
    absorbed = events.Absorbed(
        claim=str(claim),
        wording=before.wording,
        evidence=tuple(_carried(claim, before)),
    )
    merged = events.Merged(into=str(into), reason=reason)
    return _record(
        decision,
        Change(claim=claim, expected=decision.expected, words=(merged,)),
        Change(claim=into, expected=into_expected, words=(absorbed,)),
    )


def unmerge(claim: UUID, decision: Decision, *, out_of_expected: int, reason: str = "") -> Receipt:
    """Undo a merge: `claim` stands by itself again and takes its evidence with it."""
    out_of = _seen(claim, decision).merged_into
    if not out_of:
        raise Refused("This claim is not part of another one.")
    unmerged = events.Unmerged(out_of=out_of, reason=reason)
    released = events.Released(claim=str(claim))
    return _record(
        decision,
        Change(claim=claim, expected=decision.expected, words=(unmerged,)),
        Change(claim=UUID(out_of), expected=out_of_expected, words=(released,)),
    )


def _seen(claim: UUID, decision: Decision) -> State:
    """The claim as it was on the screen, so that a decision sent twice says the same words."""
    return history.past(claim, version=decision.expected).state


def _say(claim: UUID, decision: Decision, *words: Word) -> Receipt:
    return _record(decision, Change(claim=claim, expected=decision.expected, words=words))


def _record(decision: Decision, *changes: Change) -> Receipt:
    return history.record(
        changes, actor=actor(decision.by), at=decision.at, command=decision.command
    )


def _words(held: Proposal, state: State, wording: str, stance: str, kind: str) -> Iterator[Word]:
    """The words for a proposal's findings, those that support the claim first."""
    found = list(held.findings.exclude(quote=""))  # The others were erased.
    for finding in sorted(found, key=lambda one: (stance or one.stance) != "supports"):
        if (stance or finding.stance) == "disputes":
            word: Word = _disputed(finding, kind or finding.kind)
        else:
            word = _supporting(finding, held, state, wording)
        state = status.evolve(state, word, "")
        yield word


def _supporting(finding: Finding, held: Proposal, state: State, wording: str) -> Word:
    """A support of an origin that stands already is one more article of it, and no more."""
    evidence = _evidence(finding)
    if state.version == 0:
        return events.Asserted(
            **evidence,
            wording=wording.strip() or held.wording,
            language=held.language,
            claimant=held.claimant,
        )
    if finding.origin in state.origins:
        return events.Asserted(**evidence)
    return events.Corroborated(**evidence)


def _disputed(finding: Finding, kind: str) -> events.Disputed:
    figures = kind == DisputeKind.FIGURE
    return events.Disputed(
        **_evidence(finding),
        kind=DisputeKind(kind or DisputeKind.CONTRADICTION),
        ours=Quantity(**finding.ours) if figures and finding.ours else None,
        theirs=Quantity(**finding.theirs) if figures and finding.theirs else None,
    )


def _dismissed(finding: Finding, reason: str) -> events.Dismissed:
    return events.Dismissed(**_evidence(finding), stance=finding.stance, reason=reason)


def _evidence(finding: Finding) -> dict[str, Any]:
    kept = events.Evidence.__struct_fields__
    fields = {name: getattr(finding, name) for name in kept if name != "found_by"}
    return {**fields, "found_by": finding.matcher}


def _carried(claim: UUID, state: State) -> Iterator[events.Carried]:
    for item in state.standing:
        if isinstance(item.evidence, events.Asserted | events.Corroborated | events.Disputed):
            yield events.Carried(
                claim=item.claim or str(claim),
                version=item.version,
                evidence=item.evidence,
            )
