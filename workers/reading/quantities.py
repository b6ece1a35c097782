"""Figures in French and English sentences, so that 80,000 and 60,000 followers can be compared.

A figure is a number with its unit (`units`) and the word that says how tightly it is meant. A range
is one figure with two ends. A share ("un sur trois", "a third") is a round number of per cent.
"Hundreds" says no more than that there are a hundred at least.

Dates, years, times of day, addresses and names with a number in them are not figures (`codes`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from workers.reading.codes import blank, blanked
from workers.reading.numerals import (
    ARTICLES,
    HALVES,
    NUMBER,
    ROUND,
    language_of,
    scaled,
    spelled,
    written,
)
from workers.reading.shares import shares, uncounted
from workers.reading.types import Quantity, Tolerance
from workers.reading.units import DURATIONS, UNITS, unit

_HALF = re.compile(r"\s{1,3}(?:et\s+demie?|and\s+a\s+half)\b", re.IGNORECASE)
_TOLERANCE = re.compile(
    r"""(?<!\w)(?:
    (?P<at_least>plus\sd(?:e\s|['’])|au\smoins|au\sminimum|pas\smoins\sd(?:e\s|['’])|more\sthan|over
      |at\sleast|above|upwards\sof|no\s(?:fewer|less)\sthan|supérieure?s?\sà)
    |(?P<at_most>moins\sd(?:e\s|['’])|jusqu['’]à|au\splus|au\smaximum|pas\splus\sd(?:e\s|['’])
      |less\sthan|fewer\sthan|under|at\smost|up\sto|no\smore\sthan|below|inférieure?s?\sà)
    |(?P<about>près\sd(?:e\s|['’])|environ|autour\sd(?:e\s|['’])|quelque|à\speu\sprès|presque
      |approximativement|aux\salentours\sd(?:e\s|['’])|about|around|nearly|almost|roughly|some
      |approximately|close\sto|an\sestimated|circa|~))\s{0,3}(?:(?:la|les|the)\s)?$""",
    re.VERBOSE | re.IGNORECASE,
)
_OPENING = re.compile(r"\b(?:entre|between)\s{1,3}$", re.IGNORECASE)
_LASTING = re.compile(
    r"\b(?:depuis|pendant|durant|après|dans|en|for|in|after|within|lasted|last|took|take|a)\s$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b\w?[A-ZÀ-Ý]\w*[\s-]$")
_ROUND_END = re.compile(rf"\b(?:{'|'.join(ROUND)})s?$", re.IGNORECASE)
_ROUND_ONLY = re.compile(rf"(?:{'|'.join(ROUND)})s?$", re.IGNORECASE)
# "Passe de 10 à 20" and "from 10 to 20" are two figures; "de 10 à 20" and "ranging from" are one.
_CHANGE = re.compile(
    r"(?:\bpass\w{1,5}\s(?:\w+\s)?de|(?<!rang[ei]s\s)(?<!ranging\s)(?<!range\s)\bfrom)\s$",
    re.IGNORECASE,
)
_SIGNS = frozenset("€$£¥")
_DEGREES = frozenset(("°C", "°F"))
_BELOW_ZERO = re.compile(r"(?:(?<![\w-])[-−–]|\b(?:minus|moins)\s)$", re.IGNORECASE)
_LOOK_BACK = 30  # characters before a number that may change what it means


def find(text: str) -> tuple[Quantity, ...]:
    """Every figure of a text, in order; its span covers the tolerance word, number and unit."""
    language = language_of(text)
    masked = blank(text)
    special = [*shares(masked, language), *uncounted(masked, language)]
    special = [_with_tolerance(masked, one) for one in special]
    masked = blanked(masked, ((one.start, one.end) for one in special))
    counted = [(one, Decimal(1)) for one in special] + list(_counted(masked, language))
    figures = _ranges(masked, sorted(counted, key=lambda pair: pair[0].start))
    return tuple(replace(one, text=text[one.start : one.end]) for one in figures)


def compatible(a: Quantity, b: Quantity) -> bool:
    """Whether both figures can hold of the same thing; figures of different units always can."""
    if a.unit != b.unit or a.value == b.value:
        return True
    (low, high), (other_low, other_high) = _bounds(a), _bounds(b)
    return low < other_high and other_low < high


def conflicts(
    ours: Sequence[Quantity], theirs: Sequence[Quantity]
) -> Iterator[tuple[Quantity, Quantity]]:
    """Figures of two accounts of one thing that cannot both hold, ours first.

    A figure that any of theirs agrees with is in no conflict, whatever else they count in its unit.
    """
    for one in ours:
        rivals = [figure for figure in theirs if figure.unit == one.unit]
        if not any(compatible(one, figure) for figure in rivals):
            yield from ((one, figure) for figure in rivals)


def _bounds(quantity: Quantity) -> tuple[Decimal, Decimal]:
    """The values a writer may have meant: the press rounds, even where it does not say so."""
    value, slack = quantity.value, _rounding(quantity.value)
    match quantity.tolerance:
        case Tolerance.AT_LEAST:
            return value - slack, Decimal("Infinity")
        case Tolerance.AT_MOST:
            return Decimal("-Infinity"), value + slack
        case Tolerance.BETWEEN:
            # A round upper end is meant as it stands: it is the range that leaves room.
            upper = value if quantity.upper is None else quantity.upper
            return value - slack, max(upper, value + slack)
        case Tolerance.ABOUT:
            # "About ten" may be twelve, but "about 60,000" is never 80,000.
            slack = max(abs(value) * Decimal("0.15"), min(Decimal(2), abs(value) / 4))
    return value - slack, value + slack


def _rounding(value: Decimal) -> Decimal:
    """Half a unit of the last digit that is not 0, and never more than a twenty-fifth."""
    last_digit = Decimal(1).scaleb(int(value.normalize().as_tuple().exponent)) / 2
    return min(last_digit, abs(value) * Decimal("0.04"))


def _counted(text: str, language: str) -> Iterator[tuple[Quantity, Decimal]]:
    """Figures with a number, and by how much scale and unit multiplied that number."""
    end = 0
    for number in NUMBER.finditer(text):
        if number.start() >= end and (counted := _quantity(text, number, language)):
            end = counted[0].end
            yield counted


def _with_tolerance(text: str, quantity: Quantity) -> Quantity:
    """A figure with the word before it that says how tightly it is meant."""
    before = _before(text, quantity.start)
    if before is None or before.lastgroup is None:
        return quantity
    return replace(quantity, tolerance=Tolerance(before.lastgroup), start=before.start())


def _before(text: str, at: int) -> re.Match[str] | None:
    return _TOLERANCE.search(text, max(0, at - _LOOK_BACK), at)


def _opening(text: str, at: int) -> re.Match[str] | None:
    return _OPENING.search(text, max(0, at - _LOOK_BACK), at)


def _quantity(text: str, number: re.Match[str], language: str) -> tuple[Quantity, Decimal] | None:
    read = _number(text, number, language)
    if read is None:
        return None
    value, exponent, end = read
    if number["currency"]:
        name = number["currency"].strip().replace("US$", "$")
    else:
        name, end = unit(text, end, language, many=value >= 2 or exponent > 0)
    start = number.start()
    if name in _DEGREES and (sign := _BELOW_ZERO.search(text, max(0, start - 6), start)):
        value, start = -value, sign.start()
    if name in DURATIONS and value % 1 == 0:
        half, end = _half(text, end)
        value += half
    exact = not (_before(text, number.start()) or _opening(text, number.start()))
    if text[end : end + 1].isalnum() or not _stands(
        text, number, exponent, name, exact=exact, is_one=value == 1
    ):
        return None  # "5G", "3D", "2e": the number is part of a word
    name, factor = DURATIONS.get(name, (name, 1))
    times = Decimal(factor).scaleb(exponent)
    rounded = Tolerance.ABOUT if _ROUND_END.search(number[0]) else Tolerance.EXACT
    quantity = Quantity(
        value=_plain(value * times),
        unit=name,
        tolerance=rounded,
        text="",
        start=start,
        end=end,
    )
    return _with_tolerance(text, quantity), times


def _number(text: str, number: re.Match[str], language: str) -> tuple[Decimal, int, int] | None:
    """The value before its scale, the scale as a power of ten, and where both end."""
    half, end = _half(text, number.end())
    exponent, end = scaled(text, end, language, is_money=bool(number["currency"]))
    if number["words"]:
        value = spelled(number["words"].lower(), language)
    else:
        value = written(number["digits"], number["mark"], exponent, language)
    if value is None:
        return None
    if exponent:
        rest, end = _rest(text, end, exponent, language)
        value += rest.scaleb(-exponent)
    if not half:
        half, end = _half(text, end)
    return value + half, exponent, end


def _plain(value: Decimal) -> Decimal:
    """The value without an exponent: never 1.2E+10."""
    return Decimal(f"{value.normalize():f}")


def _rest(text: str, at: int, exponent: int, language: str) -> tuple[Decimal, int]:
    """What is added to a number after its scale, as in "un million cinq cent mille"."""
    more = NUMBER.match(text, at + 1) if text[at : at + 1].isspace() else None
    if more and more["words"] and more["words"].lower() not in ARTICLES:
        scale, end = scaled(text, more.end(), language, is_money=False)
        value = (spelled(more["words"].lower(), language) or Decimal(0)).scaleb(scale)
        if value < 10**exponent:
            return value, end
    return Decimal(0), at


def _half(text: str, at: int) -> tuple[Decimal, int]:
    """What "et demi" adds to a number, and where it ends."""
    match = _HALF.match(text, at)
    return (Decimal("0.5"), match.end()) if match else (Decimal(0), at)


def _stands(
    text: str,
    number: re.Match[str],
    exponent: int,
    name: str,
    *,
    exact: bool,
    is_one: bool,
) -> bool:
    """Whether it is a figure at all, not an article, a year or part of a name ("Apollo 11")."""
    before = text[max(0, number.start() - _LOOK_BACK) : number.start()]
    words = (number["words"] or "").lower()
    if words in ARTICLES:
        lasting = name in DURATIONS and (not is_one or not exact or bool(_LASTING.search(before)))
        return exponent > 0 or lasting
    if words in HALVES:  # "half past", "half an hour"
        return exponent > 0 or name in DURATIONS
    if words:
        rounded = _ROUND_END.search(words)
        return not _ROUND_ONLY.match(words) and bool(exponent or name or rounded or not exact)
    digits = number["digits"]
    if not exponent and len(digits) == 4 and digits.isdigit() and "1000" <= digits <= "2099":
        return name in UNITS.values() or (bool(name) and digits < "1900")
    return bool(name or exponent or not exact or len(digits) > 3 or not _NAMED.search(before))


def _ranges(text: str, counted: Sequence[tuple[Quantity, Decimal]]) -> list[Quantity]:
    """Figures with the two ends of each range made one, and without scores ("2-1")."""
    figures: list[Quantity] = []
    for high, times in counted:
        low = figures[-1] if figures else None
        if low is not None and (whole := _range(text, low, high, times)):
            figures[-1] = whole
        elif low is not None and text[low.end : high.start] in {"-", "–"} and not high.unit:
            figures.pop()
        else:
            figures.append(high)
    return figures


def _range(text: str, low: Quantity, high: Quantity, times: Decimal) -> Quantity | None:
    """ "Between 10 and 20", "10-20 %", "10 à 20", but not "from 10 to 20", which is a change."""
    between, opening = text[low.end : high.start].strip(), _opening(text, low.start)
    changed = _CHANGE.search(text, max(0, low.start - _LOOK_BACK), low.start)
    joined = {"et", "and"} if opening else {"à", "to", "-", "–"} if not changed else set()
    if between not in joined or low.upper is not None:
        return None
    # What stands once, after both, holds of both: "10 à 15 millions", "two to three years".
    shared = not low.unit and low.value * times < high.value
    value = _plain(low.value * times) if shared else low.value
    name = high.unit or (low.unit if low.unit in _SIGNS else "")
    if low.unit not in {"", name} or value >= high.value:
        return None
    return replace(
        high,
        value=value,
        upper=high.value,
        unit=name,
        tolerance=Tolerance.BETWEEN,
        start=opening.start() if opening else low.start,
    )
