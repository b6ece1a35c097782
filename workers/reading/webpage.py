"""A web page: its main text without menus and comments, and what it says of itself.

trafilatura finds the main text (.93 F1 on news pages); dates with hours come from the page's own
metadata, and htmldate looks for a day where there is none. No clock is read: a date later than
the moment of fetching is no date of this page.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import htmldate
import trafilatura
from lxml import etree, html
from trafilatura.settings import Document

from workers.reading.types import BROKEN, ToldBy, Unreadable

MAX_HTML_CHARACTERS = 5_000_000
MAX_ATTRIBUTES = 1000  # of one element: libxml2 compares each with all others
PUBLISHED = ("article:published_time", "datePublished", "date", "dc.date")
MODIFIED = ("article:modified_time", "dateModified", "og:updated_time")
LARGE = 5000  # characters of a tag from which on its attributes are counted
# A quotation mark stands for a value only behind an equals sign; elsewhere it is a letter.
_TAG = re.compile(r"""<[a-zA-Z](?:=\s*+"[^"]*"|=\s*+'[^']*'|[^>])*+""")
_ATTRIBUTE = re.compile(r"""[^\s=/>]++(?:\s*+=\s*+(?:"[^"]*"|'[^']*'|[^\s>]++))?""")
MIN_PROSE_BEHIND_A_WALL = 300

_WALL = re.compile(
    r"\b(?:se connecter|connectez-vous|identifiez-vous|déjà abonnée?|abonnez-vous|s['’]abonner|"
    r"réservée? aux abonnés|pour lire la suite|mot de passe|créer un compte|log ?in|sign ?in|"
    r"password|subscribe|subscribers? only|already a (?:subscriber|member)|create an account|"
    r"continue reading)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Extract:
    """The text of a document and what the document says of itself."""

    text: str
    title: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    canonical_url: str = ""
    published_at: datetime | None = None
    published_precision: str = ""
    modified_at: datetime | None = None
    bylines: tuple[str, ...] = ()  # what stands beside the text: "Jane Doe with AFP"
    told_by: Mapping[str, ToldBy] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def read_page(source: str, *, url: str, fetched_at: datetime) -> Extract:
    """The main text and the metadata; Unreadable for walls, menus and what is too large."""
    if len(source) > MAX_HTML_CHARACTERS:
        raise Unreadable(
            f"This page has {len(source):,} characters of HTML and the limit is "
            f"{MAX_HTML_CHARACTERS:,}; send its text instead."
        )
    _refuse_bombs(source)
    try:
        tree = _parse(source)
        document = _main(tree, url, fetched_at)
        text = (document.text if document else "") or _all_text(tree)
        _refuse_walls(tree, text)
        return _described(tree, document, text, url, fetched_at)
    except (*BROKEN, etree.LxmlError) as error:
        # Broken markup makes the parsers raise whatever they happen to meet.
        raise Unreadable("This web page is broken; send its text instead.") from error


def _refuse_bombs(source: str) -> None:
    for tag in _TAG.finditer(source):
        if tag.end() - tag.start() < LARGE:
            continue
        attributes = sum(1 for _each in _ATTRIBUTE.finditer(tag.group()))
        if attributes > MAX_ATTRIBUTES:
            raise Unreadable(
                f"An element of this page has {attributes:,} attributes, and no article needs "
                "that; send the article's text."
            )


def _parse(source: str) -> html.HtmlElement:
    cleaned = re.sub(r"^\s{0,100}<\?xml[^>]{0,200}>", "", source.replace("\x00", ""))
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return html.document_fromstring(cleaned.encode("utf-8", "replace"), parser=parser)


def _main(tree: html.HtmlElement, url: str, fetched_at: datetime) -> Document | None:
    latest = fetched_at.strftime("%Y-%m-%d")
    found = trafilatura.bare_extraction(
        html.fromstring(etree.tostring(tree, encoding="unicode", method="html")),
        url=url or None,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"max_date": latest, "original_date": True},
    )
    return found if isinstance(found, Document) else None


def _all_text(tree: html.HtmlElement) -> str:
    """The blocks of a page in which no main text stands out: a note of a few lines."""
    tree = copy.deepcopy(tree)
    for element in tree.xpath("//script | //style | //nav | //header | //footer | //form | //head"):
        element.drop_tree() if element.getparent() is not None else element.clear()
    blocks = tree.xpath("//h1 | //h2 | //h3 | //p | //li | //td | //blockquote")
    rows = [" ".join(block.text_content().split()) for block in blocks]
    return "\n".join(row for row in rows if row) or " ".join(tree.text_content().split())


def _refuse_walls(tree: html.HtmlElement, text: str) -> None:
    prose = [row for row in text.split("\n") if _is_prose(row) and not _WALL.search(row)]
    has_password = bool(tree.xpath("//input[@type='password']"))
    asks_to_sign_in = has_password or _WALL.search(text) or _WALL.search(_page_words(tree))
    if asks_to_sign_in and sum(map(len, prose)) < MIN_PROSE_BEHIND_A_WALL:
        raise Unreadable(
            "This page is a sign-in or subscription form and not an article; "
            "send the article's text or a copy saved while signed in."
        )
    links = len(tree.xpath("//a[@href]"))
    if links > 5 and not any(map(_is_prose, text.split("\n"))):
        raise Unreadable("This page is all navigation and has no article; send the article's page.")


def _is_prose(row: str) -> bool:
    return len(row) > 40 and row.rstrip(" »”\"')").endswith((".", "!", "?", "…"))


def _page_words(tree: html.HtmlElement) -> str:
    """What forms and buttons say, for they are no part of the main text."""
    found = tree.xpath("//form//text() | //button//text() | //title//text()")
    return " ".join(str(piece).strip() for piece in found)[:5000]


def _described(
    tree: html.HtmlElement, document: Document | None, text: str, url: str, fetched_at: datetime
) -> Extract:
    data = list(_linked_data(tree))
    found = {
        "title": _first((ToldBy.PAGE, _clean(document.title if document else None))),
        "outlet": _outlet(tree, data, document),
        "authors": _authors(data, document),
        "canonical_url": _canonical(tree, url),
        "published_at": _first(
            (ToldBy.JSON_LD, _moment(data, "datePublished", fetched_at)),
            (ToldBy.META, _meta_moment(tree, PUBLISHED, fetched_at)),
            (ToldBy.PAGE, lambda: _day(tree, url, fetched_at)),
        ),
        "modified_at": _first(
            (ToldBy.JSON_LD, _moment(data, "dateModified", fetched_at)),
            (ToldBy.META, _meta_moment(tree, MODIFIED, fetched_at)),
        ),
    }
    told: dict[str, Any] = {name: value for name, (_by, value) in found.items() if value}
    by = {name: found[name][0] for name in told}
    precision = {ToldBy.PAGE: "day"}.get(by.get("published_at", ToldBy.META), "minute")
    return Extract(
        text=text,
        published_precision=precision if "published_at" in told else "",
        bylines=_bylines(tree),
        told_by=by,
        **told,
    )


def _first(*said: tuple[ToldBy, Any]) -> tuple[ToldBy, Any]:
    """The first thing that is said, and where; what takes long is asked for last."""
    for by, value in said:
        if found := value() if callable(value) else value:
            return by, found
    return said[-1][0], None


def _clean(value: object) -> str:
    words = str(value).encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
    return " ".join("".join(char for char in words if char.isprintable() or char.isspace()).split())


def _linked_data(tree: html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Every object of the page's JSON-LD (schema.org), whatever it is nested in."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            waiting = [json.loads(script.text_content())]
        except (ValueError, RecursionError):
            continue
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting.extend(item)
            elif isinstance(item, dict):
                yield item
                waiting.extend(item.get(key) for key in ("@graph", "mainEntity") if key in item)


def _moment(data: list[dict[str, Any]], key: str, fetched_at: datetime) -> datetime | None:
    return next(filter(None, (_parsed(item.get(key), fetched_at) for item in data)), None)


def _meta(tree: html.HtmlElement, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from map(
            str,
            tree.xpath(
                "//meta[@property=$name or @name=$name or @itemprop=$name]/@content", name=name
            ),
        )


def _meta_moment(
    tree: html.HtmlElement, names: tuple[str, ...], fetched_at: datetime
) -> datetime | None:
    return next(filter(None, (_parsed(found, fetched_at) for found in _meta(tree, names))), None)


def _parsed(value: object, fetched_at: datetime) -> datetime | None:
    """A moment with its hour; one without a zone is taken as UTC, one in the future as a slip."""
    if not isinstance(value, str) or len(value) < 16:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment if moment <= fetched_at else None
    except (ValueError, OverflowError):
        return None


def _day(tree: html.HtmlElement, url: str, fetched_at: datetime) -> datetime | None:
    found = htmldate.find_date(
        tree,
        extensive_search=False,  # it takes a copyright year for a date
        original_date=True,
        url=url or None,
        max_date=fetched_at.strftime("%Y-%m-%d"),
    )
    return datetime.strptime(found, "%Y-%m-%d").replace(tzinfo=UTC) if found else None


def _outlet(
    tree: html.HtmlElement, data: list[dict[str, Any]], document: Document | None
) -> tuple[ToldBy, str]:
    publishers = (item.get("publisher") for item in data)
    names = (_clean(each.get("name")) for each in publishers if isinstance(each, dict))
    return _first(
        (ToldBy.JSON_LD, next(filter(None, names), "")),
        (ToldBy.META, _clean(next(_meta(tree, ("og:site_name", "application-name")), ""))),
        (ToldBy.PAGE, _clean(document.sitename if document else None)),
    )


def _bylines(tree: html.HtmlElement) -> tuple[str, ...]:
    """Lines of credit, which are no part of the main text."""
    found = tree.xpath(
        "//*[contains(@class, 'byline') or contains(@class, 'author') or contains(@class, 'credit')"
        " or contains(@class, 'signature') or contains(@class, 'source')]"
    )
    rows = [_clean(element.text_content()) for element in found[:50]]
    return tuple(row for row in rows if 0 < len(row) < 150)


def _authors(
    data: list[dict[str, Any]], document: Document | None
) -> tuple[ToldBy, tuple[str, ...]]:
    names: list[str] = []
    for item in data:
        authors = item.get("author")
        for author in authors if isinstance(authors, list) else [authors]:
            name = _clean(author.get("name") if isinstance(author, dict) else author)
            if name and name not in names and "://" not in name:
                names.append(name)
    beside = (document.author if document else None) or ""
    others = tuple(name for each in beside.split(";") if (name := _clean(each)))
    return _first((ToldBy.JSON_LD, tuple(names)), (ToldBy.PAGE, others))


def _canonical(tree: html.HtmlElement, url: str) -> tuple[ToldBy, str]:
    links = [(ToldBy.LINK, str(at)) for at in tree.xpath("//link[@rel='canonical']/@href")]
    links += [(ToldBy.META, at) for at in _meta(tree, ("og:url",))]
    return _first(*((by, _web(url, at)) for by, at in links), (ToldBy.LINK, ""))


def _web(url: str, link: str) -> str:
    """A link of the page as a web address; nothing where it is none."""
    absolute = urljoin(url, link.strip())
    return _clean(absolute) if urlsplit(absolute).scheme in ("http", "https") else ""
