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
        articles = [*found.articles, *_further(found, at)]
    except (fetch.Unfetchable, Unreadable) as error:
        feeds.failed(feed, str(error), later=getattr(error, "later", None), at=at)
        return 0
    brought, refused = 0, 0
    for article in articles:
        try:
            brought += _received(article, feed, at)
        except intake.Unacceptable:
            refused += 1
    notes = [found.note, f"{refused} of its addresses are none." if refused else ""]
    feeds.polled(
        feed,
        etag=page.etag if page.changed else feed.etag,
        last_modified=page.last_modified if page.changed else feed.last_modified,
        brought=brought,
        note=" ".join(filter(None, notes)),
        at=at,
    )
    return brought


def _further(found: Listing, at: datetime) -> list[Listed]:
    """The articles of the lists that an index names, which are not followed any further."""
    articles: list[Listed] = []
    for address in found.lists[:MOST_LISTS]:
        articles += listing(fetch.fetch(address).body, at=at).articles
    return articles


def _received(article: Listed, feed: Feed, at: datetime) -> bool:
    hints = {
        "feed": feed.url,
        "title": article.title,
        "published_at": article.published_at.isoformat() if article.published_at else "",
        "source": article.source,
    }
    return intake.receive(url=article.url, by="feed", at=at, hints=hints).new
