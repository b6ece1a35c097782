"""What a document says of itself, and where it says so."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workers.reading import Reading, Unreadable, read

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
SAID = "La région a payé 42 000 euros en 2025 pour la rénovation du théâtre de Brême."
TEXT = f"""Le théâtre rénové

Par Jeanne Ravel, Le Courrier du Nord
3 mai 2026 08:15

{SAID}
"""


def page(head: str = "") -> Reading:
    title = "Le théâtre rénové"
    body = f"<article><h1>{title}</h1><p>{SAID}</p><p>{SAID} Encore.</p></article>"
    return read(
        f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode(),
        content_type="text/html",
        url="https://www.courrier.example/theatre",
        fetched_at=AT,
    )


def linked(*data: Any) -> str:
    scripts = (f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in data)
    return "".join(scripts)


def test_json_ld_is_believed_first() -> None:
    found = page(
        '<meta property="article:published_time" content="2026-05-01T10:00:00Z">'
        '<link rel="canonical" href="/theatre?id=1">'
        + linked(
            {"@type": "WebSite", "name": "Le Courrier"},
            {
                "@graph": [
                    {
                        "@type": "NewsArticle",
                        "author": [{"name": "Jeanne Ravel"}, "Yann Morizur", {"name": 7}],
                        "publisher": {"name": "Le Courrier du Nord"},
                        "datePublished": "2026-05-02T10:00:00+02:00",
                        "dateModified": "2026-05-03T09:00:00",
                    }
                ]
            },
        )
    )
    assert found.authors == ("Jeanne Ravel", "Yann Morizur")
    assert found.published_at == datetime(2026, 5, 2, 8, tzinfo=UTC)
    assert found.modified_at == datetime(2026, 5, 3, 9, tzinfo=UTC)
    assert found.canonical_url == "https://www.courrier.example/theatre?id=1"
    assert found.told_by == {
        "title": "page",
        "outlet": "json-ld",
        "authors": "json-ld",
        "published_at": "json-ld",
        "modified_at": "json-ld",
        "canonical_url": "link",
    }


def test_then_the_meta_elements_then_the_page_itself() -> None:
    found = page(
        '<meta property="article:published_time" content="2026-05-01T10:00:00Z">'
        '<meta property="og:site_name" content="Le Courrier">'
        '<meta property="og:url" content="https://courrier.example/t">'
    )
    assert (found.told_by["published_at"], found.told_by["outlet"]) == ("meta", "meta")
    assert found.told_by["canonical_url"] == "meta"
    assert page().told_by["outlet"] == "page"


def test_a_text_says_it_in_its_head() -> None:
    found = read(TEXT.encode(), content_type="text/plain", fetched_at=AT)
    assert (found.outlet, found.authors) == ("Le Courrier du Nord", ("Jeanne Ravel",))
    assert {found.told_by[name] for name in ("title", "outlet", "authors", "published_at")} == {
        "text"
    }


def test_a_date_to_come_is_no_date_of_the_page() -> None:
    found = page(linked({"@type": "NewsArticle", "datePublished": "2031-05-02T10:00:00Z"}))
    assert found.published_at is None or found.published_at <= AT
    assert found.told_by.get("published_at") != "json-ld"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.just("2026-05-02T10:00Z"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "@graph", "author", "publisher"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.sampled_from(["author", "publisher", "datePublished", "dateModified", "@graph"]),
        anything,
    )
)
def test_whatever_stands_in_json_ld_the_page_is_read(data: dict[str, Any]) -> None:
    found = page(linked(data).replace("</", "<\\/").replace("<\\/script>", "</script>"))
    assert SAID in found.text
    assert all(isinstance(name, str) for name in found.authors)
    with suppress(Unreadable):
        page(linked([data, data]))
