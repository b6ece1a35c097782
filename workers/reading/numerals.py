"""Numbers as French and English write them, in digits or in words.

"." and "," are read by shape. A mark before exactly three digits groups thousands, unless the
number starts with 0, a word like "million" follows, or the text is in the other language ("12.500"
in English has decimals; "80.000" never does, since nobody writes three empty decimals).
"""

import re
from decimal import Decimal

_LETTERS = re.compile(r"[^\W\d_]+")


def table(entries: str) -> dict[str, str]:
    """ "1: un une; 2: deux" as un -> 1, une -> 1, deux -> 2."""
    pairs = (entry.split(":") for entry in entries.split(";"))
    return {word: key.strip() for key, words in pairs for word in words.split()}


def words_of(text: str) -> frozenset[str]:
    """The words of a list written as one line."""
    return frozenset(text.split())


_HINTS = {
    "fr": words_of(
        "le la les des du de et est un une dans pour que qui au aux sur d l par avec ont"
    ),
    "en": words_of("the of and is in to for with by at are was were that from his her has have it"),
}
NUMBERS = {
    "fr": table(
        "0: zéro; 1: un une; 2: deux; 3: trois; 4: quatre; 5: cinq; 6: six; 7: sept; 8: huit;"
        "9: neuf; 10: dix; 11: onze; 12: douze; 13: treize; 14: quatorze; 15: quinze; 16: seize;"
        "20: vingt; 30: trente; 40: quarante; 50: cinquante; 60: soixante; 100: cent; 1000: mille"
    ),
    "en": table(
        "0: zero; 1: one a an; 2: two; 3: three; 4: four; 5: five; 6: six; 7: seven; 8: eight;"
        "9: nine; 10: ten; 11: eleven; 12: twelve; 13: thirteen; 14: fourteen; 15: fifteen;"
        "16: sixteen; 17: seventeen; 18: eighteen; 19: nineteen; 20: twenty; 30: thirty;"
        "40: forty; 50: fifty;"
        "60: sixty; 70: seventy; 80: eighty; 90: ninety; 100: hundred; 1000: thousand"
    ),
}
ROUND = table(
    "10: dizaine; 12: douzaine dozen; 15: quinzaine; 20: vingtaine; 30: trentaine; 40: quarantaine;"
    "50: cinquantaine; 60: soixantaine; 100: centaine; 1000: millier"
)
_SCALES = table(
    "2: hundred; 3: mille thousand millier k; 6: million mn m; 9: milliard md bn billion;"
    "12: trillion"
)
LONGEST = 24  # characters of a number in digits; what is longer counts nothing
ARTICLES = words_of("un une a an one")
HALVES = words_of("demi half")
_NAMES = "|".join(
    sorted(
        {*NUMBERS["fr"], *NUMBERS["en"], *ROUND, *HALVES} - {"a", "an"},
        key=lambda word: (-len(word), word),
    )
)
NUMBER = re.compile(
    r"""(?P<currency>(?:US|C|A)?[€$£¥]\s?)?(?<!\w)(?<![^\W\d_][-/.:])
    (?:(?P<digits>
      \d{1,3}(?P<mark>[.,'’ \u00a0\u202f\u2009])\d{3}(?:(?P=mark)\d{3})*(?!\d)(?:[.,]\d+)?
      |\d+(?:[.,]\d+)?)
    |(?P<words>half\san?\b
      |an?(?=\s(?:million|billion|trillion|hundred|thousand|dozen|year|month|week|decade|hour)\b)
        (?:\s(?:hundred|thousand|dozen))?
      |(?:NAMES)s?(?:[\s-]{1,3}(?:et[\s-]{1,3}(?=une?\b|onze\b)|(?<=hundred\s)and\s)?(?:NAMES)s?\b){0,14})\b)
    """.replace("NAMES", _NAMES),
    re.VERBOSE | re.IGNORECASE,
)
_MONEY = re.compile(r"\s?[€$£¥]")
_SCALE = re.compile(
    r"(?:\s(?:de|of)\s|[\s-]{0,3})"
    r"(?P<scale>milliers?|mille|millions?|milliards?|billions?|trillions?|thousand|hundred|"
    r"mds?|bn|mn|k|m)(?![^\W_]|²)",
    re.IGNORECASE,
)


def language_of(text: str) -> str:
    """ "fr" or "en" by its small words, "" where they do not tell."""
    words = [word.lower() for word in _LETTERS.findall(text)]
    french, english = (sum(word in _HINTS[name] for word in words) for name in ("fr", "en"))
    return "" if french == english else "fr" if french > english else "en"


def written(digits: str, mark: str | None, exponent: int, language: str) -> Decimal | None:
    """The value of digits with their grouping mark; None for a code such as "007"."""
    if len(digits) > LONGEST:
        return None
    if mark is None:
        is_code = digits[0] == "0" and digits[1:].isdigit()
        return None if is_code else Decimal(digits.replace(",", "."))
    foreign = language == {".": "en", ",": "fr"}.get(mark) and not digits.endswith("000")
    alone = len(re.findall(r"[^\d]", digits)) == 1 and mark in ".,"
    if alone and (digits[0] == "0" or exponent or foreign):
        return Decimal(digits.replace(",", "."))
    return Decimal(digits.replace(mark, "").replace(",", "."))


def spelled(words: str, language: str) -> Decimal | None:
    """The value of number words; None where one is of the other language."""
    known = NUMBERS[language] if language else NUMBERS["fr"] | NUMBERS["en"]
    one, total, current = Decimal(1), Decimal(0), Decimal(0)
    for word in re.split(r"[\s-]+(?:(?:et|and)[\s-]+)?", words):
        single = word.removesuffix("s")
        number = int(known.get(word, known.get(single, -1)))
        group = int(ROUND.get(single, 100 if number == 100 else 0))
        if word in HALVES:
            current = Decimal("0.5")
        elif current == Decimal("0.5") and word in ARTICLES:
            continue  # "half a million", "half an hour"
        elif group:
            current = (current if current else one) * group
        elif number < 0:
            return None  # a word of the other language, such as "seize" in English
        elif number == 1000:
            total, current = total + (current if current else one) * 1000, Decimal(0)
        else:  # "quatre-vingt" multiplies, everything else adds up
            current += Decimal(76 if number == 20 and current % 100 == 4 else number)
    return total + current


def scaled(text: str, at: int, language: str, *, is_money: bool) -> tuple[int, int]:
    """The power of ten that follows a number ("million", "k", "bn"), and where it ends."""
    match = _SCALE.match(text, at)
    if not match:
        return 0, at
    word = match["scale"]
    if word.lower() in {"k", "m"}:
        money = is_money or _MONEY.match(text, match.end())
        attached = match.start("scale") == at and word in {"k", "K", "M"}
        if not (money or attached):
            return 0, at  # "30 m" are metres
    exponent = int(_SCALES[word.lower().removesuffix("s")])
    # A French billion is a million million; the English one is a milliard.
    if language == "fr" and word.lower().startswith("billion"):
        exponent = 12
    return exponent, match.end()
