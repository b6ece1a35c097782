"""Feeds are looked at when they are due, and bring what the desk does not have."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from sources import feeds
from sources.models import Document, Feed
from tests.claims.desk.screens import browser, text
from tests.sources.test_fetch import Site, page, public, site
from tests.workers.reading.test_syndication import ITEM, rss
from tests.workers.test_ingest import AT, finding
from tests.workers.test_recheck import html
from workers.ingest import ingest
from workers.watch import poll, poll_due

__all__ = ["public", "site"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public")]
ARTICLE = """Un pont ferme

Le pont de Landévern a perdu 84 de ses 300 câbles en avril, selon la préfecture.
"""


def listed(site: Site, *paths: str) -> bytes:
    return rss(*(ITEM.replace("https://gazette.example/pont", site.url(path)) for path in paths))


@pytest.fixture
def feed(site: Site) -> Feed:
    site.answers["/rss"] = page(listed(site, "/pont"), Content_Type="text/xml", ETag='"1"')
    site.answers["/pont"] = page(html(ARTICLE))
    return Feed.objects.create(url=site.url("/rss"), every=15)


def test_a_new_article_is_handed_in_read_and_counts_as_its_source(feed: Feed) -> None:
    assert poll_due(at=AT) == 1
    document = Document.objects.get()
    assert (document.received_by, document.state) == ("feed", "waiting")
    ingest(document.id, at=AT)
    document.refresh_from_db()
    assert document.title == "Un pont ferme"
    assert document.published_at
    assert finding("84 de ses 300").origin == "AVP"
    assert document.origin_because == "the feed names AVP as its source"
    feed.refresh_from_db()
    assert (feed.succeeded_at, feed.brought_at, feed.failures, feed.note) == (AT, AT, 0, "")


def test_a_known_article_is_no_news(feed: Feed) -> None:
    assert poll(feed, at=AT) == 1
    assert poll(feed, at=AT) == 0
    assert Document.objects.count() == 1


def test_a_feed_is_looked_at_when_it_is_due_and_by_one_worker(feed: Feed) -> None:
    assert feeds.due(at=AT) == [feed]
    assert feeds.due(at=AT) == []
    assert feeds.due(at=AT + timedelta(minutes=15)) == [feed]
    Feed.objects.update(active=False, next_at=None)
    assert feeds.due(at=AT) == []


def test_what_has_not_changed_is_not_sent_again(site: Site, feed: Feed) -> None:
    poll(feed, at=AT)

    def unchanged(request: BaseHTTPRequestHandler) -> None:
        assert request.headers["If-None-Match"] == '"1"'
        request.send_response(304)
        request.end_headers()

    site.answers["/rss"] = unchanged
    assert poll(feed, at=AT) == 0
    assert (feed.failures, feed.etag) == (0, '"1"')


def test_a_feed_that_fails_is_looked_at_later_each_time_and_says_why(
    site: Site, feed: Feed
) -> None:
    del site.answers["/rss"]
    waits = []
    for _ in range(9):
        poll(feed, at=AT)
        assert feed.next_at
        waits.append(feed.next_at - AT)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=30), timedelta(days=1))
    assert "answers 404" in feed.note
    assert "answers 404" in text(browser("Editor").get("/admin/sources/feed/"))


def test_a_site_that_asks_for_patience_gets_it(site: Site, feed: Feed) -> None:
    def busy(request: BaseHTTPRequestHandler) -> None:
        request.send_response(503)
        request.send_header("Retry-After", "7200")
        request.send_header("Content-Length", "0")
        request.end_headers()

    site.answers["/rss"] = busy
    poll(feed, at=AT)
    assert feed.next_at == AT + timedelta(hours=2)


def test_one_feed_that_is_none_leaves_its_neighbours_alone(site: Site, feed: Feed) -> None:
    site.answers["/page"] = page(html(ARTICLE))
    other = Feed.objects.create(url=site.url("/page"))
    assert poll_due(at=AT) == 1
    other.refresh_from_db()
    assert other.note.startswith("This is no feed")


def test_an_editor_has_a_feed_looked_at_now_and_an_auditor_does_not(feed: Feed) -> None:
    Feed.objects.update(next_at=AT)
    sent = {"action": "look_now", "_selected_action": str(feed.pk)}
    browser("Auditor", name="ruth").post("/admin/sources/feed/", sent)
    feed.refresh_from_db()
    assert feed.next_at == AT
    browser("Editor", name="jeanne").post("/admin/sources/feed/", sent)
    feed.refresh_from_db()
    assert feed.next_at is None


def index(site: Site, *paths: str) -> bytes:
    """An index of sitemaps, each changed a day after the one before."""
    named = (
        f"<sitemap><loc>{site.url(path)}</loc><lastmod>2026-11-{day:02}</lastmod></sitemap>"
        for day, path in enumerate(paths, 1)
    )
    return (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{''.join(named)}</sitemapindex>"
    ).encode()


def urls(site: Site, *paths: str) -> bytes:
    listed = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    return (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'
    ).encode()


def test_an_index_is_followed_to_its_newest_lists_whether_or_not_it_changed(
    site: Site, feed: Feed
) -> None:
    names = [f"/list{number}" for number in range(7)]
    site.answers["/rss"] = page(index(site, *names), ETag='"7"')
    for name in names[2:]:
        site.answers[name] = page(urls(site, f"{name}/a"))
    assert poll(feed, at=AT) == 5
    assert feed.note == "It names 7 lists; the 5 newest are read."
    assert feed.etag == ""
    site.answers["/list6"] = page(urls(site, "/list6/a", "/list6/b"))
    assert poll(feed, at=AT) == 1


def test_a_list_that_is_missing_leaves_the_others_of_its_index_alone(
    site: Site, feed: Feed
) -> None:
    site.answers["/rss"] = page(index(site, "/gone", "/list"))
    site.answers["/list"] = page(urls(site, "/list/a"))
    assert poll(feed, at=AT) == 1
    assert feed.failures == 0
    assert feed.note.startswith("1 of its lists cannot be read: 127.0.0.1 answers 404")
    del site.answers["/list"]
    poll(feed, at=AT)
    assert feed.failures == 1


def test_a_feed_with_nothing_in_it_is_no_failure(site: Site, feed: Feed) -> None:
    for empty in (rss(), urls(site)):
        site.answers["/rss"] = page(empty)
        assert poll(feed, at=AT) == 0
        assert (feed.failures, feed.note) == (0, "")


def test_what_a_person_changes_during_a_look_stays_changed(site: Site, feed: Feed) -> None:
    Feed.objects.filter(id=feed.id).update(active=False, every=60)
    poll(feed, at=AT)
    feed.refresh_from_db()
    assert (feed.active, feed.every, feed.succeeded_at) == (False, 60, AT)
    Feed.objects.filter(id=feed.id).delete()
    poll(feed, at=AT)
    assert not Feed.objects.exists()
