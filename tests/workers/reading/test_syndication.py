"""What feeds and news sitemaps list, and what they say wrongly."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.reading import Unreadable
from workers.reading.syndication import MOST_ENTRIES, listing

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
ITEM = """<item><title>Un  pont\nferme</title><link>https://gazette.example/pont</link>
<pubDate>Mon, 04 May 2026 09:30:00 +0200</pubDate>
<source url="https://avp.example/rss">AVP</source></item>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>La Gazette</title>
<entry><title>Un pont ferme</title><link href="https://gazette.example/pont"/>
<updated>2026-05-04T07:30:00Z</updated></entry></feed>"""
SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>
<loc>https://gazette.example/pont</loc><news:news><news:title>Un pont ferme</news:title>
<news:publication_date>2026-05-04T09:30:00+02:00</news:publication_date></news:news></url></urlset>"""


def rss(*items: str) -> bytes:
    channel = f"<channel><title>La Gazette</title>{''.join(items)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()


@pytest.mark.parametrize("body", [rss(ITEM), ATOM.encode(), SITEMAP.encode()])
def test_an_article_is_listed_with_its_address_title_and_date(body: bytes) -> None:
    (article,) = listing(body, at=AT).articles
    assert article.url == "https://gazette.example/pont"
    assert article.title == "Un pont ferme"
    assert article.published_at == datetime(2026, 5, 4, 7, 30, tzinfo=UTC)


def test_the_source_of_an_entry_is_whom_it_was_taken_over_from() -> None:
    assert listing(rss(ITEM), at=AT).articles[0].source == "AVP"


def test_an_index_names_other_lists() -> None:
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>'
        "<loc>https://gazette.example/news.xml</loc></sitemap></sitemapindex>"
    )
    assert listing(index.encode(), at=AT).lists == ("https://gazette.example/news.xml",)


@pytest.mark.parametrize("year", ["1970", "2031"])
def test_a_date_that_cannot_be_is_left_out_and_told(year: str) -> None:
    found = listing(rss(ITEM.replace("2026", year)), at=AT)
    assert found.articles[0].published_at is None
    assert found.note == "1 of its dates cannot be right and are left out."


def test_of_a_feed_that_never_ends_the_beginning_is_read() -> None:
    found = listing(rss(*[ITEM] * (MOST_ENTRIES + 1)), at=AT)
    assert len(found.articles) == MOST_ENTRIES
    assert "the first 500 are read" in found.note


def test_an_entry_without_a_web_address_is_no_article() -> None:
    with pytest.raises(Unreadable, match="None of its articles has a web address"):
        listing(rss(ITEM.replace("https://gazette.example/pont", "javascript:alert(1)")), at=AT)


@pytest.mark.parametrize(
    "body", [b"", b"<html><p>Une page</p></html>", b"%PDF-1.7", b"<urlset", b"x" * 6_000_000]
)
def test_what_is_no_feed_says_so_in_a_sentence(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        listing(body, at=AT)
    assert str(refused.value).endswith(".")


def test_an_entity_bomb_stays_small() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    text = SITEMAP.replace("<urlset", f"{bomb}<urlset", 1).replace("Un pont ferme", "&b;")
    assert len(listing(text.encode(), at=AT).articles[0].title) < 100


@given(st.binary(max_size=2000) | st.text(max_size=500).map(lambda text: rss(text)))
def test_whatever_comes_is_a_listing_or_unreadable(body: bytes) -> None:
    try:
        found = listing(body, at=AT)
    except Unreadable:
        return
    assert all(one.url.startswith("http") for one in found.articles)
