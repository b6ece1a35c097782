"""Where sentences and quotations begin and end: exact offsets, whatever the punctuation.

A line end always ends a sentence (the text keeps its paragraph breaks, and without them every
splitter loses a fifth of its boundaries). Every pattern here is bounded, so that a line of a
million characters costs a million steps and not their square.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from workers.reading.abbreviations import MAY_BE_LAST, NEVER_LAST, OPENERS, WORDS_TOO
from workers.reading.abbreviations import words as words

Span = tuple[int, int]

# No paragraph or sentence a person wrote is longer; what is, is cut, so that work stays bounded.
MAX_LINE = 8_000
MAX_SENTENCE = 2_000
MAX_QUOTATIONS = 100
MAX_DEPTH = 4
_SPACE = re.compile(r"\s")

# A terminator, what closes behind it, then a space and something that can open a sentence.
_END = re.compile(
    r"(?P<mark>\.{1,8}|…|[!?]{1,8})(?P<close>(?:\s?[»”]|[\"'’)\]]){0,4})"
    r"(?=\s+(?P<next>[\"«“‘(\[\-–—•]?\s?[\"«“‘]?\s?[^\W_]\w{0,20}))"
)
_ELISION = re.compile(r"[(\[](?:…|\.\.\.)[)\]]\s?[»”\"]?(?=\s+[\"«“]?\s?[^\W\d_a-z])")
_SPACED_MARK = re.compile(r'\s"(?=\s)')
_LAST_TOKEN = re.compile(r"[\w.\-°]{1,20}$")
_LIST_NUMBER = re.compile(r"\s*\(?\w{1,2}$")

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
        spans.extend(_cut(text, match.start(), match.end(), MAX_LINE, _sentence_ends))
    return spans


def _cut(
    text: str, start: int, end: int, limit: int, cuts: Callable[[str, int, int], list[int]]
) -> list[Span]:
    """Pieces no longer than the limit, cut at the last of the cuts before it, else at a space."""
    pieces = []
    while end - start > limit:
        half, most = start + limit // 2, start + limit
        cut = (cuts(text, half, most) or _spaces(text, half, most) or [most])[-1]
        pieces.append(_trim(text, start, cut))
        start = cut
    pieces.append(_trim(text, start, end))
    return [(a, b) for a, b in pieces if a < b]


def _spaces(text: str, start: int, end: int) -> list[int]:
    return [found.end() for found in _SPACE.finditer(text, start, end)]


def sentences(text: str, line: Span) -> list[Span]:
    """Spans of the sentences of one line, in order and without gaps other than white space."""
    edges = [line[0], *_sentence_ends(text, *line), line[1]]
    return [piece for a, b in pairwise(edges) for piece in _cut(text, a, b, MAX_SENTENCE, _spaces)]


def _sentence_ends(text: str, start: int, end: int) -> list[int]:
    """Where sentences end between two places of one line, without the last end."""
    marks = [found.start() for found in re.finditer('"', text[start:end])]
    closing = {start + mark for mark in marks[1::2]}
    cuts = set()
    for match in _END.finditer(text, start, end):
        if _ends(text, start, match):
            # A mark with a space on both sides opens or closes by its number in the line.
            spaced = _SPACED_MARK.match(text, match.end(), end)
            closes = spaced is not None and spaced.end() - 1 in closing
            cuts.add(spaced.end() if spaced and closes else match.end())
    for match in _ELISION.finditer(text, start, end):
        before = text[max(start, match.start() - 3) : match.start()].rstrip()
        ended = before.endswith((".", "!", "?", "…"))
        cuts.add(match.start() - 1 if ended else match.end())
    return sorted(cuts)


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends(text: str, line_start: int, match: re.Match[str]) -> bool:
    """Does this terminator end a sentence, or only an abbreviation, an initial, a list number?"""
    if text[match.start() - 1 : match.start()] in {"(", "["}:
        return False  # An elision, which ends a sentence only where nothing ended it before.
    opening = re.sub(r"^\W+", "", match["next"])
    before = text[max(line_start, match.start() - 20) : match.start()]
    found = _LAST_TOKEN.search(before)
    word = found.group() if found else ""
    if opening[:1].islower():
        plain = match["mark"] == "." and not match["close"] and len(word) > 3
        capital_lost = opening == "à" and before.endswith(")")
        worded = plain and word.replace("-", "").isalpha() and opening in OPENERS | {"à"}
        return worded or capital_lost
    if opening[:1].isdigit() and match["mark"].startswith(("..", "…")) and not match["close"]:
        return False
    if match["mark"] != "." or match["close"] or not word:
        return True
    if line_start + 3 >= match.start() and _LIST_NUMBER.fullmatch(before):
        return False
    if word == "m":  # metres, and no Monsieur
        return opening.lower() in OPENERS
    if word.lower() in NEVER_LAST and not (word.isupper() and len(word) > 2):
        return word.islower() and opening.lower() in OPENERS and word in WORDS_TOO
    initial = len(word) == 1 and word.isupper()
    dotted = word.lower() in MAY_BE_LAST or re.search(r"(?:^|[.\-])[^\W\d]$", word) is not None
    if initial or dotted:
        return opening.lower() in OPENERS and opening not in {"A", "I", "L", "D"}
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
