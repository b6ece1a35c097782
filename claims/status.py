"""What a history adds up to. Pure: State is folded from the words, and Status from the State.

`admit` alone may refuse; `evolve` takes whatever was admitted, so that a history that was once
accepted can be folded for ever, whatever is refused today.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from claims import erasure, events
from claims.admission import CLAIM, Refused, admit
from claims.events import Evidence, Word
from claims.state import INDEPENDENT_ORIGINS, Standing, State, Status, Verdict

__all__ = [
    "CLAIM",
    "INDEPENDENT_ORIGINS",
    "Refused",
    "Standing",
    "State",
    "Status",
    "Verdict",
    "admit",
    "evolve",
    "fold",
]


def fold(words: Iterable[tuple[Word, str]], state: State | None = None) -> State:
    """The state that a history of (word, actor) pairs adds up to, from `state` on."""
    state = state or State()
    for word, actor in words:
        state = evolve(state, word, actor)
    return state


def evolve(state: State, word: Word, actor: str) -> State:
    """The state after one more word. Never refuses."""
    version = state.version + 1
    after = replace(_evolved(state, word, actor), version=version)
    named = word.was if isinstance(word, events.Redacted) else events.name(word)
    unseen = named in erasure.UNSEEN
    return after if unseen else replace(after, changed=version)


def _evolved(state: State, word: Word, actor: str) -> State:
    match word:
        case events.Asserted() | events.Corroborated() | events.Disputed():
            return _with_evidence(state, word)
        case events.Dismissed():
            said = Standing(version=state.version + 1, evidence=word)
            return replace(state, dismissed=(*state.dismissed, said))
        case events.Reopened(version=version):
            left = tuple(item for item in state.dismissed if item.version != version)
            return replace(state, dismissed=left)
        case events.Withdrawn(version=version, claim=claim):
            gone = state.standing_as(version, claim)
            return replace(state, standing=tuple(i for i in state.standing if i is not gone))
        case events.Reworded(wording=wording, language=language):
            return replace(state, wording=wording, language=language or state.language)
        case events.Rated():
            made = Verdict(
                verdict=word.verdict,
                explanation=word.explanation,
                version=state.version + 1,
                by=actor,
                sources=word.sources,
            )
            return replace(state, verdict=made)
        case events.Confirmed() | events.Unrated():
            return _with_judgement(state, word, actor)
        case events.Published() | events.Unpublished():
            return replace(state, published=isinstance(word, events.Published))
        case events.Merged(into=into):
            return replace(state, merged_into=into)
        case events.Unmerged(out_of=out_of):
            return replace(state, merged_into="") if state.merged_into == out_of else state
        case events.Absorbed():
            return _with_absorbed(state, word)
        case events.Released(claim=claim):
            return _without_absorbed(state, claim)
        case events.Erased():
            return state  # What it erased is folded as Redacted, or as what remains of it.
        case events.Redacted():
            return erasure.evolved(state, word)
        case _:
            raise TypeError(f"{type(word).__name__} is not a word of this vocabulary")


def _with_evidence(state: State, word: Evidence) -> State:
    piece = Standing(version=state.version + 1, evidence=word)
    state = replace(state, standing=(*state.standing, piece))
    if state.version == 0 and isinstance(word, events.Asserted):
        return replace(state, wording=word.wording, language=word.language, claimant=word.claimant)
    return state


def _with_judgement(state: State, word: events.Confirmed | events.Unrated, actor: str) -> State:
    """Only the rating that the word names is meant: with what held at another time, the verdict
    may be an earlier one, which nobody confirmed or took back."""
    made = state.verdict
    if made is None or made.version != word.rating:
        return state
    confirmed = replace(made, confirmed_by=actor)
    return replace(state, verdict=confirmed if isinstance(word, events.Confirmed) else None)


def _with_absorbed(state: State, word: events.Absorbed) -> State:
    own = {(item.version, item.claim) for item in state.standing}
    carried = tuple(
        Standing(
            version=item.version,
            claim=item.claim,
            evidence=item.evidence,
            via=word.claim,
        )
        for item in word.evidence
        if (item.version, item.claim) not in own
    )
    return replace(state, standing=state.standing + carried, absorbed=(*state.absorbed, word.claim))


def _without_absorbed(state: State, claim: str) -> State:
    return replace(
        state,
        standing=tuple(item for item in state.standing if item.via != claim),
        absorbed=tuple(other for other in state.absorbed if other != claim),
    )
