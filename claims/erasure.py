"""What is left where a word is erased. Pure.

An erased word keeps its place and its name. Evidence, a wording or a rating that was erased no
longer stands, and nothing older comes back in its place. What a word did to others stays done: a
withdrawal without its reason still withdraws, and a merge holds without the erased quote.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from claims import events
from claims.events import Redacted, Word
from claims.state import State

# Words that a verdict need not have seen, by name.
UNSEEN = frozenset(
    {"dismissed", "reopened", "rated", "confirmed", "unrated", "published", "unpublished"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """The word to erase: version `version` in the history of `claim`, and the wording it gave."""

    claim: str
    version: int
    wording: str


def remains(word: Word) -> Word | None:
    """What the word did, without what it said; None where that was all."""
    match word:
        case (
            events.Reopened()
            | events.Withdrawn()
            | events.Unrated()
            | events.Unpublished()
            | events.Merged()
            | events.Unmerged()
            | events.Erased()
        ):
            return replace(word, reason="")
    return None


def without(word: Word, gone: Gone) -> Word:
    """The word without its copies of what is to go; an equal one where it holds none."""
    match word:
        case events.Absorbed():
            kept = tuple(
                item
                for item in word.evidence
                if (item.claim, item.version) != (gone.claim, gone.version)
            )
            told = word.claim == gone.claim and word.wording == gone.wording
            return replace(word, evidence=kept, wording="" if told else word.wording)
        case events.Erased(remains=left) if left is not None:
            return replace(word, remains=without(left, gone))
    return word


def evolved(state: State, word: Redacted) -> State:
    """The state after a word of which only the name is known."""
    match word.was:
        case "reworded":
            return replace(state, wording="")
        case "rated":
            return replace(state, verdict=None)
    return state
