"""Figures in French and English sentences, so that 80,000 and 60,000 followers can be compared.

Two rules decide what a figure means:

- A figure's unit is the noun after it, in the singular, with followers and abonnés made one by a
  small table; "" where the noun is left out ("dont 797 créés"). Currencies become their symbol.
- Durations become months, days or minutes, whichever is exact: a year is 12 months, a week 7 days,
  an hour 60 minutes. A month is no fixed number of days, so months and days are never compared.

Dates, years, times of day, addresses and names with a number in them are not figures.
"""

import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from workers.reading.numerals import (
    ARTICLES,
    HALVES,
    NUMBERS,
    ROUND,
    language_of,
    scaled,
    spelled,
    table,
    words_of,
    written,
)
from workers.reading.types import Quantity, Tolerance

_UNITS = table(
    "€: euro eur; $: dollar usd; £: pound sterling; ¥: yen; abonné: abonné abonnée follower;"
    "abonné: subscriber; personne: personne people person gens; compte: compte account;"
    "mort: mort dead death décès;"
    "utilisateur: utilisateur utilisatrice user;"
    "blessé: blessé blessée injured wounded; enfant: enfant child children;"
    "femme: femme woman women; homme: homme man men;"
    "soldat: soldat soldier; employé: employé employée employee; emploi: emploi job;"
    "pays: pays country countries; voix: voix vote; vue: vue view; vidéo: vidéo video;"
    "ville: ville town city cities; entreprise: entreprise company companies firm; fois: fois time;"
    "logement: logement home dwelling; salarié: salarié salariée; député: député députée;"
    "réfugié: réfugié réfugiée refugee; retraité: retraité retraitée; délégué: délégué déléguée;"
    "accusé: accusé accusée; invité: invité invitée; habitant: habitant inhabitant; membre: member;"
    "manifestant: manifestant protester; électeur: électeur voter; élève: élève pupil;"
    "an: an année year; mois: mois month; décennie: décennie decade; semaine: semaine week;"
    "jour: jour journée day; heure: heure hour; minute: minute min"
)
_DURATIONS = {
    "décennie": ("month", 120),
    "an": ("month", 12),
    "mois": ("month", 1),
    "semaine": ("day", 7),
    "jour": ("day", 1),
    "heure": ("minute", 60),
    "minute": ("minute", 1),
}
_INVARIANT = words_of("pays cas voix mois fois corps prix temps bus avis gas")
_ADJECTIVES = words_of(
    "nouveaux nouvelles nouveau nouvelle autres autre faux fausses petits petites grands grandes "
    "jeunes premiers premières derniers dernières anciens anciennes vrais vraies bons bonnes "
    "mauvais prétendus prétendues longs longues new other active more additional fake false "
    "different such"
)
_NO_NOUN = words_of(
    "le la les des du de et est un une dans pour que qui au aux sur par avec en à sont ont a était "
    "étaient dont ou mais plus moins très contre ce ces cette il elle ils elles se y ne pas avant "
    "après depuis chez selon vers près soit si on mis pris the of and is in to on for with by at "
    "are was were that from or but than have has had who which it they he she as per against "
    "before after since not be been"
)

_LEFT_OUT = re.compile(
    r"""https?://\S+ | www\.\S+ | [\w.+-]{1,64}@[\w.-]{1,100}
    | \b\d{1,2}(?:er|st|nd|rd|th)?
      (?:\s{0,2}(?:au|et|à|to|and|-|–)\s{0,2}\d{1,2}(?:er|st|nd|rd|th)?)?(?:\s+of)?\s+(?:MONTH)\b(?:,?\s+\d{4}\b)?
    | \b(?:MONTH)\s+\d{1,2}(?:st|nd|rd|th)?\b(?![.,\s]?\d{3})(?!\s*[%€$])(?:,?\s+\d{4}\b)?
    | \b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s+\d{1,2}\b
    | \b\d{1,2}:\d{2}(?::\d{2})?\b | \b\d{1,2}\s?h\s?\d{2}\b | \b\d{1,2}\s?h\b
    | \b(?:à|vers|dès)\s+\d{1,2}\s+heures?\b
    | \b\d{1,2}(?:[.:]\d{2})?\s?(?:[ap]m\b|[ap]\.m\.)
    | \b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b | \b(?:1\d|20)\d\d\s?[-–/]\s?(?:(?:1\d|20)\d\d|\d\d)\b
    | \b(?:MONTH|années?|an|en|in|since|depuis|dès|fin|début|until|by|during|year)
      \s+(?:1\d|20)\d\d\b(?![.,\s]\d{3}(?!\d))
    | \b(?:articles?|art\.|n[°º]|numéro|page|chapit?re|chapter|section|alinéa|route|top|version|
      covid|ligne|tome|volume|phase|épisode|saison|season|chaîne|channel|figure)[\s-]{0,2}\d+(?:[.,]\d+)*
    | (?-i:France\s(?:2|3|4|5|24)\b)""".replace(
        "MONTH",
        r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
        r"january|february|(?-i:March)|april|(?-i:May)|june|july|august|september|october|november|"
        r"december",
    ),
    re.VERBOSE | re.IGNORECASE,
)
_NAMES = "|".join(
    sorted(
        {*NUMBERS["fr"], *NUMBERS["en"], *ROUND, *HALVES} - {"a", "an"},
        key=lambda word: (-len(word), word),
    )
)
_NUMBER = re.compile(
    r"""(?P<currency>(?:US|C|A)?[€$£¥]\s?)?(?<!\w)(?<![^\W\d_][-/.:])
    (?:(?P<digits>
      \d{1,3}(?P<mark>[.,'’ \u00a0\u202f\u2009])\d{3}(?:(?P=mark)\d{3})*(?!\d)(?:[.,]\d+)?
      |\d+(?:[.,]\d+)?)
    |(?P<words>half\san?\b
      |an?(?=\s(?:million|billion|trillion|hundred|thousand|dozen|year|month|week|decade|hour)\b)
        (?:\s(?:hundred|thousand|dozen))?
      |(?:NAMES)s?(?:[\s-]{1,3}(?:et[\s-]{1,3}(?=une?\b|onze\b)|(?<=hundred\s)and\s)?(?:NAMES)s?\b)*)\b)
    """.replace("NAMES", _NAMES),
    re.VERBOSE | re.IGNORECASE,
)
_HALF = re.compile(r"\s{1,3}(?:et\s+demie?|and\s+a\s+half)\b", re.IGNORECASE)
_OF = re.compile(r"\s{1,3}(?:d['’]|(?:de|of)(?=\s))", re.IGNORECASE)
_SYMBOL = re.compile(
    r"\s{0,3}(?P<symbol>%|[€$£¥]|(?:pour|per)\s?cents?\b|percent\b"
    r"|(?-i:km/h|km²|km2|km|kg|cm|mm|m²|m|ha|°C|[GMTk]Wh?)(?!\w))",
    re.IGNORECASE,
)
_NOUN = re.compile(r"(?:(?<=['’])|[\s-]{1,3})(?P<noun>[^\W\d_]+(?:['’-][^\W\d_]+)*)")
_TOLERANCE = re.compile(
    r"""(?<!\w)(?:
    (?P<at_least>plus\sd(?:e\s|['’])|au\smoins|au\sminimum|pas\smoins\sd(?:e\s|['’])|more\sthan|over
      |at\sleast|above|upwards\sof|no\s(?:fewer|less)\sthan|supérieure?s?\sà|entre|between)
    |(?P<at_most>moins\sd(?:e\s|['’])|jusqu['’]à|au\splus|au\smaximum|pas\splus\sd(?:e\s|['’])
      |less\sthan|fewer\sthan|under|at\smost|up\sto|no\smore\sthan|below|inférieure?s?\sà)
    |(?P<about>près\sd(?:e\s|['’])|environ|autour\sd(?:e\s|['’])|quelque|à\speu\sprès|presque
      |approximativement|aux\salentours\sd(?:e\s|['’])|about|around|nearly|almost|roughly|some
      |approximately|close\sto|an\sestimated|circa|~))\s{0,3}$""",
    re.VERBOSE | re.IGNORECASE,
)
_LASTING = re.compile(
    r"\b(?:depuis|pendant|durant|après|dans|en|for|in|after|within|lasted|last|a)\s$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b[A-ZÀ-Ý]\w*[\s-]$")
_ROUND_END = re.compile(rf"\b(?:{'|'.join(ROUND)})s?$", re.IGNORECASE)
_ROUND_ONLY = re.compile(rf"(?:{'|'.join(ROUND)})s?$", re.IGNORECASE)
_CHANGE = re.compile(r"\b(?:de|from)\s$", re.IGNORECASE)


def find(text: str) -> tuple[Quantity, ...]:
    """Every figure of a text, in order; its span covers the tolerance word, number and unit."""
    language = language_of(text)
    # Dates and addresses are blanked, not cut out, so that every offset stays true.
    masked = _LEFT_OUT.sub(lambda match: "\0" * len(match[0]), text)
    found: list[Quantity] = []
    for number in _NUMBER.finditer(masked):
        if found and number.start() < found[-1].end:
            continue
        if quantity := _quantity(masked, number, language):
            found.append(replace(quantity, text=text[quantity.start : quantity.end]))
    for first, (low, high) in enumerate(pairwise(found)):
        if _is_range(masked, low, high):
            unit = low.unit or high.unit
            found[first] = replace(low, tolerance=Tolerance.AT_LEAST, unit=unit)
            found[first + 1] = replace(high, tolerance=Tolerance.AT_MOST)
    return tuple(found)


def compatible(a: Quantity, b: Quantity) -> bool:
    """Whether both figures can hold of the same thing; figures of different units always can."""
    if a.unit != b.unit or a.value == b.value:
        return True
    (low, high), (other_low, other_high) = _bounds(a), _bounds(b)
    return low < other_high and other_low < high


def _bounds(quantity: Quantity) -> tuple[Decimal, Decimal]:
    """The values a writer may have meant: the press rounds, even where it does not say so."""
    value = quantity.value
    last_digit = Decimal(1).scaleb(int(value.normalize().as_tuple().exponent)) / 2
    slack = min(last_digit, value * Decimal("0.04"))
    match quantity.tolerance:
        case Tolerance.AT_LEAST:
            return value - slack, Decimal("Infinity")
        case Tolerance.AT_MOST:
            return Decimal("-Infinity"), value + slack
        case Tolerance.ABOUT:
            # "About ten" may be twelve, but "about 60,000" is never 80,000.
            slack = max(value * Decimal("0.15"), min(Decimal(2), value / 4))
    return value - slack, value + slack


def _quantity(text: str, number: re.Match[str], language: str) -> Quantity | None:
    end, half = _half(text, number.end())
    exponent, end = scaled(text, end, language, is_money=bool(number["currency"]))
    if number["words"]:
        value = spelled(number["words"].lower(), language)
    else:
        value = written(number["digits"], number["mark"], exponent, language)
    if value is None:
        return None
    end, half = (end, half) if half else _half(text, end)
    unit, end = _unit(text, end, number, language, many=value >= 2 or exponent > 0)
    if unit in _DURATIONS and not half:
        end, half = _half(text, end)
    before = _TOLERANCE.search(text, max(0, number.start() - 30), number.start())
    tolerance = Tolerance(before.lastgroup) if before and before.lastgroup else Tolerance.EXACT
    if not before and _ROUND_END.search(number[0]):
        tolerance = Tolerance.ABOUT
    if not _stands(text, number, exponent, unit, exact=not before, half=half):
        return None
    start = before.start() if before else number.start()
    if text[end : end + 1].isalnum():
        return None  # "5G", "3D", "2e": the number is part of a word
    value = (value + (Decimal("0.5") if half else 0)).scaleb(exponent)
    unit, factor = _DURATIONS.get(unit, (unit, 1))
    value = Decimal(f"{(value * factor).normalize():f}")  # never 1.2E+10
    found = text[start:end]
    return Quantity(value=value, unit=unit, tolerance=tolerance, text=found, start=start, end=end)


def _half(text: str, at: int) -> tuple[int, bool]:
    match = _HALF.match(text, at)
    return (match.end(), True) if match else (at, False)


def _unit(
    text: str, at: int, number: re.Match[str], language: str, *, many: bool
) -> tuple[str, int]:
    if number["currency"]:
        return number["currency"].strip().replace("US$", "$"), at
    if match := _SYMBOL.match(text, at):
        symbol = match["symbol"]
        return ("%" if "cent" in symbol.lower() else symbol), match.end()
    of = _OF.match(text, at)
    cursor = of.end() if of else at
    for _ in range(4):
        match = _NOUN.match(text, cursor)
        word = match["noun"].lower().replace("’", "'") if match else "de"
        if not match or word in _NO_NOUN or "'" in word:
            break
        cursor = match.end()
        if word in _ADJECTIVES:
            continue
        if unit := _noun(word, many=many):
            return unit, cursor
        if language != "en":
            break  # French puts nearly all adjectives after the noun, English before it
    return "", at


def _noun(word: str, *, many: bool) -> str:
    """The unit a word stands for; "" where it cannot be the thing counted."""
    single = word if word in _INVARIANT or not word.endswith(("s", "x")) else word[:-1]
    if word.endswith("aux") and not word.endswith("eaux"):
        single = word[:-2] + "l"
    for form in (word, single):
        if unit := _UNITS.get(form):
            return unit
    is_plural = word.endswith(("s", "x")) and not word.endswith("ss")
    # A bare participle ("797 créés") means that the noun was left out.
    is_participle = single.endswith(("é", "ée")) and not single.endswith(("ité", "iété"))
    return "" if (many and not is_plural) or is_participle else single


def _stands(
    text: str,
    number: re.Match[str],
    exponent: int,
    unit: str,
    *,
    exact: bool,
    half: bool,
) -> bool:
    """Whether it is a figure at all, not an article, a year or part of a name ("Apollo 11")."""
    before = text[max(0, number.start() - 30) : number.start()]
    words = (number["words"] or "").lower()
    if words in ARTICLES:
        lasting = unit in _DURATIONS and (half or not exact or bool(_LASTING.search(before)))
        return exponent > 0 or lasting
    if words:
        rounded = _ROUND_END.search(words)
        return not _ROUND_ONLY.match(words) and bool(exponent or unit or rounded or not exact)
    digits = number["digits"]
    if not exponent and len(digits) == 4 and digits.isdigit() and "1000" <= digits <= "2099":
        return unit in _UNITS.values() or (bool(unit) and digits < "1900")
    return bool(unit or exponent or not exact or len(digits) > 3 or not _NAMED.search(before))


def _is_range(text: str, low: Quantity, high: Quantity) -> bool:
    """ "Between 10 and 20", "10-20 %", "10 à 20", but not "from 10 to 20", which is a change."""
    between = text[low.end : high.start].strip()
    if low.unit not in {"", high.unit} or low.value >= high.value:
        return False
    if re.match(r"(?:entre|between)\b", low.text, re.IGNORECASE):
        return between in {"et", "and"}
    changed = _CHANGE.search(text, max(0, low.start - 6), low.start)
    return between in {"à", "to", "-", "–"} and not changed
