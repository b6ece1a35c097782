"""Denials: somebody rejects what the same document reports.

A denial is evidence against another passage, so it points at one: the accusation in its own
sentence, else the accusation before it that fits best. Where nothing before it accuses anybody,
there is nothing to dispute and no denial is reported.
"""

import re
from dataclasses import dataclass

from workers.reading.attribution import Conversation
from workers.reading.names import squash
from workers.reading.speech import DENIAL_CLAUSE, PRONOUN
from workers.reading.types import Denial, Kind, Passage

# A plan can be rejected, and a price disputed; words that are denied can only be untrue.
_DENIES = re.compile(
    r"(?<![\w-])(?:(?P<always>(?:(?:a|ont|avait|avaient)\s(?:\w{2,15}\s){0,3}?(?:démenti|nié|réfuté)|"
    r"dément(?:ent|ait)?|nie(?:nt)?|niait|réfute(?:nt)?|réfutait|s['’](?:inscrit|est inscrite?) en faux|"
    r"(?:has |have |had )?(?:\w{4,12}ly )?(?:den(?:y|ies|ied)|refut(?:es|ed)|rebut(?:s|ted))))|"
    r"(?:(?:a|ont|avait|avaient)\s(?:\w{2,15}\s){0,3}?(?:contesté|rejeté|récusé|balayé)|"
    r"conteste(?:nt)?|contestait|rejette(?:nt)?|récuse(?:nt)?|balaie(?:nt)?|"
    r"(?:has |have |had )?(?:\w{4,12}ly )?(?:reject(?:s|ed)|disput(?:es?|ed)|dismiss(?:es|ed))))"
    r"(?![\w-])",
    re.IGNORECASE,
)
_WHAT_IS_DENIED = re.compile(
    r"\b(?:accusations?|allégations?|soupçons?|informations?|rumeurs?|affirmations?|faits|propos|"
    r"reproches?|montants?|chiffres?|versions?|thèses?|critiques|avoir|être|que|tout|toute|claims?|"
    r"allegations?|reports?|rumou?rs?|charges|figures?|findings|accounts?|amounts?|"
    r"wrongdoing|doing|having|it|that|any|ces?|this|these|qu['’])",
    re.IGNORECASE,
)
_CALLED_FALSE = re.compile(
    r"\b(?:call(?:s|ed)|brand(?:s|ed)|described?|dismiss(?:es|ed))\b[^.!?\n]{1,60}?\b(?:false|untrue|"
    r"baseless|unfounded|fabricated|nonsense|a lie|lies)\b|"
    r"\b(?:qualifi(?:e|ent|é)|juge(?:nt)?|jugé|estim(?:e|ent|é))\b[^.!?\n]{1,60}?\b(?:faux|fausses?|"
    r"mensongère?s?|infondée?s?|calomnieu(?:x|ses?)|sans fondement|de mensonges?)",
    re.IGNORECASE,
)
_FALSE = re.compile(
    r"\b(?:accusations?|allégations?|affirmations?|informations?|rumeurs?|propos|c['’]|cela|"
    r"claims?|"
    r"allegations?|reports?|this|that|it|they|these)\b[^.!?\n]{0,40}?\b(?:est|sont|étaient|is|"
    r"are|was|were)\s"
    r"(?:[\wà-ÿ]{3,15}\s){0,2}(?:faux|fausses?|infondée?s?|mensongères?|mensongers?|sans fondement|"
    r"dénuée?s de (?:tout )?fondement|calomnieu(?:x|ses?)|false|untrue|baseless|unfounded|"
    r"fabricated)\b",
    re.IGNORECASE,
)
_NOT_DENYING = re.compile(
    r"\b(?:ne|n['’]|not|never|neither)\s?(?:a |ont |l['’]a )?(?:pas |did |has )?"
    r"(?:dément|nie|conteste|réfute|den(?:y|ied)|disputed?|reject)",
    re.IGNORECASE,
)
_ACCUSES = re.compile(
    r"\b(?:accus\w{1,9}|soupçon\w{0,7}|allégations?|suspect\w{0,5}|suspicions?|alleg\w{2,8}|"
    r"reproch\w{1,6}|"
    r"dénonc\w{1,6}|mis en cause|ingérences?|interference|blam(?:ed?|es)|charged with)\b",
    re.IGNORECASE,
)


_FIGURES_DENIED = re.compile(
    r"\b(?:ces|cette|cet|ce|the|these|this|those)\s(?:résultats?|chiffres?|mesures?|analyses?|"
    r"étude|"
    r"sondage|estimations?|figures?|results?|findings|numbers?|measurements?|study|poll)\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\b(?:mesur\w{1,4}|analys\w{1,4}|étude|sondage|résultats?|measured|found|study|poll|results?|"
    r"estim\w{1,4})\b.{0,200}\d|\d.{0,200}\b(?:selon|d['’]après|according to)\b",
    re.IGNORECASE,
)
_PROPOSED = 0.5
_REACH = 200  # passages; what is denied stands in the same article and not far
_CHARGES = re.compile(
    r"\b(?:aurait|auraient|soupçons? pèse(?:nt)?|"
    r"(?:est|sont|is|are|was|were) (?:soupçonn|accus|suspect)|"
    r"accuse[sd]?\b|"
    r"allegedly|reportedly)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Found:
    at: int  # index of the passage the denial stands in
    start: int
    end: int
    speaker: str
    because: str


def denials(conversation: Conversation, passages: list[Passage]) -> list[Denial]:
    """Every denial of the document that has something to deny, in the order of the text."""
    found = []
    for at, passage in enumerate(passages):
        if passage.kind in (Kind.BOILERPLATE, Kind.COMMENT, Kind.QUESTION):
            continue
        if (denial := _in_passage(conversation, passages, at)) is None:
            continue
        of = _denied(conversation, passages, denial)
        if of is not None:
            found.append(
                Denial(
                    start=denial.start,
                    end=denial.end,
                    speaker=denial.speaker,
                    of=of,
                    because=(denial.because,),
                )
            )
    return found


def denies(sentence: str) -> bool:
    """Does somebody deny, dispute or reject in this sentence what is said of them?"""
    return DENIAL_CLAUSE.search(sentence) is not None or _denying_verb(sentence) is not None


def _denying_verb(sentence: str) -> re.Match[str] | None:
    """The verb that denies, with something that can be denied behind it."""
    if _NOT_DENYING.search(sentence):
        return None
    for verb in _DENIES.finditer(sentence):
        if verb["always"] or _WHAT_IS_DENIED.search(sentence, verb.end()):
            return verb
    return _CALLED_FALSE.search(sentence)


def _in_passage(conversation: Conversation, passages: list[Passage], at: int) -> _Found | None:
    passage = passages[at]
    sentence = _words_of(conversation, passage)
    if clause := DENIAL_CLAUSE.search(sentence):
        return _in_clause(conversation, passage, at, clause)
    referents = conversation.referents
    if verb := _denying_verb(sentence):
        subject = _subject(sentence[: verb.start()])
        named = "" if PRONOUN.fullmatch(subject) else referents.name_of(subject)
        speaker = referents.spoken_for(sentence[: verb.start()]) or named or passage.speaker
        if speaker:
            return _Found(at, passage.start, passage.end, speaker, f"“{verb.group()}”")
    if (false := _FALSE.search(sentence)) and passage.speaker and not _NOT_DENYING.search(sentence):
        return _Found(at, passage.start, passage.end, passage.speaker, f"“{false.group()}”")
    return None


def _in_clause(
    conversation: Conversation, passage: Passage, at: int, clause: re.Match[str]
) -> _Found:
    """The denial in a clause behind what it denies: ", ce que X dément"."""
    comma = len(clause.group()) - len(clause.group().lstrip(", \u00a0"))
    start = passage.start + clause.start() + comma
    end = passage.start + len(clause.string[: clause.end()].rstrip(' .»”"'))
    speaker = conversation.referents.name_of(clause["who"]) or clause["who"].strip()
    return _Found(at, start, end, speaker, f"“{conversation.text[start:end]}”")


def _subject(words: str) -> str:
    """The words right before the verb, without what a comma or a conjunction cut off."""
    return re.split(r"[,;:«“\"(]\s?|\b(?:mais|et|but|and)\s", words)[-1].strip()


def _denied(conversation: Conversation, passages: list[Passage], denial: _Found) -> int | None:
    """The passage that accuses: this one if it holds both, else the best and nearest before."""
    own = passages[denial.at]
    rest = conversation.text[own.start : denial.start]
    if own.start < denial.start and (own.hedged or _ACCUSES.search(rest)):
        return denial.at
    first = max(0, denial.at - _REACH)
    if _FIGURES_DENIED.search(conversation.text[denial.start : denial.end]):
        return next(
            (
                at
                for at in range(denial.at - 1, first - 1, -1)
                if _MEASURED.search(_words_of(conversation, passages[at]))
                and passages[at].checkworthy >= _PROPOSED
            ),
            None,
        )
    # A heading announces: the accusation it denies may stand above it or below.
    last = denial.at + _REACH if own.kind is Kind.HEADING else denial.at
    scored = [
        (weight, -abs(denial.at - at), at)
        for at, passage in enumerate(passages[first:last], first)
        if at != denial.at
        and (weight := _accuses(conversation, passage, denial.speaker)) > (at > denial.at)
    ]
    return max(scored)[2] if scored else None


def _words_of(conversation: Conversation, passage: Passage) -> str:
    return conversation.text[passage.start : passage.end]


def _accuses(conversation: Conversation, passage: Passage, accused: str) -> int:
    """How well a passage fits as what is denied: it accuses, it names the denier, it is a claim."""
    if passage.kind not in (Kind.STATEMENT, Kind.QUOTATION) or passage.speaker == accused:
        return 0
    sentence = _words_of(conversation, passage)
    names_the_accused = squash(accused) in squash(sentence) or squash(
        conversation.referents.name_of(sentence[:60])
    ) == squash(accused)
    accuses = _ACCUSES.search(sentence) is not None
    charges = _CHARGES.search(sentence) is not None
    proposed = passage.checkworthy >= _PROPOSED
    if not (accuses or charges or (passage.hedged and names_the_accused)):
        # "X dumped waste. X denies the allegations.": a plain fact about X can be what is denied.
        return int(names_the_accused and proposed)
    return 1 + 5 * names_the_accused + 2 * proposed + accuses + passage.hedged + charges
