"""Published claims for machines: ClaimReview, DataFeed, vocabulary, oEmbed, Atom, sitemap."""

import json
from typing import Any
from uuid import UUID

import feedparser
import pytest
from lxml import etree, html
from pytest_django import Settings

from claims.clients import claimreview
from claims.events import Published, Rated, Unrated
from claims.models import Claim
from tests.claims.build import AT, begins, corroborated, disputed, recorded, say
from tests.claims.public.test_pages import get, published, rated
from tests.client import API, problem

pytestmark = pytest.mark.django_db
NOBODY = "7f96b80f-951e-4064-b6ce-bc368a0cc370"  # no claim of ours


def parsed(address: str) -> Any:
    return html.document_fromstring(get(address).content.decode())


def reviewed(claim: UUID) -> dict[str, Any]:
    response = get(f"{API}/claims/{claim}/claimreview")
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/ld+json"
    body: dict[str, Any] = response.json()
    return body


def test_a_confirmed_verdict_is_a_claimreview_with_both_ends_of_the_scale() -> None:
    claim = published(begins(claimant="Ada Roy"), corroborated(2))
    rated(claim)

    told = reviewed(claim)

    assert told["@type"] == "ClaimReview"
    assert told["url"] == f"http://testserver/claims/{claim}"
    assert told["claimReviewed"] == Claim.objects.get().wording
    assert told["reviewRating"] == {
        "@type": "Rating", "alternateName": "Faux", "ratingValue": 1, "worstRating": 1,
        "bestRating": 5,
    }  # fmt: skip
    said = told["itemReviewed"]
    assert said["author"] == {"@type": "Person", "name": "Ada Roy"}
    assert len(said["appearance"]) == 2
    assert said["firstAppearance"] in said["appearance"]
    assert (told["claimStatus"], told["independentOrigins"]) == ("corroborated", 2)
    assert "correction" not in told


def test_what_nobody_can_rate_has_a_name_and_no_number() -> None:
    claim = published()
    rated(claim, "unproven")
    assert reviewed(claim)["reviewRating"] == {"@type": "Rating", "alternateName": "Non démontré"}


def test_a_verdict_that_replaced_another_says_so() -> None:
    claim = published()
    rated(claim, "true")
    rated(claim, "false")
    (correction,) = reviewed(claim)["correction"]
    assert correction["@type"] == "CorrectionComment"
    assert "Vrai" in correction["text"]


def test_only_a_verdict_that_is_confirmed_and_holds_leaves_the_house() -> None:
    claim = recorded()
    address = f"{API}/claims/{claim}/claimreview"
    problem(get(address), 404, "not-found")
    say(claim, Published())
    problem(get(address), 404, "not-found")
    rated(claim)
    assert get(address).status_code == 200
    say(claim, disputed(5))
    problem(get(address), 404, "not-found")


def test_a_verdict_that_was_taken_back_is_exported_no_more() -> None:
    claim = published()
    rated(claim)
    say(claim, Unrated(rating=3, reason="Erreur."))
    problem(get(f"{API}/claims/{claim}/claimreview"), 404, "not-found")


def test_the_page_holds_the_same_document() -> None:
    claim = published()
    rated(claim)
    page = parsed(f"/claims/{claim}")
    (inside,) = page.xpath("//script[@type='application/ld+json']")
    assert json.loads(inside.text) == reviewed(claim)


def test_all_verdicts_are_one_datafeed_at_the_price_of_two_queries(
    django_assert_num_queries: Any,
) -> None:
    claims = [published(begins(number)) for number in range(1, 6)]
    for claim in claims[1:]:
        rated(claim)
    with django_assert_num_queries(2):
        feed = get(f"{API}/claimreviews").json()
    assert feed["@type"] == "DataFeed"
    items = [element["item"] for element in feed["dataFeedElement"]]
    assert [item["url"].rpartition("/")[2] for item in items] == [str(c) for c in claims[:0:-1]]
    assert items[0] == reviewed(claims[-1])


def test_the_linter_says_what_an_export_lacks(settings: Settings) -> None:
    settings.DESK_NAME = ""
    claim = published(begins(url="", wording="Le compte " + "réunit " * 20))
    rated(claim, "unproven")
    row = Claim.objects.get()
    lacks = " ".join(claimreview.lint(row, reviewed(claim)))
    for said in ("DESK_NAME", "Nobody is named", "no number", "75 letters", "has an address"):
        assert said in lacks


def test_an_export_that_lacks_nothing_passes_the_linter(settings: Settings) -> None:
    settings.DESK_NAME = "Le Veilleur"
    claim = published(begins(claimant="Ada Roy", wording="80 000 abonnés.", published_at=AT))
    rated(claim)
    assert claimreview.lint(Claim.objects.get(), reviewed(claim)) == []


def test_our_own_words_resolve_to_what_they_mean() -> None:
    claim = published()
    rated(claim)
    where = reviewed(claim)["@context"][1]
    told = get(where.removeprefix("http://testserver"))
    assert told["Content-Type"] == "application/ld+json"
    context = told.json()["@context"]
    meant = {one["@id"]: one["rdfs:comment"] for one in told.json()["@graph"]}
    for word in ("claimStatus", "independentOrigins", "logPosition", "disputed"):
        assert meant[context[word]["@id"] if isinstance(context[word], dict) else context[word]]
    ours = {name for name in reviewed(claim) if name in context}
    assert ours == {
        "claimStatus", "independentOrigins", "supportingArticles", "standingDisputes",
        "historyVersion", "logPosition",
    }  # fmt: skip


def test_a_page_can_be_embedded_by_its_address() -> None:
    claim = published(begins(wording='Un "compte" <b>'))
    shown = parsed(f"/claims/{claim}")
    (address,) = shown.xpath("//link[@type='application/json+oembed']/@href")

    told = get(address.removeprefix("http://testserver") + "&maxwidth=320").json()

    assert (told["type"], told["version"], told["width"]) == ("rich", "1.0", 320)
    frame: Any
    (frame,) = html.fragments_fromstring(told["html"])
    assert frame.get("src") == f"http://testserver/claims/{claim}/card"
    assert frame.get("title") == 'Un "compte" <b>'


@pytest.mark.parametrize(
    ("asked", "status"),
    [("", 404), ("?url=https://elsewhere.example/", 404), (f"?url=/claims/{NOBODY}", 404),
     ("?format=xml", 501)],
)  # fmt: skip
def test_what_cannot_be_embedded_is_refused(asked: str, status: int) -> None:
    assert get(f"/oembed{asked}").status_code == status


def test_changes_are_a_feed_that_readers_understand() -> None:
    claim = published()
    recorded(begins(2))
    rated(claim)
    say(claim, Unrated(rating=3, reason="Un chiffre manquait."))
    feed = feedparser.parse(get("/claims/feed.atom").content)
    assert not feed.bozo
    told = [entry.summary for entry in feed.entries]
    assert len(told) == 4
    assert "took back the rating" in told[0]
    assert all(entry.link == f"http://testserver/claims/{claim}" for entry in feed.entries)
    assert len({entry.id for entry in feed.entries}) == 4
    one = feedparser.parse(get(f"/claims/{claim}/feed.atom").content)
    assert len(one.entries) == 4


def test_a_verdict_nobody_confirmed_is_not_in_the_feed() -> None:
    claim = published()
    say(claim, Rated(verdict="false", explanation="Trente-sept.", against=2))
    say(claim, Unrated(rating=3, reason="Trop tôt."))
    assert b"Trop t" not in get("/claims/feed.atom").content


def test_search_engines_find_the_published_pages() -> None:
    claim = published()
    recorded(begins(2))
    robots = get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in robots
    index: Any = etree.fromstring(get("/sitemap.xml").content)
    (section,) = index.xpath("//*[local-name()='loc']/text()")
    pages: Any = etree.fromstring(get(section.removeprefix("http://testserver")).content)
    assert pages.xpath("//*[local-name()='loc']/text()") == [f"http://testserver/claims/{claim}"]
