"""Where sentences and quotations begin and end: exact offsets, whatever the punctuation.

A line end always ends a sentence (the text keeps its paragraph breaks, and without them every
splitter loses a fifth of its boundaries). Every pattern here is bounded, so that a line of a
million characters costs a million steps and not their square.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]


def words(listed: str) -> tuple[str, ...]:
    """A list of words as one reads it; a literal would take a line for each."""
    return tuple(listed.split())


# No paragraph or sentence a person wrote is longer; what is, is cut, so that work stays bounded.
MAX_LINE = 8_000
MAX_SENTENCE = 2_000
MAX_QUOTATIONS = 100
MAX_DEPTH = 4
_LINE_CUT = re.compile(r"[.!?…][»”\"]?\s")
_SPACE = re.compile(r"\s")

# A terminator, what closes behind it, then a space and something that can open a sentence.
_END = re.compile(
    r"(?P<mark>\.{1,8}|…|[!?]{1,8})(?P<close>(?:\s?[»”]|[\"'’)\]]){0,4})"
    r"(?=\s+(?P<next>[\"«“‘(\[\-–—•]?\s?[\"«“‘]?\s?[^\W_]\w{0,20}))"
)
_ELISION = re.compile(r"[(\[](?:…|\.\.\.)[)\]]\s?[»”\"]?(?=\s+[\"«“]?\s?[^\W\d_a-z])")
_LAST_TOKEN = re.compile(r"[\w.\-°]{1,20}$")
_LIST_NUMBER = re.compile(r"\s*\(?\w{1,2}$")

# These stand before a name or a number and never end a sentence.
_NEVER_LAST = frozenset(
    words(
        "m mm mme mmes mlle mgr dr drs pr prof me st ste cf ex p pp vol éd art n° no al env tél "
        "av bd mr mrs ms gen sen gov rep col capt lt sgt fig vs rev hon jan feb aug sept oct nov "
        "dec"
    )
)
# These may end one: they do when an ordinary opening word comes next.
_MAY_BE_LAST = frozenset(
    words("etc inc ltd co corp jr sr u.s u.k u.n e.u j.-c apr a.m p.m d.c ph.d u.s.a r.-u min max")
)
_OPENERS = frozenset(
    words(
        "le la les l un une des du de au aux ce cet cette ces c il elle ils elles on nous vous je "
        "j tu son sa ses leur leurs notre mais et ou or donc car si dans en sur pour par avec "
        "selon après avant depuis pendant quand lorsque alors ainsi aussi puis enfin cependant "
        "toutefois d the a an this that these those he she it they we you i his her its their but "
        "and or so in on at for by with from after before since when while as if according "
        "however there no"
    )
)
_PAIRS = {"«": "»", "“": "”", "‹": "›"}


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between quotation marks; `end` is the line's end where they never close."""

    start: int
    end: int


def lines(text: str) -> list[Span]:
    """Spans of the lines that hold something; a line beyond all measure is cut into several."""
    spans = []
    for match in re.finditer(r"[^\n]+", text):
        for start, end in _cut(text, match.start(), match.end(), MAX_LINE, _LINE_CUT):
            if start < end:
                spans.append((start, end))
    return spans


def _cut(text: str, start: int, end: int, limit: int, at: re.Pattern[str]) -> list[Span]:
    """Pieces no longer than the limit, cut where the pattern last matches before it."""
    pieces = []
    while end - start > limit:
        ends = [found.end() for found in at.finditer(text, start + limit // 2, start + limit)]
        cut = ends[-1] if ends else start + limit
        pieces.append(_trim(text, start, cut))
        start = cut
    pieces.append(_trim(text, start, end))
    return pieces


def sentences(text: str, line: Span) -> list[Span]:
    """Spans of the sentences of one line, in order and without gaps other than white space."""
    start, end = line
    cuts = {match.end() for match in _END.finditer(text, start, end) if _ends(text, start, match)}
    cuts |= {match.end() for match in _ELISION.finditer(text, start, end)}
    edges = [start, *sorted(cuts), end]
    pieces = [piece for a, b in pairwise(edges) for piece in _cut(text, a, b, MAX_SENTENCE, _SPACE)]
    return [(a, b) for a, b in pieces if a < b]


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends(text: str, line_start: int, match: re.Match[str]) -> bool:
    """Does this terminator end a sentence, or only an abbreviation, an initial, a list number?"""
    opening = re.sub(r"^\W+", "", match["next"])
    before = text[max(line_start, match.start() - 20) : match.start()]
    found = _LAST_TOKEN.search(before)
    word = found.group() if found else ""
    if opening[:1].islower():
        plain = match["mark"] == "." and not match["close"] and len(word) > 3
        return plain and word.isalpha() and opening in _OPENERS | {"à"}
    if match["mark"] != "." or match["close"] or not word:
        return True
    if line_start + 3 >= match.start() and _LIST_NUMBER.fullmatch(before):
        return False
    if word == "m":  # metres, and no Monsieur
        return opening.lower() in _OPENERS
    if word.lower() in _NEVER_LAST and not (word.isupper() and len(word) > 2):
        return word.islower() and opening.lower() in _OPENERS and word in {"no", "art", "ex"}
    initial = len(word) == 1 and word.isupper()
    dotted = word.lower() in _MAY_BE_LAST or re.search(r"(?:^|[.\-])\w$", word) is not None
    if initial or dotted:
        return opening.lower() in _OPENERS and opening not in {"A", "I", "L", "D"}
    return True


def quotations(text: str, line: Span) -> list[Quotation]:
    """What is quoted in one line, outer quotations before the inner ones they hold."""
    found: list[Quotation] = []
    open_marks: list[tuple[str, int]] = []
    start, end = line
    for at in range(start, end):
        char = text[at]
        if char == '"':
            char = _straight(text, at, start, open_marks)
        if (char in _PAIRS or char == "open") and len(open_marks) < MAX_DEPTH:
            open_marks.append((_PAIRS.get(char, "close"), at))
        elif any(mark == char for mark, _ in open_marks):
            while open_marks:
                mark, opened = open_marks.pop()
                if mark == char:
                    found.append(Quotation(opened, at + 1))
                    break
    found.extend(Quotation(opened, end) for _, opened in open_marks)
    return sorted(found, key=lambda quote: (quote.start, -quote.end))[:MAX_QUOTATIONS]


def _straight(text: str, at: int, start: int, open_marks: list[tuple[str, int]]) -> str:
    """A straight mark closes when one is open, unless a space before and a word after say not."""
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    if any(mark == "close" for mark, _ in open_marks):
        return "close"
    if before.isalnum() and after.isalnum():
        return ""
    return "open" if not after.isspace() or before.isspace() else ""


def quoted_share(span: Span, quotes: list[Quotation]) -> float:
    """How much of a span stands between quotation marks, from 0 to 1."""
    start, end = span
    covered, reached = 0, start
    for quote in quotes:
        left, right = max(quote.start, reached), min(quote.end, end)
        if right > left:
            covered += right - left
            reached = right
    return covered / max(1, end - start)
