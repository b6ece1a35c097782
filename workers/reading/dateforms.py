"""The forms that dates take in French and English, and what each of them means.

A form's group `date` is the span; its reader turns a match into a period, given the day of
publication and the text's language, and raises ValueError or OverflowError where there is no such
day.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta

from workers.reading.datewords import (
    COUNTS,
    DAYS,
    MONTHS,
    QUARTERS,
    STRETCHES,
    WEEKDAYS,
    WHICH,
)
from workers.reading.numerals import spelled
from workers.reading.periods import (
    Period,
    day,
    decade,
    month,
    nearest,
    quarter,
    shifted,
    through,
    unresolved,
    year,
)
from workers.reading.types import Precision
from workers.reading.units import UNITS, unit

Reader = Callable[[re.Match[str], date | None, str], Period]


def _any(words: Iterable[str]) -> str:
    """An alternation, the longest word first."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(word.replace("'", "['’]").replace(" ", r"\s") for word in ordered)


# In English a sentence may begin with the verbs: these two are months where they are capital.
_MONTH = rf"(?:{_any(MONTHS.keys() - {'may', 'march'})}|(?-i:May|March))"
_YEAR = r"(?:1[5-9]|20)\d\d(?![\d%€$£]|[.,\s]\d{3}(?!\d)|\s[%€$£])"
_ORDINAL = r"(?:er|st|nd|rd|th)?"
_PART = r"(?:(?:début|fin|courant|early|late)\s|mi-|mid-)"
_TO = r"\s{0,2}(?:au|et|à|to|and|-|–)\s{0,2}"
_COUNT = rf"(?P<count>\d{{1,4}}|(?:{_any(COUNTS)})(?:[\s-](?:et[\s-])?(?:{_any(COUNTS)})){{0,4}})"
_STRETCH = rf"(?P<stretch>{_any(STRETCHES)})"
_IN_YEAR = rf"(?:,?\s(?:of\s|de\s)?(?P<year>{_YEAR}))?"
# A number after these is a year; after the others it is one unless something is counted.
_SURELY = (
    r"en|in|since|dès|until|by|jusqu['’]en|during|semestre|année|année\sscolaire|l['’]an|year|late|"
    r"early|fin|début"
)
_PERHAPS = r"pour|of|before|after|avant|après|depuis"


def _named_month(match: re.Match[str]) -> int:
    return MONTHS[match["month"].lower()]


def _given_year(match: re.Match[str]) -> int | None:
    given = match.groupdict().get("year")
    return int(given) if given else None


def _iso(match: re.Match[str], published: date | None, language: str) -> Period:
    return day(date.fromisoformat(match["date"]))


def _numeric(match: re.Match[str], published: date | None, language: str) -> Period:
    first, second, of = int(match["first"]), int(match["second"]), int(match["year"])
    if first > 12 or first == second or language == "fr":
        return day(date(of, second, first))
    return day(date(of, first, second)) if second > 12 else year(of)


def _day(match: re.Match[str], published: date | None, language: str) -> Period:
    wanted, at = _named_month(match), int(match["day"])
    given = _given_year(match)
    if published and not given and match["weekday"]:
        with suppress(ValueError):  # the weekday tells the year, unless it is a slip
            name = WEEKDAYS[match["weekday"].lower()]
            return nearest(lambda of: day(_on(name, date(of, wanted, at))), None, published)
    return nearest(lambda of: day(date(of, wanted, at)), given, published)


def _on(weekday: int, at: date) -> date:
    if at.weekday() != weekday:
        raise ValueError("that day of the week is another date")
    return at


def _days(match: re.Match[str], published: date | None, language: str) -> Period:
    wanted, last = _named_month(match), int(match["last"])
    first = int(match["day"])
    return nearest(
        lambda of: through(day(date(of, wanted, first)), day(date(of, wanted, last))),
        _given_year(match),
        published,
    )


def _month(match: re.Match[str], published: date | None, language: str) -> Period:
    wanted = _named_month(match)
    return nearest(lambda of: month(of, wanted), _given_year(match), published)


def _months(match: re.Match[str], published: date | None, language: str) -> Period:
    first, last = _named_month(match), MONTHS[match["last"].lower()]
    return nearest(
        lambda of: through(month(of, first), month(of, last)), _given_year(match), published
    )


def _quarter(match: re.Match[str], published: date | None, language: str) -> Period:
    wanted = int(match["short"] or QUARTERS[match["long"].lower()])
    if (given := _given_year(match)) or published is None:
        return quarter(given, wanted) if given else unresolved(Precision.QUARTER)
    begun = date(published.year, 3 * wanted - 2, 1) <= published
    return quarter(published.year if begun else published.year - 1, wanted)


def _years(match: re.Match[str], published: date | None, language: str) -> Period:
    first, last = int(match["year"]), int(match["last"])
    if _counts(match, language):
        raise ValueError("people or things are counted: « de 1800 à 2000 habitants »")
    return through(year(first), year(last if last > 99 else first - first % 100 + last))


def _year(match: re.Match[str], published: date | None, language: str) -> Period:
    return year(int(match["year"]))


def _year_or_number(match: re.Match[str], published: date | None, language: str) -> Period:
    if _counts(match, language):
        raise ValueError("people or things are counted: « une foule de 2000 personnes »")
    return year(int(match["year"]))


def _counts(match: re.Match[str], language: str) -> bool:
    return unit(match.string, match.end("date"), language, many=True)[0] in UNITS.values()


def _decade(match: re.Match[str], published: date | None, language: str) -> Period:
    named = int(match["decade"])
    return decade(named if named > 99 else 1900 + named)


def _named_day(match: re.Match[str], published: date | None, language: str) -> Period:
    if published is None:
        return unresolved(Precision.DAY)
    away = DAYS[re.sub(r"\s", " ", match["date"].lower().replace("’", "'"))]
    return day(published + timedelta(days=away))


def _weekday(match: re.Match[str], published: date | None, language: str) -> Period:
    if published is None:
        return unresolved(Precision.DAY)
    which = (match["before"] or match["after"] or "").lower()
    back = (published.weekday() - WEEKDAYS[match["weekday"].lower()]) % 7
    away = 7 - back if WHICH.get(which) == 1 else -(back or (7 if which else 0))
    return day(published + timedelta(days=away))


def _this_month(match: re.Match[str], published: date | None, language: str) -> Period:
    return day(published.replace(day=int(match["day"]))) if published else unresolved(Precision.DAY)


def _stretch(match: re.Match[str], published: date | None, language: str) -> Period:
    which = WHICH[match["which"].lower()]
    return shifted(published, Precision(STRETCHES[match["stretch"].lower()]), which)


def _ago(match: re.Match[str], published: date | None, language: str) -> Period:
    named = match["count"].lower()
    count = int(named) if named.isdigit() else int(spelled(named, language) or 0)
    precision = Precision(STRETCHES[match["stretch"].lower()])
    if count == 0:
        raise ValueError(named)
    if (match["half"] or match.groupdict().get("more")) and precision is Precision.YEAR:
        return shifted(published, Precision.MONTH, -12 * count - 6)
    return shifted(published, precision, -count)


def _form(pattern: str, read: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(pattern, re.IGNORECASE), read


_DAY = rf"(?<![\w.,/-])(?:(?P<weekday>{_any(WEEKDAYS)}),?\s)?(?P<day>\d{{1,2}}){_ORDINAL}"
_OPENS = r"(?:(?:du|from|between|entre\sle)\s)?"
_NAMES_MONTH = re.compile(_MONTH, re.IGNORECASE)
_MONTH_FORMS = (
    _form(rf"(?P<date>{_DAY}(?:\sof)?\s(?P<month>{_MONTH})\b{_IN_YEAR})", _day),
    _form(
        rf"(?P<date>\b(?:(?P<weekday>{_any(WEEKDAYS)}),?\s)?"
        rf"(?P<month>{_MONTH})\s(?P<day>\d{{1,2}}){_ORDINAL}"
        rf"(?![\w%€$:]|[.,\s]\d{{3}}(?!\d)|\s[%€$]){_IN_YEAR})",
        _day,
    ),
    _form(
        rf"(?P<date>(?<![\w.,/-]){_OPENS}(?P<day>\d{{1,2}}){_ORDINAL}{_TO}(?P<last>\d{{1,2}})"
        rf"{_ORDINAL}(?:\sof)?\s(?P<month>{_MONTH})\b{_IN_YEAR})",
        _days,
    ),
    _form(
        rf"(?P<date>\b(?P<month>{_MONTH})\s(?P<day>\d{{1,2}})[-–](?P<last>\d{{1,2}})\b{_IN_YEAR})",
        _days,
    ),
    _form(
        rf"(?P<date>(?<!\w){_PART}?(?P<month>{_MONTH}),?\s(?:of\s|de\s)?(?P<year>{_YEAR}))", _month
    ),
    _form(
        rf"(?P<date>(?<!\w)(?:entre|between|de|from)\s(?P<month>{_MONTH})\s(?:et|and|à|to)\s"
        rf"(?P<last>{_MONTH})\b{_IN_YEAR})",
        _months,
    ),
    _form(rf"(?<!\w)(?:{_SURELY}|{_PERHAPS}|mois\sde)\s(?P<date>(?P<month>{_MONTH}))\b", _month),
)
_FORMS = (
    _form(r"(?<![\w-])(?P<date>\d{4}-\d\d-\d\d)(?![\w-])", _iso),
    _form(
        r"(?<![\w/.])(?P<date>(?P<first>\d{1,2})(?P<mark>[/.])(?P<second>\d{1,2})(?P=mark)"
        r"(?P<year>(?:19|20)\d\d))(?![\w/])",
        _numeric,
    ),
    _form(
        rf"(?P<date>(?<!\w)(?:(?P<long>{_any(QUARTERS)})\s(?:trimestre|quarter)"
        rf"|(?-i:[TQ])(?P<short>[1-4])\b){_IN_YEAR})",
        _quarter,
    ),
    _form(
        rf"(?P<date>(?<!\w)(?:entre|between|de|from)\s(?P<year>{_YEAR})\s(?:et|and|à|to)\s"
        rf"(?P<last>{_YEAR}))",
        _years,
    ),
    _form(
        r"(?<![\w/.-])(?P<date>(?P<year>(?:19|20)\d\d)[-–/](?P<last>(?:19|20)?\d\d))(?![\w/-])",
        _years,
    ),
    _form(r"(?P<date>(?<!\w)années\s(?P<decade>(?:1[5-9]|20)\d0|[3-9]0))(?!\w)", _decade),
    _form(r"(?P<date>(?<!\w)(?P<decade>(?:1[5-9]|20)\d0)['’]?s)\b", _decade),
    _form(rf"(?P<date>(?<!\w){_PART}(?P<year>{_YEAR}))\b", _year),
    _form(rf"(?:(?<!\w)(?:{_PERHAPS}|de|the)\s|\()(?P<date>(?P<year>{_YEAR}))\b", _year_or_number),
    _form(rf"(?<!\w)(?:{_SURELY})\s(?P<date>(?P<year>{_YEAR}))\b", _year),
    _form(rf"(?P<date>(?<![\w-])(?:{_any(DAYS)}))(?![\w-])", _named_day),
    _form(
        rf"(?P<date>(?<![\w-])(?:(?P<before>last|next)\s)?(?P<weekday>{_any(WEEKDAYS)})\b"
        r"(?:\s(?P<after>dernier|passé|prochain)\b)?)(?!-)",
        _weekday,
    ),
    _form(
        rf"(?P<date>(?<![\w.,/-])(?P<day>\d{{1,2}}){_ORDINAL}\s(?:du\smois|of\sth(?:e|is)\smonth))\b"
        r"(?!\sd)",
        _this_month,
    ),
    _form(
        rf"(?P<date>(?<![\w-])(?P<which>last|next|previous|this|ce|cet|cette)\s{_STRETCH})\b",
        _stretch,
    ),
    _form(
        rf"(?P<date>(?<![\w-]){_STRETCH}\s(?P<which>derni(?:er|ère)|passée?|prochaine?))\b",
        _stretch,
    ),
    _form(
        rf"(?P<date>\bil\sy\sa\s(?:(?:près\sde|environ|plus\sde|quelque)\s)?{_COUNT}\s{_STRETCH}\b"
        r"(?P<half>\set\sdemie?\b)?)",
        _ago,
    ),
    _form(
        r"(?P<date>(?<![\w-])(?:(?:about|around|nearly|almost|some|over|more\sthan)\s)?"
        rf"{_COUNT}(?P<half>\sand\sa\shalf)?\s{_STRETCH}"
        r"(?P<more>\sand\sa\shalf)?\sago)\b",
        _ago,
    ),
)


def matches(text: str) -> list[tuple[re.Match[str], Reader]]:
    """What any of the forms matches and who reads it, the first and longest of them in front."""
    # Most sentences name no month, and need not be searched for all that begins with one.
    forms = (*_MONTH_FORMS, *_FORMS) if _NAMES_MONTH.search(text) else _FORMS
    found = [(match, read) for form, read in forms for match in form.finditer(text)]
    return sorted(found, key=lambda pair: (pair[0].start("date"), -pair[0].end("date")))
