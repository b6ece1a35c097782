"""Denials: somebody rejects what the same document reports.

A denial is evidence against another passage, so it points at one: the accusation in its own
sentence, else the accusation before it that fits best. Where nothing before it accuses anybody,
there is nothing to dispute and no denial is reported.
"""

import re
from dataclasses import dataclass

from workers.reading.attribution import Conversation
from workers.reading.checkworthy import WANTED
from workers.reading.denial_words import (
    ACCUSES,
    CALLED_FALSE,
    CHARGES,
    DENIES,
    FALSE,
    FIGURE_DENIED,
    FIGURES_DENIED,
    MEASURED,
    NOT_DENYING,
    WHAT_IS_DENIED,
)
from workers.reading.names import squash
from workers.reading.referents import Referents
from workers.reading.speech import DENIAL_CLAUSE, PRONOUN
from workers.reading.types import SPOKEN, Denial, Kind, Passage

_REACH = 200  # passages; what is denied stands in the same article and not far


@dataclass(frozen=True, slots=True)
class _Found:
    at: int  # index of the passage the denial stands in
    start: int
    end: int
    speaker: str
    because: str


@dataclass(frozen=True, slots=True)
class _Reproach:
    """What a passage says that could be denied; names are squashed."""

    passage: Passage
    words: str
    squashed: str
    opening: str  # whom its first words mean
    accuses: bool
    charges: bool


def denials(conversation: Conversation, passages: list[Passage]) -> list[Denial]:
    """Every denial of the document that has something to deny, in the order of the text."""
    found = [
        denial
        for at, passage in enumerate(passages)
        if passage.kind not in (Kind.BOILERPLATE, Kind.COMMENT, Kind.QUESTION)
        and (denial := _in_passage(conversation, passages, at))
    ]
    reproaches = [_reproach(conversation, passage) for passage in passages] if found else []
    return [
        Denial(
            start=denial.start,
            end=denial.end,
            speaker=denial.speaker,
            of=of,
            because=(denial.because,),
        )
        for denial in found
        if (of := _denied(conversation, reproaches, denial)) is not None
    ]


def _reproach(conversation: Conversation, passage: Passage) -> _Reproach:
    words = _words_of(conversation, passage)
    return _Reproach(
        passage=passage,
        words=words,
        squashed=squash(words),
        opening=squash(Referents(conversation.cast).name_of(words[:60])),
        accuses=ACCUSES.search(words) is not None,
        charges=CHARGES.search(words) is not None,
    )


def denies(sentence: str) -> bool:
    """Does somebody deny, dispute or reject in this sentence what is said of them?"""
    return DENIAL_CLAUSE.search(sentence) is not None or _denying_verb(sentence) is not None


def _denying_verb(sentence: str) -> re.Match[str] | None:
    """The verb that denies, with something that can be denied behind it."""
    if NOT_DENYING.search(sentence):
        return None
    for verb in DENIES.finditer(sentence):
        if verb["always"] or WHAT_IS_DENIED.search(sentence, verb.end()):
            return verb
    return CALLED_FALSE.search(sentence)


def _in_passage(conversation: Conversation, passages: list[Passage], at: int) -> _Found | None:
    passage = passages[at]
    sentence = _words_of(conversation, passage)
    if clause := DENIAL_CLAUSE.search(sentence):
        return _in_clause(conversation, passage, at, clause)
    referents = Referents(conversation.cast)  # "il" of the last sentence is nobody's here
    if verb := _denying_verb(sentence):
        subject = _subject(sentence[: verb.start()])
        named = "" if PRONOUN.fullmatch(subject) else referents.name_of(subject)
        speaker = referents.spoken_for(sentence[: verb.start()]) or named or passage.speaker
        if speaker:
            return _Found(at, passage.start, passage.end, speaker, f"“{verb.group()}”")
    if (false := FALSE.search(sentence)) and passage.speaker and not NOT_DENYING.search(sentence):
        return _Found(at, passage.start, passage.end, passage.speaker, f"“{false.group()}”")
    return None


def _in_clause(
    conversation: Conversation, passage: Passage, at: int, clause: re.Match[str]
) -> _Found:
    """The denial in a clause behind what it denies: ", ce que X dément"."""
    comma = len(clause.group()) - len(clause.group().lstrip(", \u00a0"))
    start = passage.start + clause.start() + comma
    end = passage.start + len(clause.string[: clause.end()].rstrip(' .»”"'))
    speaker = Referents(conversation.cast).name_of(clause["who"]) or clause["who"].strip()
    return _Found(at, start, end, speaker, f"“{conversation.text[start:end]}”")


def _subject(words: str) -> str:
    """The words right before the verb, without what a comma or a conjunction cut off."""
    return re.split(r"[,;:«“\"(]\s?|\b(?:mais|et|but|and)\s", words)[-1].strip()


def _denied(conversation: Conversation, reproaches: list[_Reproach], denial: _Found) -> int | None:
    """The passage that accuses: this one if it holds both, else the best and nearest before."""
    own = reproaches[denial.at].passage
    rest = conversation.text[own.start : denial.start]
    if own.start < denial.start and (own.hedged or ACCUSES.search(rest)):
        return denial.at
    first = max(0, denial.at - _REACH)
    if FIGURES_DENIED.search(conversation.text[denial.start : denial.end]):
        return _measured(reproaches, first, denial, conversation.text)
    # A heading announces: the accusation it denies may stand above it or below.
    last = denial.at + _REACH if own.kind is Kind.HEADING else denial.at
    accused = squash(denial.speaker)
    scored = [
        (weight, -abs(denial.at - at), at)
        for at, reproach in enumerate(reproaches[first:last], first)
        if at != denial.at
        and reproach.passage.speaker != denial.speaker
        and (weight := _weight(reproach, accused)) > (at > denial.at)
    ]
    return max(scored)[2] if scored else None


def _measured(reproaches: list[_Reproach], first: int, denial: _Found, text: str) -> int | None:
    """The nearest passage before that gives a measured figure, or any where "this figure" is."""
    any_figure = FIGURE_DENIED.search(text, denial.start, denial.end) is not None
    for at in range(denial.at - 1, first - 1, -1):
        passage, words = reproaches[at].passage, reproaches[at].words
        others = passage.speaker != denial.speaker and passage.checkworthy >= WANTED
        figure = any_figure and any(map(str.isdigit, words))
        if others and (figure or MEASURED.search(words)):
            return at
    return None


def _words_of(conversation: Conversation, passage: Passage) -> str:
    return conversation.text[passage.start : passage.end]


def _weight(reproach: _Reproach, accused: str) -> int:
    """How well a passage fits as what is denied: it accuses, it names the denier, it is a claim."""
    passage = reproach.passage
    if passage.kind not in SPOKEN:
        return 0
    names_the_accused = accused in reproach.squashed or reproach.opening == accused
    proposed = passage.checkworthy >= WANTED
    if not (reproach.accuses or reproach.charges or (passage.hedged and names_the_accused)):
        # "X dumped waste. X denies the allegations.": a plain fact about X can be what is denied.
        return int(names_the_accused and proposed)
    signs = reproach.accuses + passage.hedged + reproach.charges
    return 1 + 5 * names_the_accused + 2 * proposed + signs
