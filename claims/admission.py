"""What the desk can say of a claim as it stands. Pure.

What was admitted once is folded for ever, whatever is refused today.
"""

import re
from functools import singledispatch

from claims import events
from claims.events import Evidence, Word
from claims.state import State, Verdict

CLAIM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST_SOURCE = 2000
LONGEST_LANGUAGE = 12  # characters of a code such as "fr" or "pt-BR"


class Refused(Exception):
    """The desk cannot say this of the claim as it stands; the message says why."""


def admit(state: State, word: Word, actor: str) -> None:
    """Let the word pass, or say why the desk cannot say it now.

    Raises:
        Refused: with a sentence for the person who decided.
    """
    if state.version == 0 and not isinstance(word, events.Asserted):
        raise Refused("A claim's history begins with an assertion; this claim has none yet.")
    if state.merged_into and not isinstance(word, events.Unmerged | events.Erased):
        raise Refused(f"This claim was merged into {state.merged_into}; decide there.")
    _admitted(word, state, actor)


def _refuse_if(condition: bool, sentence: str) -> None:
    if condition:
        raise Refused(sentence)


@singledispatch
def _admitted(word: Word, state: State, actor: str) -> None:
    raise TypeError(f"{type(word).__name__} is not a word of this vocabulary")


def _admit_passage(word: Evidence, state: State) -> None:
    _refuse_if(not word.quote.strip(), "Evidence needs the words it rests on; quote them.")
    _refuse_if(
        word.end - word.start != len(word.quote) or word.start < 0,
        "The quote and its place in the document do not fit together; mark the passage again.",
    )
    _refuse_if(not word.origin, "Evidence needs an origin: say who the report comes from.")
    for item in state.standing:
        there = item.evidence
        same = (there.document, there.start, there.end) == (
            word.document,
            word.start,
            word.end,
        )
        _refuse_if(same, f"This passage already stands as {events.name(there)}.")


def _refuse_no_code(language: str) -> None:
    _refuse_if(
        len(language) > LONGEST_LANGUAGE,
        "Give the language by its code, as in “fr” or “en”.",
    )


@_admitted.register
def _(word: events.Asserted, state: State, actor: str) -> None:
    _admit_passage(word, state)
    if state.version == 0:
        _refuse_if(not word.wording.strip(), "A new claim needs a wording.")
        _refuse_if(not word.language, "A new claim needs the language of its wording.")
        _refuse_no_code(word.language)
    else:
        _refuse_if(bool(word.wording), "The claim has a wording; reword it instead.")


@_admitted.register
def _(word: events.Corroborated, state: State, actor: str) -> None:
    _admit_passage(word, state)
    _refuse_if(
        word.origin in state.origins,
        f"{word.origin} already stands for this claim; record it as asserted.",
    )


@_admitted.register
def _(word: events.Disputed, state: State, actor: str) -> None:
    _admit_passage(word, state)
    needed = word.kind is events.DisputeKind.FIGURE
    _refuse_if(
        (word.ours is not None, word.theirs is not None) != (needed, needed),
        "A dispute about a figure names both figures, and no other dispute does.",
    )


@_admitted.register
def _(word: events.Dismissed, state: State, actor: str) -> None:
    _refuse_if(not word.reason.strip(), "Say why the passage does not bear on the claim.")


@_admitted.register
def _(word: events.Reopened, state: State, actor: str) -> None:
    _refuse_if(not word.reason.strip(), "Say why the dismissal is taken back.")
    _refuse_if(
        word.version not in {item.version for item in state.dismissed},
        f"No dismissal of version {word.version} stands; it may have been taken back before.",
    )


@_admitted.register
def _(word: events.Withdrawn, state: State, actor: str) -> None:
    _refuse_if(not word.reason.strip(), "Say why the evidence is withdrawn.")
    _refuse_if(
        state.standing_as(word.version, word.claim) is None,
        f"No evidence of version {word.version} stands; it may have been withdrawn before.",
    )


@_admitted.register
def _(word: events.Reworded, state: State, actor: str) -> None:
    _refuse_if(not word.wording.strip(), "A claim needs a wording.")
    _refuse_no_code(word.language)
    same = word.wording == state.wording and word.language in ("", state.language)
    _refuse_if(same, "This is the wording the claim has already.")


@_admitted.register
def _(word: events.Rated, state: State, actor: str) -> None:
    _refuse_if(not word.verdict, "A rating needs a verdict.")
    _refuse_if(not word.explanation.strip(), "A rating needs an explanation.")
    for source in word.sources:
        _refuse_if(
            not source.startswith(("https://", "http://")) or len(source) > LONGEST_SOURCE,
            f"“{source[:100]}” is no web address; give sources by https:// addresses.",
        )
    seen = state.changed <= word.against <= state.version
    _refuse_if(
        not seen,
        f"The claim has changed since version {word.against}; look at it again before rating it.",
    )


@_admitted.register
def _(word: events.Confirmed, state: State, actor: str) -> None:
    verdict = _verdict_of(state, word.rating)
    _refuse_if(bool(verdict.confirmed_by), "This rating is confirmed already.")
    _refuse_if(
        verdict.by == actor,
        "A rating is confirmed by a second person, not by its author.",
    )
    _refuse_if(
        state.changed > word.rating,
        "The claim has changed since it was rated; rate it again on what is known now.",
    )


@_admitted.register
def _(word: events.Unrated, state: State, actor: str) -> None:
    verdict = _verdict_of(state, word.rating)
    _refuse_if(not word.reason.strip(), "Say why the rating is taken back.")
    _refuse_if(
        word.sent_back and (verdict.by == actor or bool(verdict.confirmed_by)),
        "Only a second person sends a rating back, before it is confirmed.",
    )


@_admitted.register
def _(word: events.Published, state: State, actor: str) -> None:
    _refuse_if(state.published, "This claim is public already.")
    _refuse_if(not state.wording, "The wording was erased; reword the claim before publishing it.")


@_admitted.register
def _(word: events.Unpublished, state: State, actor: str) -> None:
    _refuse_if(not word.reason.strip(), "Say why the claim is no longer public.")
    _refuse_if(not state.published, "This claim is not public.")


def _verdict_of(state: State, rating: int) -> Verdict:
    if state.verdict is None or state.verdict.version != rating:
        raise Refused(f"No rating of version {rating} stands; it was replaced or taken back.")
    return state.verdict


@_admitted.register
def _(word: events.Merged, state: State, actor: str) -> None:
    _refuse_if(
        not CLAIM.fullmatch(word.into),
        "Name the claim that this one becomes part of, by its id.",
    )


@_admitted.register
def _(word: events.Unmerged, state: State, actor: str) -> None:
    _refuse_if(
        not word.out_of or state.merged_into != word.out_of,
        f"This claim is not part of {word.out_of or 'another claim'}.",
    )


@_admitted.register
def _(word: events.Absorbed, state: State, actor: str) -> None:
    brought = [(item.claim, item.version) for item in word.evidence]
    _refuse_if(
        len(set(brought)) < len(brought), "The same evidence is carried over twice; name it once."
    )
    _refuse_if(word.claim in state.absorbed, f"{word.claim} is part of this claim already.")


@_admitted.register
def _(word: events.Released, state: State, actor: str) -> None:
    _refuse_if(word.claim not in state.absorbed, f"{word.claim} is not part of this claim.")


@_admitted.register
def _(word: events.Erased, state: State, actor: str) -> None:
    _refuse_if(not word.reason.strip(), "Say why it is erased; the reason stays on record.")
    _refuse_if(not 0 < word.version <= state.version, "Only what was said can be erased.")
