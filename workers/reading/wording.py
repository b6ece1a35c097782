"""How a passage would read as a claim on the ledger: close to its own words, without its frame.

Nothing is invented. The frame that only says who speaks is left out, where what remains stands by
itself; a pronoun is not replaced, so that a frame which tells whom it means stays.
"""

import re

from workers.reading.denial_words import DENIES
from workers.reading.modality import is_hedged, is_negated
from workers.reading.passages import Span
from workers.reading.speech import CLOSING_FRAME, DENIAL_CLAUSE, LEADING_AS_SAID

_CONNECTIVE = re.compile(
    r"^(?:(?:Mais|Et|Or|Donc|Car|Bref|Ainsi|Pourtant|Cependant|Toutefois|En effet|Par ailleurs|"
    r"De plus|En outre|Enfin|Dans le détail|Deuxièmement|Premièrement|But|And|So|However|Meanwhile|"
    r"Moreover|Still|Yet)\b(?:\spourtant)?,?\s){1,2}"
)
_LEADING_FRAME = re.compile(
    r"^(?:[Ss]elon|[Dd]['’]après|[Aa]ccording to)\s[^,.;:«“\"]{2,80},\s(?=[«“\"]?[\wÀ-ÿ])"
)
_WIRE_DATELINE = re.compile(r"^[A-ZÀ-Ý][\w\s,.\-’'/]{1,40}\([A-Z][\w. ]{1,20}\)\s?[-–—]+\s?")
_MARKS = {"«": "»", "“": "”", '"': '"'}
_FIRST_PERSON = re.compile(
    r"\b(?:je|j['’]|nous|nos|notre|mon|ma|mes|i|we|our|my)(?=[\s'’])|\bon\s", re.I
)
_THAT = re.compile(r"\s(?:[^\s,;:«“\"]{1,20}\s){0,6}?(?:que\s|qu['’]|that\s)")
# "said invoices showed that": the invoices are what is said, and not the frame.
_ANOTHER_VERB = re.compile(
    r"\b(?:shows?|showed|is|are|was|were|has|had|est|sont|ont|montr\w{1,5}|\w{3,}ed)\b",
    re.IGNORECASE,
)
# Without these words what is hoped, feared or asked for would read as if it were so.
_WISHES = re.compile(
    r"\b(?:esp[èé]r|souhait|redout|crai[gn]|dout|demand|réclam|exig|propos|recommand|prom[ei]|prédi|"
    r"préconis|hop(?:es|ed?\b)|wish|fear|doubt|wonder|suggest|predict|promis|vow)\w{0,6}",
    re.IGNORECASE,
)
_COLON = re.compile(r"[^:;«“\"]{0,60}:\s?(?=[«“\"])")
_LEANS = re.compile(
    r"(?:ils?|elles?|on|nous|je|j['’]|ce(?:la|ci|tte|t|s)?|c['’]|ça|s(?:on|a|es)|leurs?|lui|ceux|"
    r"celui|celle|y|en|he|she|they|it|we|i|his|her|its|their|this|that|these|those)(?:\s|(?<=['’]))",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[;:«“\"]|,\s(?:mais|tandis|alors|et|but|while|and|who|qui|which|ce qu)|\s(?:mais|but)\s"
)
_LONGEST_FRAME = 160


def bare(sentence: str) -> str:
    """What a sentence says, without the connective before it and the frame around it."""
    words = _WIRE_DATELINE.sub("", " ".join(sentence.split()))
    words = _CONNECTIVE.sub("", words, count=1)
    words = LEADING_AS_SAID.sub("", DENIAL_CLAUSE.sub("", words), count=1)
    return CLOSING_FRAME.sub("", _LEADING_FRAME.sub("", words, count=1)).strip()


def wording(
    sentence: str,
    *,
    speaker: str,
    inside: bool,
    who: Span | None = None,
    cue: Span | None = None,
) -> str:
    """The sentence as a claim, close to its own words.

    `inside`: a quotation is still open where it begins; `who` and `cue`: where in it the words
    stand for the speaker and for speaking.
    """
    words = bare(_unframed(sentence, who, cue) if cue else sentence)
    quoted = inside or words[:1] in _MARKS
    words = _balanced(words).rstrip(" .;:,…")
    words = _capitalised(words)
    if quoted and speaker and _FIRST_PERSON.search(words):
        # "We never did" means nothing on a ledger without the name of who said it.
        saying = words if words[:1] in _MARKS else f"« {words} »"
        words = f"{_capitalised(speaker)} : {saying}"
    ended = words.endswith(("?", "!")) or re.search(r"[.!?…]\s?[»”\"]$", words)
    return words if ended else f"{words}."


def _capitalised(words: str) -> str:
    """With a capital in front, where the letter has one of its own ("ß" has two)."""
    capital = words[:1].upper()
    return capital + words[1:] if len(capital) == 1 else words


def _unframed(sentence: str, who: Span | None, cue: Span) -> str:
    """What is said, where the frame stands wholly before or behind it; else the whole sentence."""
    frame = (min(cue[0], who[0]), max(cue[1], who[1])) if who else cue
    before, after = sentence[: frame[0]].rstrip(), sentence[frame[1] :]
    if before.endswith((",", "»", "”", '"')):
        inverted = who is None or cue[0] <= who[0]
        behind = inverted or not after.strip(' .»”"')
        short = len(after) <= _LONGEST_FRAME and not _GOES_ON.search(after)
        said = behind and short and _asserts(sentence[slice(*frame)])
        return before.rstrip(", ") if said else sentence
    if colon := _COLON.match(after):
        return after[colon.end() :]
    that = _THAT.match(after)
    if that is None or _LEANS.match(after, that.end()) or _ANOTHER_VERB.search(that.group()):
        return sentence
    opening = sentence[: frame[1] + that.end()]
    return after[that.end() :] if _asserts(opening) else sentence


def _asserts(frame: str) -> bool:
    """Does a frame say that somebody says so, and not that they deny, hope or may have said it?"""
    if is_negated(frame) or is_hedged(frame):
        return False
    return not (DENIES.search(frame) or _WISHES.search(frame))


def _balanced(words: str) -> str:
    """Without quotation marks around the whole, and without one that lost its partner."""
    for opening, closing in _MARKS.items():
        if opening == closing:
            surplus = words.count(opening) % 2
            whole = words.count(opening) == 2 and words[0] == words.rstrip(" .")[-1:] == opening
        else:
            surplus = words.count(opening) - words.count(closing)
            whole = words.startswith(opening) and words.rstrip(" .").find(closing) == (
                len(words.rstrip(" .")) - 1
            )
        if whole:
            words = words.rstrip(" .")[1:-1].strip()
        elif surplus > 0:
            at = words.find(opening) if words.startswith(opening) else words.rfind(opening)
            words = _without(words, at)
        elif surplus < 0:
            at = words.rfind(closing)
            words = _without(words, at)
    return words.strip()


def _without(words: str, at: int) -> str:
    """The words without the mark at some place, and never two of them run into one."""
    before, after = words[:at].rstrip(), words[at + 1 :].lstrip()
    apart = before[-1:].isalnum() or words[at - 1 : at].isspace()
    return f"{before} {after}" if apart and after[:1].isalnum() else before + after
