"""Look at feeds and news sitemaps for new articles; what has not changed is not sent again."""

import time
from datetime import datetime

from sources import feeds, fetch, intake
from sources.models import Feed
from workers.reading import Unreadable
from workers.reading.syndication import Listed, Listing, listing

SECONDS = 60.0  # after which no more feeds are begun with: what is due is due the next time too
MOST_LISTS = 5  # lists that an index of sitemaps is followed to


def poll_due(*, at: datetime) -> int:
    """Look at the feeds that are due, for a while; how many documents are new."""
    until, brought = time.monotonic() + SECONDS, 0
    while time.monotonic() < until and (found := feeds.due(at=at)):
        brought += sum(poll(feed, at=at) for feed in found)
    return brought


def poll(feed: Feed, *, at: datetime) -> int:
    """Hand in what a feed lists that the desk does not have; how many documents.

    What goes wrong is kept with the feed, in a sentence, and concerns no other one.
    """
    try:
        page = fetch.fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified)
        found = listing(page.body, at=at) if page.changed else Listing(articles=(), note=feed.note)
        articles, unread = _further(found, at)
    except (fetch.Unfetchable, Unreadable) as error:
        feeds.failed(feed, str(error), later=getattr(error, "later", None), at=at)
        return 0
    brought, refused = 0, 0
    for article in [*found.articles, *articles]:
        try:
            brought += _received(article, feed, at)
        except intake.Unacceptable:
            refused += 1
    notes = [found.note, *unread, f"{refused} of its addresses are none." if refused else ""]
    seen = (page if page.changed else feed).etag, (page if page.changed else feed).last_modified
    # An index that has not changed itself names lists that may have: it is always read.
    etag, last_modified = ("", "") if found.lists else seen
    feeds.polled(
        feed,
        etag=etag,
        last_modified=last_modified,
        brought=brought,
        note=" ".join(filter(None, notes)),
        at=at,
    )
    return brought


def _further(found: Listing, at: datetime) -> tuple[list[Listed], list[str]]:
    """The articles of the newest lists that an index names, and what of them was not read.

    Raises Unfetchable or Unreadable where none of them can be read.
    """
    articles: list[Listed] = []
    unread: list[Exception] = []
    chosen = found.lists[:MOST_LISTS]
    for address in chosen:
        try:
            articles += listing(fetch.fetch(address).body, at=at).articles
        except (fetch.Unfetchable, Unreadable) as error:
            unread.append(error)
    if chosen and len(unread) == len(chosen):
        raise unread[0]
    told = [f"{len(unread)} of its lists cannot be read: {unread[0]}"] if unread else []
    if left := len(found.lists) - len(chosen):
        told.append(f"It names {left + len(chosen)} lists; the {len(chosen)} newest are read.")
    return articles, told


def _received(article: Listed, feed: Feed, at: datetime) -> bool:
    hints = {
        "feed": feed.url,
        "title": article.title,
        "published_at": article.published_at.isoformat() if article.published_at else "",
        "source": article.source,
    }
    return intake.receive(url=article.url, by="feed", at=at, hints=hints).new
