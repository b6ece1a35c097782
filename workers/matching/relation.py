"""Does a passage speak of the same claim, and does it support or dispute it?

Every answer rests on reasons that can be said in words: shared names and words, figures that
cannot both hold, a denial, a negation or an opposite on one side only. A false dispute costs the
desk its time, so each of them counts only where both sentences share enough of their own words.
The headlines they stand under help to see what a sentence speaks of: a headline never decides
alone, and what one headline above both sentences shares with itself says nothing.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workers.matching.words import (
    Sentence,
    fold,
    opposites,
    same_names,
    sentence,
    shown,
)
from workers.reading import dates
from workers.reading.quantities import compatible, conflicts, find
from workers.reading.types import Precision, Quantity

Stance = Literal["supports", "disputes", "unrelated"]
Kind = Literal["", "denial", "contradiction", "figure"]

# Shares of words in common, chosen on French development pairs for few false disputes.
SAME_CLAIM = 0.6
OPPOSED = 0.15
CLAUSE = 0.25
SAME_FIGURE = 0.3
ALMOST_THE_SAME = 0.45
# A sentence has some two hundred characters; of a longer text the beginning is judged.
LONGEST_TEXT = 3000
# So many things are counted in these that only nearly the same sentence gives the same figure.
EVERYDAY_UNITS = frozenset(("%", "€", "$", "£", "¥", "month", "day", "minute", "personne", "fois"))
EVERYDAY_UNITS |= frozenset(("point", "km", "m", "kg", "pays", "homme", "femme", "enfant"))

# Matched against a sentence's folded tokens with one space between them ("l iran n a pas").
_DENIAL = re.compile(
    r"\b(?:dement(?:i|ie|is|ies|ir|ent|ait)?|refut\w+|nie|nient|niait|niaient|contredi\w+"
    r"|mensong\w+|intox|hoax|canular|infondee?s?|sans (?:aucun )?fondement|inexacte?s?|erronee?s?"
    r"|trompeu(?:r|rs|se|ses)|misleading|denie[sd]|deny|denying|untrue|debunk\w*|baseless|unfounded"
    r"|(?:rejette(?:nt)?|reject(?:s|ed)?) (?:\w+ )?(?:accusation|allegation|claim|affirmation)\w*"
    r"|(?:est|sont|etait|etaient) (?:\w+ )?(?:faux|fausses?)"
    r"|(?:is|are|was|were) (?:\w+ )?false|aucune preuve|no evidence|photomontage)\b"
)
_NEGATION = re.compile(
    r"\b(?:ne? (?:\w+ ){1,5}?(?:pas|plus|jamais|aucune?|rien|personne|guere|ni)"
    r"|ne? (?:peut|peuvent|pouvait|pouvaient|saurait|sauraient)"
    r"|(?:aucune?|nul|nulle|personne|rien|jamais) (?:\w+ ){0,4}?ne?"
    r"|aucune?|jamais|(?<!un )(?<!petit )(?<!grand )pas|not|never|none|neither|cannot|\w+n't)\b"
    r"(?! (?:seulement|only|uniquement|just|moins|plus de)\b)"
)
# These negate no more than the word after them: "non vaccinés", "sans visa", "no evidence".
_NEGATES_A_WORD = re.compile(
    r"\b(?:non|ni|sans|without|no|nor)\b(?! (?:doute|compter|seulement|longer)\b)"
)
# These say no in other words, so that "impossible" and "cannot" are not taken for opposites.
_SAYS_NO = re.compile(
    r"\b(?:non|sans|without|no|only|seule?s?|unable|fails?|failed"
    r"|(?:echou|refus|empech|prevent|cess|interdi|invalid|inexist|absen|improbab|impossib|incapab|secret|inconnu|diffic)\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a passage says to a claim, with the reasons in words a reviewer reads."""

    stance: Stance
    score: float
    because: tuple[str, ...] = ()
    kind: Kind = ""
    ours: Quantity | None = None
    theirs: Quantity | None = None


@dataclass(frozen=True, slots=True)
class _Pair:
    """Claim and passage side by side."""

    claim: Sentence
    passage: Sentence
    ours: tuple[Quantity, ...]
    theirs: tuple[Quantity, ...]
    shared: frozenset[str]
    own: frozenset[str]  # those in common that neither headline has
    same_subject: bool  # the headlines make sure of what the sentences leave out
    covered: float  # how much of the claim the passage says
    covered_with_headline: float
    alike: float  # how much both sentences have in common
    reason: str

    @property
    def other_years(self) -> bool:
        """Whether both name years, and none in common."""
        ours, theirs = (
            {stem for stem in side.stems if stem.isdigit()} for side in (self.claim, self.passage)
        )
        return bool(ours and theirs and not ours & theirs)

    @property
    def close(self) -> bool:
        """Whether they are near enough for a denial, a negation or an opposite to count."""
        return len(self.shared) >= 3 and len(self.own) >= 2 and self.alike >= OPPOSED


def relate(
    claim: str,
    passage: str,
    *,
    claim_context: str = "",
    passage_context: str = "",
    published: date | None = None,
) -> Relation:
    """Judge a passage against a claim; the contexts are the headlines they stand under.

    `published` is the day of the passage, which tells what it means by "yesterday".
    Never raises: what cannot be compared is unrelated. The score says how sure the stance is.
    """
    if not claim.strip() or not passage.strip():
        return Relation("unrelated", 0.0, ("there is nothing to compare",))
    if fold(claim).split() == fold(passage).split():
        return Relation("supports", 1.0, ("both say it in the same words",))
    pair = _pair(claim, passage, claim_context, passage_context)
    disputed = _by_figure(pair) or _by_denial(pair) or _by_negation(pair) or _by_opposite(pair)
    return disputed or _by_date(pair, claim, passage, published) or _by_agreement(pair)


def _pair(claim: str, passage: str, claim_context: str, passage_context: str) -> _Pair:
    sides = [sentence(text) for text in (claim, passage, claim_context, passage_context)]
    ours, theirs, above_ours, above_theirs = sides = same_names(sides)
    headlines = above_ours.stems | above_theirs.stems
    a, b = ours.stems, theirs.stems
    wide_a, wide_b = a | above_ours.stems, b | above_theirs.stems
    shared, topic = a & b, wide_a & wide_b
    if above_ours.tokens == above_theirs.tokens:
        topic = (a & wide_b) | (b & wide_a)  # what a headline shares with itself says nothing
    figures, their_figures = _figures(claim), _figures(passage)
    agreeing = sum(any(_agree(x, y) for y in their_figures) for x in figures)
    size, their_size = len(a) + len(figures), len(b) + len(their_figures)
    same_subject = len(topic) >= 3 and max(len(b & wide_a), len(a & wide_b)) >= 3
    same_subject &= any(side.names & topic for side in sides)
    said = shown(
        (word for side in sides for word in side.words),
        topic if same_subject else shared,
    )
    return _Pair(
        claim=ours,
        passage=theirs,
        ours=figures,
        theirs=their_figures,
        shared=shared,
        own=shared - headlines,
        same_subject=same_subject,
        covered=(len(shared) + agreeing) / max(size, 3),
        covered_with_headline=(len(a & wide_b) + agreeing) / max(size, 3),
        alike=2 * (len(shared) + agreeing) / max(size + their_size, 6),
        reason=f"both speak of {said}" if said else "they share no words",
    )


def _figures(text: str) -> tuple[Quantity, ...]:
    return tuple(figure for figure in find(text[:LONGEST_TEXT]) if figure.unit)


def _agree(ours: Quantity, theirs: Quantity) -> bool:
    return ours.unit == theirs.unit and compatible(ours, theirs)


def _by_figure(pair: _Pair) -> Relation | None:
    if pair.other_years:
        return None  # two years may well have two figures
    for ours, theirs in conflicts(pair.ours, pair.theirs):
        near = pair.alike >= ALMOST_THE_SAME and len(pair.shared) >= 3
        if ours.unit not in EVERYDAY_UNITS:
            near |= pair.same_subject or (pair.close and pair.alike >= SAME_FIGURE)
        if near:
            figures = f"« {theirs.text} » against « {ours.text} »"
            return _disputes(pair, figures, kind="figure", ours=ours, theirs=theirs)
    return None


def _by_denial(pair: _Pair) -> Relation | None:
    text = pair.passage.text
    cue = _DENIAL.search(text)
    if not pair.close or not cue or _DENIAL.search(pair.claim.text):
        return None
    # What is denied follows the cue, or stands before it where the sentence ends there.
    end = text.count(" ", 0, cue.end())
    after = {word.stem for word in pair.passage.words if word.at > end}
    denied = after if len(after) >= 3 else pair.passage.stems - after
    if 2 * len(denied & pair.shared) < len(pair.shared):
        return None
    return _disputes(pair, f"the passage denies it: « {cue[0]} »", kind="denial")


def _by_negation(pair: _Pair) -> Relation | None:
    ours, theirs = (_negations(side, pair) for side in (pair.claim, pair.passage))
    only = [side for side in (ours, theirs) if side.keys() - (ours.keys() & theirs.keys())]
    if not pair.close or len(only) != 1 or "" in ours.keys() & theirs.keys() or _opposed(pair):
        return None
    other = pair.passage if only[0] is ours else pair.claim
    if "" in only[0] and (_NEGATION.search(other.text) or _SAYS_NO.search(other.text)):
        return None
    side = "the claim" if only[0] is ours else "the passage"
    negation = next(shown for key, shown in only[0].items() if key not in ours or key not in theirs)
    return _disputes(pair, f"only {side} is negated: « {negation} »", kind="contradiction")


def _by_opposite(pair: _Pair) -> Relation | None:
    opposed = _opposed(pair)
    if not pair.close or not opposed or pair.alike < SAME_FIGURE:
        return None
    if any("" in _negations(side, pair) for side in (pair.claim, pair.passage)):
        return None  # "did not rise" against "fell" is no contradiction
    ours, theirs = opposed
    return _disputes(pair, f"« {theirs} » is the opposite of « {ours} »", kind="contradiction")


def _by_date(pair: _Pair, claim: str, passage: str, published: date | None) -> Relation | None:
    """Two days for one event; where a sentence has several dates, none is surely the event's."""
    if pair.other_years or pair.alike < ALMOST_THE_SAME or len(pair.shared) < 3:
        return None  # what is so in one year may be so in another
    sides = dates.find(claim[:LONGEST_TEXT]), dates.find(passage[:LONGEST_TEXT], published)
    if any(len(side) != 1 or side[0].precision is not Precision.DAY for side in sides):
        return None
    (ours,), (theirs,) = sides
    if not dates.contradict(ours, theirs):
        return None
    return _disputes(pair, f"« {theirs.text} » against « {ours.text} »", kind="contradiction")


def _by_agreement(pair: _Pair) -> Relation:
    same_figure = pair.same_subject and any(_agree(x, y) for x in pair.ours for y in pair.theirs)
    enough = len(pair.shared) >= 3 and max(pair.covered, pair.alike) >= SAME_CLAIM
    enough &= len(pair.shared) >= 4 or max(pair.covered - 0.15, pair.alike) >= SAME_CLAIM
    if pair.other_years or any(conflicts(pair.ours, pair.theirs)):
        enough = same_figure = False
    if enough or (same_figure and pair.covered_with_headline >= SAME_CLAIM):
        share = max(pair.covered, pair.alike, pair.covered_with_headline if same_figure else 0)
        return Relation("supports", min(1.0, 0.4 + 0.6 * share), (pair.reason,))
    return Relation("unrelated", min(1.0, pair.alike), (pair.reason, "too little else in common"))


def _disputes(
    pair: _Pair,
    reason: str,
    *,
    kind: Kind,
    ours: Quantity | None = None,
    theirs: Quantity | None = None,
) -> Relation:
    score = min(1.0, 0.5 + pair.alike / 2)
    return Relation("disputes", score, (reason, pair.reason), kind, ours, theirs)


def _negations(side: Sentence, pair: _Pair) -> dict[str, str]:
    """The negations that bear on what both share, by the stem they negate ("": the clause)."""
    found: dict[str, str] = {}
    for match in _NEGATION.finditer(side.text):
        clause = side.clause_at(match.start())
        within = {word.stem for word in side.words if word.clause == clause} & pair.shared
        if within & pair.own and len(within) >= CLAUSE * len(pair.shared):
            found.setdefault("", match[0])
    for match in _NEGATES_A_WORD.finditer(side.text):
        at = side.text.count(" ", 0, match.start())
        following = next((word for word in side.words if word.at > at), None)
        if following and following.stem in pair.own and following.at <= at + 3:
            found.setdefault(following.stem, f"{match[0]} {following.shown}")
    return found


def _opposed(pair: _Pair) -> tuple[str, str] | None:
    """A word of the claim and its opposite in the passage, where neither sentence has both."""
    only_theirs = [word for word in pair.passage.words if word.stem not in pair.shared]
    for ours in pair.claim.words:
        for theirs in only_theirs:
            if ours.stem not in pair.shared and opposites(ours.stem, theirs.stem):
                return ours.shown, theirs.shown
    return None
