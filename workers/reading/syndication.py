"""What a feed or a news sitemap lists: RSS and Atom by `feedparser`, sitemaps by their schema.

Bytes in, entries out; nothing is fetched. Of a list that is too long the beginning is read, and
what a feed says wrongly of an article (a date to come, no address) is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from time import struct_time
from typing import Any

import feedparser
from lxml import etree

from workers.reading.types import Unreadable

MOST_BYTES = 5_000_000
MOST_ENTRIES = 500
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An article as a feed lists it; `source` is whom it took it over from, if it says so."""

    url: str
    title: str = ""
    published_at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The articles of a feed, and other lists that it names, those first that changed last.

    `note` says what was left out, in a sentence.
    """

    articles: tuple[Listed, ...]
    lists: tuple[str, ...] = ()
    note: str = ""


def listing(body: bytes, *, at: datetime) -> Listing:
    """What a feed lists; raises Unreadable with the reason where it is none."""
    if len(body) > MOST_BYTES:
        raise Unreadable(f"The feed is larger than the {MOST_BYTES // 1_000_000} MB that are read.")
    head = body[:2000].lower()
    is_sitemap = b"<urlset" in head or b"<sitemapindex" in head
    return _sitemap(body, at) if is_sitemap else _feed(body, at)


def _feed(body: bytes, at: datetime) -> Listing:
    # As a file, because what is handed over as bytes or text may be taken for an address to open.
    parsed: Any = feedparser.parse(BytesIO(body), sanitize_html=False)
    entries = parsed.entries
    if not entries and not parsed.get("version"):
        raise Unreadable("This is no feed: give the address of RSS, Atom or a news sitemap.")
    listed, lies = [], 0
    for entry in entries[:MOST_ENTRIES]:
        published = _moment(entry.get("published_parsed") or entry.get("updated_parsed"))
        sure = _sure(published, at)
        lies += published is not None and sure is None
        if url := _address(entry.get("link", "")):
            source = entry.get("source") or {}
            listed.append(
                Listed(
                    url=url,
                    title=_plain(entry.get("title", "")),
                    published_at=sure,
                    source=_plain(source.get("title", "")),
                )
            )
    if entries and not listed:
        raise Unreadable("None of its articles has a web address; tell who publishes it.")
    return Listing(articles=tuple(listed), note=_note(len(entries), lies))


def _sitemap(body: bytes, at: datetime) -> Listing:
    safe = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, safe)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"The sitemap is broken XML: {error.msg}.") from error
    lists = tuple(_lists(root))[:MOST_ENTRIES]
    pages = root.findall(f"{SITEMAP}url")
    listed, lies = [], 0
    for page in pages[:MOST_ENTRIES]:
        said = page.findtext(f"{NEWS}news/{NEWS}publication_date") or ""
        published = _stamp(said)
        sure = _sure(published, at)
        lies += published is not None and sure is None
        if url := _address(page.findtext(f"{SITEMAP}loc") or ""):
            title = page.findtext(f"{NEWS}news/{NEWS}title") or ""
            listed.append(Listed(url=url, title=_plain(title), published_at=sure))
    return Listing(articles=tuple(listed), lists=lists, note=_note(len(pages), lies))


def _lists(root: Any) -> Iterator[str]:
    """The addresses of an index, those first that changed last, as far as it says so."""
    named = root.findall(f"{SITEMAP}sitemap")
    changed = {one: _stamp(one.findtext(f"{SITEMAP}lastmod") or "") or OLDEST for one in named}
    for one in sorted(named, key=lambda one: changed[one], reverse=True):
        if url := _address(one.findtext(f"{SITEMAP}loc") or ""):
            yield url


def _address(link: str) -> str:
    link = link.strip()
    return link if link.startswith(("https://", "http://")) else ""


def _plain(text: str) -> str:
    return " ".join(text.split())[:500]


def _moment(parsed: struct_time | None) -> datetime | None:
    """feedparser gives times in UTC."""
    try:
        return datetime(*parsed[:6], tzinfo=UTC) if parsed else None
    except ValueError:
        return None


def _stamp(text: str) -> datetime | None:
    """A W3C date and time; one without a zone is taken as UTC."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _sure(published: datetime | None, at: datetime) -> datetime | None:
    """A date that can be: no feed is from before the Web, or from the day after tomorrow."""
    plausible = published and OLDEST < published <= at + timedelta(days=1)
    return published if plausible else None


def _note(entries: int, lies: int) -> str:
    told = []
    if entries > MOST_ENTRIES:
        told.append(f"It lists {entries:,} articles; the first {MOST_ENTRIES} are read.")
    if lies:
        told.append(f"{lies} of its dates cannot be right and are left out.")
    return " ".join(told)
