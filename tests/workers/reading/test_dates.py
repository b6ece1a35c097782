"""Dates as the press writes them: found verbatim, and never more exact than they were given."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.reading.dates import contradict, find
from workers.reading.types import Moment, Precision

THURSDAY = date(2024, 3, 14)
DAY, MONTH, YEAR = Precision.DAY, Precision.MONTH, Precision.YEAR


def only(text: str, published: date | None = THURSDAY) -> Moment:
    (moment,) = find(text, published)
    assert text[moment.start : moment.end] == moment.text
    return moment


@pytest.mark.parametrize(
    ("text", "found", "since", "days"),
    [
        ("Le bac a coulé le 5 mars 2024.", "5 mars 2024", date(2024, 3, 5), 1),
        ("Il a coulé le jeudi 29 février 2024.", "jeudi 29 février 2024", date(2024, 2, 29), 1),
        ("It sank on the 5th of March, 2024.", "5th of March, 2024", date(2024, 3, 5), 1),
        ("It sank on March 5th, 2024.", "March 5th, 2024", date(2024, 3, 5), 1),
        ("Il a coulé le 05.03.2024.", "05.03.2024", date(2024, 3, 5), 1),
        ("Le 31 décembre dernier, il coula.", "31 décembre", date(2023, 12, 31), 1),
        ("Le bac coule avant-hier.", "avant-hier", date(2024, 3, 12), 1),
        ("Il coule aujourd’hui.", "aujourd’hui", date(2024, 3, 14), 1),
        ("Il a coulé jeudi.", "jeudi", date(2024, 3, 14), 1),
        ("Il a coulé jeudi dernier.", "jeudi dernier", date(2024, 3, 7), 1),
        ("Le procès s’ouvre jeudi prochain.", "jeudi prochain", date(2024, 3, 21), 1),
        ("The trial opens next Monday.", "next Monday", date(2024, 3, 18), 1),
        ("Il a fermé cette semaine.", "cette semaine", date(2024, 3, 11), 7),
        ("It closed two weeks ago.", "two weeks ago", date(2024, 2, 26), 7),
        ("Il a fermé il y a un an et demi.", "il y a un an et demi", date(2022, 9, 1), 30),
        ("It closed a year and a half ago.", "a year and a half ago", date(2022, 9, 1), 30),
        ("Il a fermé le trimestre dernier.", "trimestre dernier", date(2023, 10, 1), 92),
        ("Il ouvrira l’année prochaine.", "année prochaine", date(2025, 1, 1), 365),
        ("They met from 3-5 May 2024 in port.", "from 3-5 May 2024", date(2024, 5, 3), 3),
        ("They met May 3-5, 2024.", "May 3-5, 2024", date(2024, 5, 3), 3),
        ("Il a joué la saison en 2015-2016.", "2015-2016", date(2015, 1, 1), 731),
        ("Il a joué la saison en 2015-16.", "2015-16", date(2015, 1, 1), 731),
        ("Ouvert de juin à août 2023.", "de juin à août 2023", date(2023, 6, 1), 92),
        ("It closed about ten years ago.", "about ten years ago", date(2014, 1, 1), 365),
        ("Dans les années 80, il joue.", "années 80", date(1980, 1, 1), 3653),
        ("Il a fermé mi-2019.", "mi-2019", date(2019, 1, 1), 365),
        ("It closed in late March 2019.", "late March 2019", date(2019, 3, 1), 31),
    ],
)
def test_a_date_is_the_stretch_of_days_that_it_leaves_open(
    text: str, found: str, since: date, days: int
) -> None:
    moment = only(text)
    assert moment.text == found
    assert (moment.since, moment.until) == (since, since + timedelta(days=days))


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("le 5 mars", DAY),
        ("elle a fermé hier", DAY),
        ("elle a fermé mardi", DAY),
        ("le 3 du mois", DAY),
        ("en mars", MONTH),
        ("le mois dernier", MONTH),
        ("au premier trimestre", Precision.QUARTER),
        ("last week", Precision.WEEK),
        ("ten years ago", YEAR),
    ],
)
def test_without_a_day_of_publication_a_relative_date_is_found_and_stays_open(
    text: str, precision: Precision
) -> None:
    moment = only(text, published=None)
    assert (moment.since, moment.until, moment.precision) == (None, None, precision)


def test_a_day_without_its_year_is_the_nearest_one() -> None:
    assert only("le 30 décembre", date(2024, 1, 3)).since == date(2023, 12, 30)
    assert only("le 3 janvier", date(2023, 12, 30)).since == date(2024, 1, 3)


def test_the_weekday_tells_which_year_is_meant() -> None:
    assert only("lundi 1er avril", date(2024, 12, 6)).since == date(2024, 4, 1)
    assert only("mardi 1er avril", date(2024, 12, 6)).since == date(2025, 4, 1)


def test_what_is_wrong_in_a_date_leaves_what_is_right() -> None:
    assert only("le 30 février 2023").text == "février 2023"
    assert only("du 9 au 5 mai 2024").text == "5 mai 2024"


def test_a_weekday_that_was_a_slip_leaves_the_date_as_it_is() -> None:
    assert only("lundi 5 mars", THURSDAY).since == date(2024, 3, 5)


def test_an_english_date_in_figures_is_no_more_exact_than_it_can_be_read() -> None:
    french, english = only("Il est né le 05/03/2024."), only("It was born on 05/03/2024.")
    assert (french.precision, english.precision) == (DAY, YEAR)
    assert only("It was born on 25/03/2024.").since == date(2024, 3, 25)


@pytest.mark.parametrize(
    "text",
    [
        "le 31 juin",
        "on 45 March",
        "2023-13-40",
        "il y a dix mille ans",
        "une foule de 2000 personnes",
        "il marche vers la mairie",
        "they march and may leave in peace",
        "n° 2023-12",
        "à 17h30",
        "pendant trois semaines",
        "il a perdu 2024 euros",
        "un abri pour 2000 personnes",
        "depuis 2000 ans",
        "",
    ],
)
def test_what_is_no_day_of_any_calendar_or_no_date_is_not_found(text: str) -> None:
    assert find(text, THURSDAY) == ()


@pytest.mark.parametrize(
    ("ours", "theirs", "cannot"),
    [
        ("le 3 mai 2024", "le 7 mai 2024", True),
        ("le 3 mai 2024", "en mai 2024", False),
        ("le 3 mai 2024", "in 2024", False),
        ("en 2019", "début 2019", False),
        ("en 2019", "in 2020", True),
        ("dans les années 1990", "en 1996", False),
        ("du 3 au 5 mai 2024", "le 5 mai 2024", False),
        ("du 3 au 5 mai 2024", "le 6 mai 2024", True),
        ("hier", "le 14 mars 2024", True),
        ("hier", "le 13 mars 2024", False),
    ],
)
def test_dates_contradict_where_no_day_is_in_both(ours: str, theirs: str, cannot: bool) -> None:
    a, b = only(ours), only(theirs)
    assert contradict(a, b) is contradict(b, a) is cannot


def test_an_open_date_contradicts_nothing() -> None:
    assert not contradict(only("hier", published=None), only("le 3 mai 2024"))


DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 30))
FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
ENGLISH = "January February March April May June July August September October November December"


@given(DAYS, st.none() | DAYS)
def test_any_day_is_read_as_it_was_written(day: date, published: date | None) -> None:
    french, english = (names.split()[day.month - 1] for names in (FRENCH, ENGLISH))
    for written in (
        f"le {day.day} {french} {day.year}",
        f"on {day.day} {english} {day.year}",
        f"on {english} {day.day}, {day.year}",
        f"le {day:%d/%m/%Y} dans la ville",
        day.isoformat(),
    ):
        moment = only(written, published)
        assert (moment.since, moment.precision) == (day, DAY)


@given(DAYS)
def test_any_day_without_its_year_is_within_half_a_year_of_publication(day: date) -> None:
    moment = only(f"le {day.day} {FRENCH.split()[day.month - 1]}", date(2024, 3, 14))
    assert moment.since is not None
    assert (moment.since.month, moment.since.day) == (day.month, day.day)
    assert abs(moment.since - date(2024, 3, 14)) <= timedelta(days=184)


PIECES = st.sampled_from(
    [
        *("le ", "du ", "au ", "en ", "il y a ", " ago", "entre ", " et ", "de ", " à ", "-", "/"),
        *("mars", "mai", "May", "mardi", " dernier", "début ", "3", "31", "2024", "1er", " ", "T3"),
        *("années ", "1990", "s", "un an", " et demi", "la semaine", "hier", "9999-12-31", "an"),
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)), st.none() | st.dates())
def test_every_date_is_a_verbatim_span_of_any_text(text: str, published: date | None) -> None:
    end = 0
    for moment in find(text, published):
        assert text[moment.start : moment.end] == moment.text != ""
        assert moment.start >= end
        if moment.since is not None and moment.until is not None:
            assert moment.since < moment.until
        end = moment.end
