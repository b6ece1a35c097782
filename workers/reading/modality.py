"""How surely something is said: in the conditional, with reserve, or as not being so."""

import re

from workers.reading.moods import (
    CONDITION,
    HEDGES,
    IMPERFECT_STEMS,
    NE,
    NEGATIVE,
    NO_NEGATION,
    RESTRICTED,
    SAID_THAT,
    STEM_ENDS,
    WHOLE_STEMS,
    WISHING_STEMS,
)
from workers.reading.passages import Span

_COULD_BE = re.compile(r"\b(?P<stem>[a-zà-ÿœ]{1,22}r)(?:ais|ait|ions|iez|aient)\b", re.IGNORECASE)
_HAVING = re.compile(r"aur$", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\bj(?:e\s|['’])", re.IGNORECASE)
_BEFORE = 90  # characters before a negative word in which its "ne" may stand


def conditionals(sentence: str) -> list[Span]:
    """Spans of the French verbs in the conditional mood, by their stems."""
    return [
        found.span()
        for found in _COULD_BE.finditer(sentence)
        if _is_future_stem(found["stem"].lower())
    ]


def _is_future_stem(stem: str) -> bool:
    if stem in WHOLE_STEMS:
        return True
    return bool(STEM_ENDS.search(stem)) and not IMPERFECT_STEMS.fullmatch(stem)


def is_hedged(sentence: str) -> bool:
    """Is it said with reserve: "aurait", "soupçonné de", "allegedly"?

    A conditional hedges unless it wishes ("voudrait"), depends on an "if", speaks for the one who
    says it ("je dirais"), or tells the future of a past ("a promis que ... seraient").
    """
    if HEDGES.search(sentence):
        return True
    if CONDITION.search(sentence):
        return False
    return any(_hedges(sentence, span) for span in conditionals(sentence))


def _hedges(sentence: str, span: Span) -> bool:
    verb = sentence[span[0] : span[1]].lower()
    stem = re.sub(r"(?:ais|ait|ions|iez|aient)$", "", verb)
    if stem in WISHING_STEMS or (verb.endswith("ais") and _FIRST_PERSON.search(sentence)):
        return False
    future_of_a_past = SAID_THAT.search(sentence, 0, span[0]) and not _HAVING.search(stem)
    return not future_of_a_past


def is_negated(sentence: str) -> bool:
    """Does it say that something is not so? "ne ... que" restricts and is no negation."""
    return any(_negates(sentence, found) for found in NEGATIVE.finditer(sentence))


def _negates(sentence: str, found: re.Match[str]) -> bool:
    before = sentence[max(0, found.start() - _BEFORE) : found.start()]
    if found["english"]:
        return True
    if ne := NE.search(before):
        return not (found["paired"] and RESTRICTED.search(ne.group()))
    if found["paired"] or found.group().lower() == "point":
        return False
    return NO_NEGATION.search(before) is None
