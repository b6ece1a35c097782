"""Claims that are one, and evidence that belongs to another: each command, and what it would do."""

from collections.abc import Iterator
from uuid import UUID

from claims import events, evidence, history, status
from claims.decisions import Decision, record, seen
from claims.history import Change, Receipt
from claims.status import Refused, State


def merge(
    claim: UUID, decision: Decision, *, into: UUID, into_expected: int, reason: str = ""
) -> Receipt:
    """Make `claim` part of `into`, which takes over its evidence; `unmerge` undoes it."""
    if claim == into:
        raise Refused("A claim cannot become part of itself.")
    before = seen(claim, decision)
    gone = events.Merged(into=str(into), reason=reason)
    return record(
        decision,
        Change(claim=claim, expected=decision.expected, words=(gone,)),
        Change(claim=into, expected=into_expected, words=(_absorbed(claim, before),)),
    )


def unmerge(claim: UUID, decision: Decision, *, out_of_expected: int, reason: str = "") -> Receipt:
    """Undo a merge: `claim` stands by itself again and takes its evidence with it."""
    out_of = seen(claim, decision).merged_into
    if not out_of:
        raise Refused("This claim is not part of another one.")
    back = events.Unmerged(out_of=out_of, reason=reason)
    released = events.Released(claim=str(claim))
    return record(
        decision,
        Change(claim=claim, expected=decision.expected, words=(back,)),
        Change(claim=UUID(out_of), expected=out_of_expected, words=(released,)),
    )


def move(
    claim: UUID,
    decision: Decision,
    *,
    version: int,
    to: UUID,
    to_expected: int,
    reason: str,
    of: str = "",
) -> Receipt:
    """Let the evidence of `version` stand for another claim: withdrawn here and said there."""
    if claim == to:
        raise Refused("It stands for this claim already.")
    item = seen(claim, decision).standing_as(version, of)
    if item is None:
        raise Refused(f"No evidence of version {version} stands; it may have been withdrawn.")
    target = history.past(to, version=to_expected).state
    taken = events.Withdrawn(version=version, reason=reason, claim=of)
    said = evidence.said_anew(item.evidence, item.evidence.origin, target)
    return record(
        decision,
        Change(claim=claim, expected=decision.expected, words=(taken,)),
        Change(claim=to, expected=to_expected, words=(said,)),
    )


def merged(claim: UUID, into: UUID) -> State:
    """What `into` would be once it had taken `claim` over; nothing is recorded."""
    before, target = history.past(claim).state, history.past(into).state
    return status.evolve(target, _absorbed(claim, before), "")


def unmerged(claim: UUID, out_of: UUID) -> tuple[State, State]:
    """What the two claims would be by themselves again; nothing is recorded."""
    before, target = history.past(claim).state, history.past(out_of).state
    alone = status.evolve(before, events.Unmerged(out_of=str(out_of)), "")
    return alone, status.evolve(target, events.Released(claim=str(claim)), "")


def moved(claim: UUID, version: int, of: str, to: UUID) -> tuple[State, State]:
    """What the two claims would be once that evidence stood for the other; nothing is recorded."""
    before, target = history.past(claim).state, history.past(to).state
    item = before.standing_as(version, of)
    if item is None:
        raise Refused(f"No evidence of version {version} stands; it may have been withdrawn.")
    left = status.evolve(before, events.Withdrawn(version=version, reason="", claim=of), "")
    said = evidence.said_anew(item.evidence, item.evidence.origin, target)
    return left, status.evolve(target, said, "")


def _absorbed(claim: UUID, before: State) -> events.Absorbed:
    return events.Absorbed(
        claim=str(claim), wording=before.wording, evidence=tuple(_carried(claim, before))
    )


def _carried(claim: UUID, state: State) -> Iterator[events.Carried]:
    for item in state.standing:
        if isinstance(item.evidence, events.Asserted | events.Corroborated | events.Disputed):
            yield events.Carried(
                claim=item.claim or str(claim),
                version=item.version,
                evidence=item.evidence,
            )
