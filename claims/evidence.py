"""How what was found becomes evidence: the words that a person's decision puts on record."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from claims import events, status
from claims.events import DisputeKind, Evidence, Quantity, Word
from claims.models import Entry, Finding, Proposal
from claims.status import State

CHANGED = "The source was changed after this was accepted, and no longer says it."


UNDONE = "Undone by who decided it, within minutes."


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a person said otherwise than the proposal does; empty where they did not."""

    wording: str = ""
    language: str = ""
    stance: str = ""
    kind: str = ""


def words(held: Proposal, claim: UUID, state: State, told: Told) -> Iterator[Word]:
    """The words for a proposal's findings as evidence of `claim`, first those that support it.

    Where they stand in the place of evidence whose source was changed, that is withdrawn before.
    """
    if held.replaces is not None:
        # Where its claim was merged since, the evidence has the number of that claim's history.
        of = held.replaces_of or (str(held.claim) if claim != held.claim else "")
        taken = events.Withdrawn(version=held.replaces, claim=of, reason=CHANGED)
        state = status.evolve(state, taken, "")
        yield taken
    found = list(held.findings.exclude(quote=""))  # The others were erased.
    for finding in sorted(found, key=lambda one: (told.stance or one.stance) != "supports"):
        if (told.stance or finding.stance) == "disputes":
            word: Word = _disputed(finding, told.kind or finding.kind)
        else:
            word = _supporting(finding, held, state, told)
        state = status.evolve(state, word, "")
        yield word


def undone(command: UUID) -> tuple[UUID, list[Word]]:
    """The claim that a decision was about, and the words that take back what it recorded."""
    recorded = list(Entry.objects.filter(command_id=command).order_by("position"))
    taken: list[Word] = []
    for entry in recorded:
        taking = events.Reopened if entry.type == "dismissed" else events.Withdrawn
        taken.append(taking(version=entry.version, reason=UNDONE))
    return recorded[0].stream_id, taken


def said_anew(said: Evidence, origin: str, state: State) -> Word:
    """The evidence under another origin, for a claim that is left with `state` without it."""
    fields = {name: getattr(said, name) for name in Evidence.__struct_fields__}
    fields["origin"] = origin
    if isinstance(said, events.Disputed):
        return msgspec.structs.replace(said, origin=origin)
    alone = not state.origins or origin in state.origins
    return events.Asserted(**fields) if alone else events.Corroborated(**fields)


def dismissed(finding: Finding, reason: str) -> events.Dismissed:
    """The word for a finding that does not bear on the claim."""
    return events.Dismissed(**_evidence(finding), stance=finding.stance, reason=reason)


def _supporting(finding: Finding, held: Proposal, state: State, told: Told) -> Word:
    """A support of an origin that stands already is one more article of it, and no more."""
    found = _evidence(finding)
    if state.version == 0:
        return events.Asserted(
            **found,
            wording=told.wording.strip() or held.wording,
            language=told.language or held.language,
            claimant=held.claimant,
        )
    if finding.origin in state.origins or not state.origins:
        return events.Asserted(**found)
    return events.Corroborated(**found)


def _disputed(finding: Finding, kind: str) -> events.Disputed:
    figures = kind == DisputeKind.FIGURE
    return events.Disputed(
        **_evidence(finding),
        kind=DisputeKind(kind or DisputeKind.CONTRADICTION),
        ours=Quantity(**finding.ours) if figures and finding.ours else None,
        theirs=Quantity(**finding.theirs) if figures and finding.theirs else None,
    )


def _evidence(finding: Finding) -> dict[str, Any]:
    kept = Evidence.__struct_fields__
    fields = {name: getattr(finding, name) for name in kept if name != "found_by"}
    return {**fields, "found_by": finding.matcher}
