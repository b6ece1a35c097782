"""Figures without a number of their own: shares of a whole, and "hundreds" of something."""

import re
from collections.abc import Iterator
from decimal import Decimal
from math import prod

from workers.reading.numerals import NUMBERS, spelled, table
from workers.reading.types import Quantity, Tolerance
from workers.reading.units import unit

_PARTS = table(
    "2: moitié half; 3: tiers third; 4: quart quarter; 5: cinquième fifth; 6: sixième sixth;"
    "10: dixième tenth"
)
_COUNTS = "|".join(
    sorted({*NUMBERS["fr"], *NUMBERS["en"]} - {"a", "an"}, key=lambda word: (-len(word), word))
)
_NUMBER = rf"(?:\d{{1,2}}|{_COUNTS})"
# In French one has to be in words or to count a noun: "15 sur 20" is a mark at school.
_ONE_IN = re.compile(
    rf"""(?<![\w.,-])(?P<some>{_NUMBER})
    (?:\s(?!fois\b|heures?\b|jours?\b)(?P<noun>[^\W\d_]{{2,20}}))?
    \s(?:sur|(?P<in>out\sof|in))\s(?P<all>{_NUMBER})\b(?![.,]\d|\s(?:mille|cents?|thousand))
    (?!\s(?:jours|semaines|mois|ans|days|weeks|months|years|hours|games|matches)\b)
    (?P<after>\s[^\W\d_]{{3,20}}s\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
_SHARE = re.compile(
    r"""(?<![\w-])(?:
    la\s(?P<half>moitié)
    |(?P<fr>une?|deux|trois|quatre)\s(?P<part>tiers|quart|cinquième|sixième|dixième)s?
      (?=\s(?:d(?:es?|u)\s|d['’]))(?!\s(?:de\s(?:confiance|siècle|finale|tour)|d['’]heure))
    |(?<!first\s)(?<!second\s)(?P<en_half>half)(?=\s(?:of|the)\s)(?!\sof\san?\s(?:hour|century))
    |(?<=\bby\s)a\s(?P<by>third|quarter)(?!\sof\san?\s(?:hour|century|mile)|\sparty)
    |(?P<en>a|one|two|three|four)[\s-](?P<en_part>third|quarter|fifth|sixth|tenth)s?(?=\sof\s)
      (?!\sof\san?\s(?:hour|century|mile)))(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
_ROUNDS = table(
    "10: dizaines tens; 12: douzaines dozens dozen; 100: centaines hundreds hundred;"
    "1000: milliers thousands thousand; 1000000: millions million;"
    "1000000000: milliards billions billion"
)
_UNCOUNTED = re.compile(
    r"""(?<![\w-])(?:
    (?:(?:des|plusieurs|quelques)\s(?P<fr>dizaines|douzaines|centaines|milliers|millions|milliards)
      |(?P<en>tens|dozens|hundreds|thousands|millions|billions))
      (?:\s(?:de|of)\s(?P<of>milliers|millions|milliards|thousands|billions))?(?=\s(?:de|of)\s|\sd['’])
    |(?:several|many|a\sfew)\s(?P<one>dozen|hundred|thousand|million|billion))\b""",
    re.VERBOSE | re.IGNORECASE,
)
_COUNTED = re.compile(rf"(?:\d|(?<!\w)(?:{_COUNTS}))[\s-]$", re.IGNORECASE)


def shares(text: str, language: str) -> Iterator[Quantity]:
    """ "Un habitant sur trois", "two thirds", "la moitié", as per cent to one decimal."""
    for match in _ONE_IN.finditer(text):
        some, of = (_value(match[name], language) for name in ("some", "all"))
        told = match["noun"] or match["after"] or not match["some"].isdigit() or match["in"]
        if told and 0 < some < of:
            yield _percent(some / of, match)
    for match in _SHARE.finditer(text):
        part = match["half"] or match["en_half"] or match["part"] or match["en_part"] or match["by"]
        times = _value(match["fr"] or match["en"] or "one", "")
        yield _percent(times / Decimal(_PARTS[part.lower()]), match)


def uncounted(text: str, language: str) -> Iterator[Quantity]:
    """ "Des centaines de riverains", "hundreds of thousands of bees": so many at the least."""
    for match in _UNCOUNTED.finditer(text):
        if match["en"] and (
            language == "fr" or _COUNTED.search(text, max(0, match.start() - 15), match.start())
        ):
            continue  # "12 millions d'euros" is counted
        rounds = (match["fr"] or match["en"] or match["one"], match["of"])
        name, end = unit(text, match.end(), language, many=True)
        yield Quantity(
            value=Decimal(prod(int(_ROUNDS[word.lower()]) for word in rounds if word)),
            unit=name,
            tolerance=Tolerance.AT_LEAST,
            text="",
            start=match.start(),
            end=end,
        )


def _value(words: str, language: str) -> Decimal:
    """The value of a number in digits or words; 0 for a word of the other language."""
    return Decimal(words) if words.isdigit() else spelled(words.lower(), language) or Decimal(0)


def _percent(share: Decimal, match: re.Match[str]) -> Quantity:
    value = (100 * share).quantize(Decimal("0.1"))
    return Quantity(
        value=Decimal(f"{value.normalize():f}"),
        unit="%",
        tolerance=Tolerance.ABOUT,
        text="",
        start=match.start(),
        end=match.end(),
    )
