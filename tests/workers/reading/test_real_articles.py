"""The five real articles that the desk measures with; they are no part of the project."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from workers.reading import Kind, Passage, Reading, read

FETCHED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def articles(shared: Path) -> list[Reading]:
    """Each of them, read."""
    found = sorted((shared / "seeds").glob("0*.txt"))
    return [read(p.read_bytes(), content_type="text/plain", fetched_at=FETCHED) for p in found]


def _proposed(articles: list[Reading], words: str) -> list[Passage]:
    return [
        passage
        for reading in articles
        for passage in reading.passages
        if words in reading.text[passage.start : passage.end] and passage.checkworthy >= 0.5
    ]


def test_both_counts_of_followers_are_proposed(articles: list[Reading]) -> None:
    for figure in ("80.000", "60.000"):
        (passage,) = _proposed(articles, figure)
        assert passage.kind is Kind.STATEMENT


def test_appeals_walls_and_comments_are_never_proposed(articles: list[Reading]) -> None:
    for words in ("partir de 1€", "Déjà abonné", "influenceurs", "gatekeeper", "23%"):
        assert _proposed(articles, words) == []


def test_each_denial_is_the_companys_and_disputes_a_proposed_claim(articles: list[Reading]) -> None:
    found = [(reading, denial) for reading in articles for denial in reading.denials]
    said = [reading.text[denial.start : denial.end] for reading, denial in found]
    for words in ("complètement fausses", "dément fermement", "dément toutes"):
        assert any(words in quote for quote in said)
    assert {denial.speaker for _, denial in found} == {"TikTok"}
    assert all(reading.passages[denial.of].checkworthy >= 0.5 for reading, denial in found)


def test_reprints_name_where_they_come_from(articles: list[Reading]) -> None:
    assert {"AFP", "BFMTV"} <= {reading.origin for reading in articles}
