"""Whose words these are: headline, byline, date and outlet, and the agency behind them.

A reprint counts once: an article that says "avec AFP" stands for AFP and not for itself. Only what
the document says is used; a wire named in passing ("a déclaré à l'AFP") is no credit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from workers.reading.datewords import MONTHS
from workers.reading.kinds import BYLINE, DATELINE
from workers.reading.passages import Span
from workers.reading.types import ToldBy
from workers.reading.webpage import Extract

_MONTH = "|".join(MONTHS)
_CLOCK = r"(?:,?\s{1,2}(?:(?:à|at|-)\s)?(?P<hour>\d{1,2})\s?[h:]\s?(?P<minute>\d{2})?(?!\d))?"
_DATES = (
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:er|st|nd|rd|"
        rf"th)?\s(?P<month>{_MONTH})(?:,?\s(?P<year>\d{{4}}))?{_CLOCK}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?P<month>{_MONTH})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}}){_CLOCK}",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}}){_CLOCK}"),
    re.compile(rf"\b(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})/(?P<year>\d{{4}}){_CLOCK}"),
)
_MONTH_ONLY = re.compile(r"\bdate\s(?P<year>\d{4})-(?P<month>\d{2})\b(?!-\d)")
_UPDATED = re.compile(r"(?:mise? à jour|modifiée?|updated|modified)", re.IGNORECASE)

_LONG_WIRES = {
    "Agence France-Presse": "AFP",
    "Associated Press": "AP",
    "Press Association": "PA",
    "Thomson Reuters": "Reuters",
}
_WIRE = (
    r"AFP|Reuters|AP|Bloomberg|dpa|EFE|ANSA|Xinhua|TASS|Belga|Keystone-ATS|ATS|PA|UPI|Lusa|"
    r"Interfax|"
    r"Kyodo|ANP|" + "|".join(_LONG_WIRES)
)
# An agency nobody listed is known by its place: "avec AVP", "BRÉVANNE, 3 mai (AVP) - ".
_INITIALS = r"[A-Z]{2,6}"
_SHORT_CREDITS = (
    re.compile(
        rf"(?:^|[\s(])(?:[Aa]vec|[Ww]ith)\s(?:l['’]|the |The )?(?P<wire>{_WIRE}|{_INITIALS})"
        r"(?=[\s,.;)&/]|$)"
    ),
    re.compile(
        rf"(?:^|[\s(])(?:[Pp]ar|[Bb]y|[Ss]ource\s?:|©)\s(?:l['’]|the |The )?(?P<wire>{_WIRE})"
        r"(?=[\s,.;)&/]|$)"
    ),
    re.compile(rf"^(?:[Pp]ar|[Bb]y)\s.{{3,60}}\((?P<wire>{_WIRE}|{_INITIALS})\)$"),
    re.compile(rf"^[^.!?]{{0,80}}?(?:,|&|\bet\b|\band\b|/)\s?(?P<wire>{_WIRE})$"),
    re.compile(rf"^\((?P<wire>{_WIRE}|{_INITIALS})\)\.?$"),
    re.compile(rf"^(?P<wire>{_WIRE})\.?$"),
)
_LONG_CREDITS = (
    re.compile(rf"^[A-ZÀ-Ý][\w\s,\-’'./]{{1,60}}\((?P<wire>{_WIRE}|{_INITIALS})\)\s{{0,2}}[-–—]"),
    re.compile(rf"\((?:avec |with )?(?P<wire>{_WIRE})\)\s{{0,2}}\.?$"),
    re.compile(rf"[.!?»”\"]\s\((?:avec |with )?(?P<wire>{_INITIALS})\)\s{{0,2}}\.?$"),
)
_REPRINTED = re.compile(
    r"(?:[Aa]rticle (?:original(?:ement)? )?(?:publié|paru)(?: initialement)? (?:sur|dans)|"
    r"[Tt]his (?:article|story) (?:was )?(?:first|originally) (?:appeared|published) (?:on|in|by)|"
    r"[Oo]riginally published (?:on|in|by)|"
    r"[Rr]epublished from)\s(?:the )?(?P<where>[^\s,;:][^,;:\n]{1,59})"
)
_MEDIA_WORD = re.compile(
    r"\b(?:times|post|news|herald|gazette|journal|courrier|tribune|presse|press|info|infos|télé|"
    r"tv|radio|"
    r"médias?|media|agence|agency|canal|channel|daily|matin|soir|figaro|monde|rédaction|dépêche|"
    r"hebdo|magazine|observer|"
    r"guardian|chronicle|dispatch|review|standard|star|globe|independent|wire|mail|écho|échos|"
    r"voix)\b|tv$|info$|\.(?:com|fr|net|org)$",
    re.IGNORECASE,
)
_ASKED_BY = re.compile(r"\b(?:[Aa]uprès|[Pp]rès) de (?P<outlet>[A-ZÀ-Ý][\w.]{2,30})(?=[,\s])")
_OUR_PAPER = re.compile(
    r"\bn(?:otre journaliste|os confrères)\b|\bour (?:reporter|correspondent)\b"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Masthead:
    """What the head and foot of a document say of where it comes from."""

    title: str
    outlet: str
    authors: tuple[str, ...]
    published_at: datetime | None
    published_precision: str
    modified_at: datetime | None
    origin: str
    origin_because: str
    told_by: Mapping[str, ToldBy]


def masthead(page: Extract, lines: list[Span], headings: list[bool], *, url: str) -> Masthead:
    """Metadata first, then what the text's own head and foot say."""
    rows = [page.text[start:end] for start, end in lines]
    title = page.title or next(iter(rows[:1] if headings[:1] == [True] else []), "")
    byline_authors, byline_outlet = _byline(rows)
    said = page.outlet or byline_outlet or _outlet_hint(page.text)
    outlet = said or _host(url)
    published, precision, modified = _dates(rows)
    if page.published_at is not None:
        published, precision = page.published_at, page.published_precision
    origin, because = _origin(page, rows, outlet, url)
    found: dict[str, Any] = {
        "title": title,
        "outlet": outlet,
        "authors": _people(page.authors, outlet) or byline_authors,
        "published_at": published,
        "modified_at": page.modified_at or modified,
        "canonical_url": page.canonical_url,
    }
    by = {name: page.told_by.get(name, ToldBy.TEXT) for name, value in found.items() if value}
    if not _people(page.authors, outlet) and byline_authors:
        by["authors"] = ToldBy.TEXT
    if outlet and not said:
        by["outlet"] = ToldBy.ADDRESS
    del found["canonical_url"]
    return Masthead(
        **found,
        published_precision=precision,
        origin=origin,
        origin_because=because,
        told_by=by,
    )


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _byline(rows: list[str]) -> tuple[tuple[str, ...], str]:
    """Authors and outlet of the first byline; agencies are credits and not authors."""
    for row in rows[:12]:
        if not BYLINE.fullmatch(row) or row.startswith("("):
            continue
        names = re.sub(r"^.{0,25}?\b(?:[Pp]ar|[Bb]y|PAR|BY)\s(?:l['’])?", "", row)
        names = re.sub(r"\([^)]{1,20}\)", "", names)
        parts = re.split(r",\s|\s(?:et|and|&|avec|with|pour|for)\s|/|\s[-–|]\s", names)
        named = [name for part in parts if (name := part.strip(" ()")) and name[0].isupper()]
        named = [name for name in named if not re.fullmatch(f"{_WIRE}|{_INITIALS}", name)]
        outlets = [name for name in named if _is_outlet(name, rows)]
        return tuple(name for name in named if name not in outlets), next(iter(outlets), "")
    return (), ""


def _is_outlet(name: str, rows: list[str]) -> bool:
    """A name made of press words, or one the document itself calls a medium or asks money for."""
    if _MEDIA_WORD.search(name):
        return True
    named = re.escape(name)
    said = re.compile(
        rf"{named} (?:est|is) (?:une?|an?) (?:[\w-]{{2,15}} )?(?:média|journal|site|radio|"
        rf"télévision|quotidien|newspaper|magazine)|^(?:Soutenez|Aidez|Support|Help) {named}"
    )
    return any(said.search(row) for row in rows if len(row) < 1000)


def _people(authors: tuple[str, ...], outlet: str) -> tuple[str, ...]:
    """Authors without the agency they wrote with, and without the outlet itself."""
    names = [re.sub(r"\s(?:avec|with)\s.{1,60}$", "", author) for author in authors]
    return tuple(name for name in names if name != outlet)


def _outlet_hint(text: str) -> str:
    """Who asked, where the article speaks of "our journalist": it was this outlet."""
    asked = _ASKED_BY.search(text)
    safe = asked and _OUR_PAPER.search(text) and not re.fullmatch(_WIRE, asked["outlet"])
    return asked["outlet"] if asked and safe else ""


def _dates(rows: list[str]) -> tuple[datetime | None, str, datetime | None]:
    """When the head of the document says it was published and changed."""
    published: datetime | None = None
    modified: datetime | None = None
    precision = ""
    for row in rows[:12]:
        if month := _MONTH_ONLY.match(row):
            return _moment(month, ""), "month", None
        if not DATELINE.fullmatch(row):
            continue
        for found in _all_dates(row):
            year = found["year"] or _year_elsewhere(found, rows)
            moment = _moment(found, year) if year else None
            if moment is None:
                continue
            if _UPDATED.search(row[: found.start()]):
                modified = modified or moment
            elif published is None:
                published = moment
                precision = "minute" if found["hour"] else "day"
    return published, precision, modified


def _all_dates(row: str) -> list[re.Match[str]]:
    for pattern in _DATES:
        if found := list(pattern.finditer(row)):
            return found
    return []


def _year_elsewhere(found: re.Match[str], rows: list[str]) -> str:
    """A date without its year takes the year of the same day elsewhere in the document."""
    wanted = (_month(found["month"]), int(found["day"]))
    for row in rows:
        for other in _all_dates(row[:2000]):
            if other["year"] and (_month(other["month"]), int(other["day"])) == wanted:
                return other["year"]
    return ""


def _month(word: str) -> int:
    return int(word) if word.isdigit() else MONTHS[word.lower()]


def _moment(found: re.Match[str], year: str) -> datetime | None:
    """The printed hour has no zone and is taken as UTC, so that it is the same everywhere."""
    parts = found.groupdict()
    try:
        return datetime(
            int(parts["year"] or year),
            _month(parts["month"]),
            int(parts.get("day") or 1),
            int(parts.get("hour") or 0),
            int(parts.get("minute") or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _origin(page: Extract, rows: list[str], outlet: str, url: str) -> tuple[str, str]:
    """The agency or outlet the text comes from, and the words that say so."""
    for row in rows[:12] + rows[-12:]:
        if len(row) < 300 and (reprinted := _REPRINTED.search(row)):
            where = re.sub(r"\.(?:com|fr|net|org|info|co\.uk)\b.*$", "", reprinted["where"]).strip(
                " ."
            )
            return where, f"the text says “{reprinted.group().strip()}”"
    for row in [*page.bylines, *page.authors, *rows[:8], *rows[-8:]]:
        # A credit is a short line, or the dateline or last words of a longer one.
        for credit in (*_LONG_CREDITS, *(_SHORT_CREDITS if len(row) < 100 else ())):
            if found := credit.search(row):
                wire = _LONG_WIRES.get(found["wire"], found["wire"])
                return wire, f"the text is credited “{found.group().strip()}”"
    there, here = _host(page.canonical_url), _host(url)
    if there and here and not (there.endswith(here) or here.endswith(there)):
        return there, f"the page names {page.canonical_url} as its original"
    return "", ""
