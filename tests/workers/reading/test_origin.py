"""Headline, byline, date, outlet and the agency behind them."""

from datetime import UTC, datetime

import pytest

from workers.reading import Reading, read

FETCHED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BODY = "\n\nLe pont de Vaux a rouvert lundi après 14 mois de travaux, a annoncé la préfecture."


def _read(head: str, foot: str = "", url: str = "") -> Reading:
    body = f"Le pont de Vaux rouvre\n\n{head}{BODY}{foot}".encode()
    return read(body, content_type="text/plain", url=url, fetched_at=FETCHED)


@pytest.mark.parametrize(
    ("head", "foot", "origin"),
    [
        ("Par Le Courrier de Vaux avec AFP", "", "AFP"),
        ("By Jane Doe, Reuters", "", "Reuters"),
        ("Par Canal Vaux avec AVP", "", "AVP"),
        ("", " (AFP)", "AFP"),
        ("VAUX, 3 mai (AVP) - Le chantier a duré plus d'un an, un record.", "", "AVP"),
        ("", "\n\nArticle original publié sur Vauxmatin.fr", "Vauxmatin"),
        ("Par Ana Morel", "", ""),
        ("", " Le préfet l'a confirmé à l'AFP.", ""),
    ],
)
def test_the_agency_behind_a_text_is_credited(head: str, foot: str, origin: str) -> None:
    reading = _read(head, foot)
    assert reading.origin == origin
    assert bool(reading.origin_because) == bool(origin)


def test_a_page_that_names_another_address_as_its_original_comes_from_there() -> None:
    page = (
        '<html><head><link rel="canonical" href="https://vauxmatin.example/pont"></head><body>'
        f"<article><p>{BODY}</p><p>{BODY}</p></article></body></html>"
    )
    reading = read(
        page.encode(), content_type="text/html", url="https://copie.example/1", fetched_at=FETCHED
    )
    assert reading.origin == "vauxmatin.example"


@pytest.mark.parametrize(
    ("head", "published", "precision"),
    [
        ("4 avril 2024 11:04 Mis à jour: 5 avril 2024 12:12",
         datetime(2024, 4, 4, 11, 4, tzinfo=UTC), "minute"),
        ("Publié le 1er mars 2026", datetime(2026, 3, 1, tzinfo=UTC), "day"),
        ("Published March 3, 2026", datetime(2026, 3, 3, tzinfo=UTC), "day"),
        ("Le 05 décembre à 17h02", None, ""),
    ],
)  # fmt: skip
def test_the_printed_date_is_read_and_no_year_is_invented(
    head: str, published: datetime | None, precision: str
) -> None:
    reading = _read(head)
    assert (reading.published_at, reading.published_precision) == (published, precision)


def test_a_date_without_its_year_takes_it_from_the_same_day_elsewhere() -> None:
    reading = _read("Le 05 décembre à 17h02", "\n\nCommentaires (1)\nLe 05/12/2024 à 23h46\nBravo")
    assert reading.published_at == datetime(2024, 12, 5, 17, 2, tzinfo=UTC)


def test_a_month_is_kept_as_a_month() -> None:
    body = f" date 2024-04 {BODY.strip()}"
    reading = read(body.encode(), content_type="text/plain", fetched_at=FETCHED)
    assert reading.published_precision == "month"
    assert reading.text[reading.passages[1].start :].startswith("Le pont")


def test_title_authors_and_outlet_come_from_the_head() -> None:
    reading = _read("Par Ana Morel, La Gazette du Haut", url="https://www.haut.example/pont")
    assert reading.title == "Le pont de Vaux rouvre"
    assert reading.authors == ("Ana Morel",)
    assert reading.outlet == "La Gazette du Haut"
    assert _read("", url="https://www.haut.example/pont").outlet == "haut.example"
