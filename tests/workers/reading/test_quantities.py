"""Figures as the press writes them: found verbatim, read in one way, compared as rounded."""

from decimal import Decimal

import pytest

from workers.reading.quantities import compatible, conflicts, find
from workers.reading.types import Tolerance

EXACT, ABOUT = Tolerance.EXACT, Tolerance.ABOUT
AT_LEAST, AT_MOST = Tolerance.AT_LEAST, Tolerance.AT_MOST
BETWEEN = Tolerance.BETWEEN

PHRASES = [
    ("La chaîne avait 80.000 abonnés.", "80000", "abonné", EXACT, "80.000 abonnés"),
    ("Elle a près de 60.000 abonnés.", "60000", "abonné", ABOUT, "près de 60.000 abonnés"),
    ("Ils ont ouvert 25 000 comptes.", "25000", "compte", EXACT, "25 000 comptes"),
    (
        "Environ 25\u202f000 faux comptes",
        "25000",
        "compte",
        ABOUT,
        "Environ 25\u202f000 faux comptes",
    ),
    ("quelque 3\u00a0200 foyers", "3200", "foyer", ABOUT, "quelque 3\u00a0200 foyers"),
    ("The page has 80,000 followers.", "80000", "abonné", EXACT, "80,000 followers"),
    ("nearly 60,000 active followers", "60000", "abonné", ABOUT, "nearly 60,000 active followers"),
    ("80k followers", "80000", "abonné", EXACT, "80k followers"),
    ("a fund of 80.000 followers", "80000", "abonné", EXACT, "80.000 followers"),
    ("un plan de 12 milliards d'euros", "12000000000", "€", EXACT, "12 milliards d'euros"),
    ("un plan de 12 milliards d’euros", "12000000000", "€", EXACT, "12 milliards d’euros"),
    ("a plan worth €1.5bn", "1500000000", "€", EXACT, "€1.5bn"),
    ("a loan of $30m", "30000000", "$", EXACT, "$30m"),
    ("a gust of 90 kilometres per hour", "90", "km/h", EXACT, "90 kilometres per hour"),
    ("des rafales de 90 kilomètres par heure", "90", "km/h", EXACT, "90 kilomètres par heure"),
    ("it was 90 degrees Fahrenheit", "90", "°F", EXACT, "90 degrees Fahrenheit"),
    ("a drop of two percentage points", "2", "point", EXACT, "two percentage points"),
    ("une hausse de 2 points de pourcentage", "2", "point", EXACT, "2 points de pourcentage"),
    ("un habitant sur trois", "33.3", "%", ABOUT, "un habitant sur trois"),
    ("deux sur cinq le savent", "40", "%", ABOUT, "deux sur cinq"),
    ("3 élèves sur 10", "30", "%", ABOUT, "3 élèves sur 10"),
    ("one in five pupils", "20", "%", ABOUT, "one in five pupils"),
    ("plus de la moitié des voix", "50", "%", AT_LEAST, "plus de la moitié"),
    ("près d’un tiers des voix", "33.3", "%", ABOUT, "près d’un tiers"),
    ("nearly three quarters of voters", "75", "%", ABOUT, "nearly three quarters"),
    ("des centaines de riverains", "100", "riverain", AT_LEAST, "des centaines de riverains"),
    ("tens of thousands of bees", "10000", "bee", AT_LEAST, "tens of thousands of bees"),
    ("des millions d’euros", "1000000", "€", AT_LEAST, "des millions d’euros"),
    (
        "une centaine de milliers de tracts",
        "100000",
        "tract",
        ABOUT,
        "une centaine de milliers de tracts",
    ),
    ("un million cinq cent mille euros", "1500000", "€", EXACT, "un million cinq cent mille euros"),
    (
        "deux milliards trois cents millions d'euros",
        "2300000000",
        "€",
        EXACT,
        "deux milliards trois cents millions d'euros",
    ),
    ("several hundred people", "100", "personne", AT_LEAST, "several hundred people"),
    ("a 45-year-old man", "540", "month", EXACT, "45-year-old"),
    ("sales fell by a third", "33.3", "%", ABOUT, "a third"),
    ("A 45-year-old man", "540", "month", EXACT, "45-year-old"),
    ("it lost 1,500 of its jobs", "1500", "", EXACT, "1,500"),
    ("1 in 4 children", "25", "%", ABOUT, "1 in 4"),
    ("il a fait -5 °C à l'aube", "-5", "°C", EXACT, "-5 °C"),
    ("il a fait environ moins 12 degrés", "-12", "°C", ABOUT, "environ moins 12 degrés"),
    ("un prêt de 12 M€", "12000000", "€", EXACT, "12 M€"),
    ("un prêt de 1,5 Md€", "1500000000", "€", EXACT, "1,5 Md€"),
    ("over £20 million", "20000000", "£", AT_LEAST, "over £20 million"),
    ("dès 1€ par mois", "1", "€", EXACT, "1€"),
    ("crédité de 12% des voix", "12", "%", EXACT, "12%"),
    ("crédité de 12 % des voix", "12", "%", EXACT, "12 %"),
    ("jusqu'à 15 pour cent", "15", "%", AT_MOST, "jusqu'à 15 pour cent"),
    ("about 7.5 per cent of the vote", "7.5", "%", ABOUT, "about 7.5 per cent"),
    ("fermé depuis un an et demi", "18", "month", EXACT, "un an et demi"),
    ("plus d'un an et demi", "18", "month", AT_LEAST, "plus d'un an et demi"),
    ("closed for a year and a half", "18", "month", EXACT, "a year and a half"),
    ("deux mois avant le vote", "2", "month", EXACT, "deux mois"),
    ("moins de trois heures", "180", "minute", AT_MOST, "moins de trois heures"),
    ("half an hour later", "30", "minute", EXACT, "half an hour"),
    ("trois semaines de grève", "21", "day", EXACT, "trois semaines"),
    ("une dizaine de députés", "10", "député", ABOUT, "une dizaine de députés"),
    ("une dizaine", "10", "", ABOUT, "une dizaine"),
    ("a dozen soldiers", "12", "soldat", ABOUT, "a dozen soldiers"),
    ("le rapport décrit 24 formes de fraude", "24", "forme", EXACT, "24 formes"),
    ("vingt-deux personnes", "22", "personne", EXACT, "vingt-deux personnes"),
    ("quatre-vingt-dix-sept blessés", "97", "blessé", EXACT, "quatre-vingt-dix-sept blessés"),
    ("deux cent mille euros", "200000", "€", EXACT, "deux cent mille euros"),
    ("twenty-five thousand people", "25000", "personne", EXACT, "twenty-five thousand people"),
    ("half a million people", "500000", "personne", EXACT, "half a million people"),
    ("12,5 millions d'habitants", "12500000", "habitant", EXACT, "12,5 millions d'habitants"),
    ("une foule de 2000 personnes", "2000", "personne", EXACT, "2000 personnes"),
    ("no fewer than 300 homes", "300", "logement", AT_LEAST, "no fewer than 300 homes"),
    ("pas plus de six employés", "6", "employé", AT_MOST, "pas plus de six employés"),
    ("des vents de 170 km/h", "170", "km/h", EXACT, "170 km/h"),
    ("il a deux enfants", "2", "enfant", EXACT, "deux enfants"),
    ("une somme de 1 234 567,89 $", "1234567.89", "$", EXACT, "1 234 567,89 $"),
    ("the ratio of the two is 0.125 points", "0.125", "point", EXACT, "0.125 points"),
]


@pytest.mark.parametrize(("text", "value", "unit", "tolerance", "found"), PHRASES)
def test_a_figure_is_found_with_its_unit_and_tolerance(
    text: str, value: str, unit: str, tolerance: Tolerance, found: str
) -> None:
    (quantity,) = find(text)
    assert (quantity.value, quantity.unit) == (Decimal(value), unit)
    assert (quantity.tolerance, quantity.text) == (tolerance, found)
    assert text[quantity.start : quantity.end] == found


@pytest.mark.parametrize(
    "text",
    [
        "élu en 2024",
        "dès 2016 et jusqu'en 2019",
        "le 20 mars 2023",
        "le 9 juin",
        "du 24 au 26 novembre",
        "on May 12, 2021",
        "the 3rd of June",
        "lundi 1er avril",
        "le 05/12/2024 à 23h46",
        "à 17h02",
        "at 5 pm",
        "at 10:30",
        "the law of 1881",
        "Apollo 11 est revenue",
        "le variant du COVID-19",
        "l'article 49.3",
        "un vol en A320",
        "la 5G",
        "au 2e tour",
        "https://example.org/2024/300-morts",
        "l'un des candidats",
        "les deux",
        "une fois",
        "a man and a woman",
        "they seize the house of the mayor",
        "une victoire 2-1",
        "le 06 12 34 56 78",
        "+33 6 12 34 56 78",
        "une note de 15 sur 20",
        "un tiers de confiance",
        "un quart d’heure",
        "a quarter of an hour",
        "the first half of 2023",
        "un iPhone 15",
        "la résolution 2728",
        "le 11-Septembre",
        "à moitié vide",
        "la loi n° 2023-12",
        "le G20",
        "un F-16",
        "il y a trois ans",
        "three days ago",
        "1" * 30,
        "",
    ],
)
def test_dates_years_times_names_and_articles_are_not_figures(text: str) -> None:
    assert find(text) == ()


def test_a_noun_left_out_leaves_the_unit_empty() -> None:
    accounts, created = find("La campagne compte 9 000 comptes dont 412 créés dès 2016.")
    assert (accounts.value, accounts.unit) == (Decimal(9000), "compte")
    assert (created.value, created.unit, created.text) == (Decimal(412), "", "412")


def test_a_point_groups_thousands_in_french_and_marks_decimals_in_english() -> None:
    (french,) = find("La ville a perdu 12.500 habitants dans le séisme.")
    (english,) = find("The price of the metal was 12.512 dollars in the city.")
    assert (french.value, english.value) == (Decimal(12500), Decimal("12.512"))


def test_a_french_billion_is_a_thousand_english_ones() -> None:
    (french,) = find("Le total de la dette est de 2 billions d'euros.")
    (english,) = find("The total of the debt is 2 billion euros.")
    assert french.value == 1000 * english.value


@pytest.mark.parametrize(
    "text",
    ["entre 10 et 20 morts", "10 à 20 morts", "10-20 dead", "de 10 à 20 morts", "10–20 morts"],
)
def test_a_range_is_one_figure_with_two_ends(text: str) -> None:
    (figure,) = find(text)
    assert (figure.value, figure.upper) == (Decimal(10), Decimal(20))
    assert (figure.tolerance, figure.unit) == (BETWEEN, "mort")
    assert figure.text == text.removeprefix("de ")


def test_both_ends_of_a_range_have_the_scale_that_is_said_once() -> None:
    (figure,) = find("un coût de 10 à 15 millions d'euros")
    assert (figure.value, figure.upper) == (Decimal(10_000_000), Decimal(15_000_000))


def test_between_without_its_second_end_says_nothing() -> None:
    (figure,) = find("un accord entre 12 pays")
    assert (figure.tolerance, figure.text) == (EXACT, "12 pays")


def test_a_change_from_one_figure_to_another_is_not_a_range() -> None:
    _, after = find("Le bilan passe de 10 à 20 morts.")
    assert after.tolerance is EXACT


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        ("80.000 abonnés", "près de 60.000 abonnés", False),
        ("79 500 abonnés", "près de 80.000 abonnés", True),
        ("80,000 followers", "80.000 abonnés", True),
        ("plus de 10 morts", "12 morts", True),
        ("plus de 10 morts", "8 morts", False),
        ("moins de 10 morts", "12 morts", False),
        ("au moins 10 morts", "moins de 8 morts", False),
        ("12 morts", "13 morts", False),
        ("une dizaine de morts", "12 morts", True),
        ("une dizaine de morts", "20 morts", False),
        ("12 %", "12,4 %", True),
        ("12 %", "18 %", False),
        ("12 millions d'euros", "12 milliards d'euros", False),
        ("dix-huit mois", "un an et demi de travaux", True),
        ("48 heures", "deux mois", True),
        ("80 abonnés", "60 comptes", True),
    ],
)
def test_figures_are_compatible_where_both_can_hold_of_one_thing(
    one: str, other: str, can: bool
) -> None:
    a, b = find(one)[0], find(other)[0]
    assert compatible(a, b) is can
    assert compatible(b, a) is can


def test_figures_conflict_where_none_of_theirs_agrees() -> None:
    ours = find("La fuite a fait 12 morts et touché 300 logements.")
    theirs = find("The leak killed 40 people, left 20 dead and hit 300 homes.")
    (pair,) = conflicts(ours, theirs)
    assert [one.text for one in pair] == ["12 morts", "20 dead"]
    assert not list(conflicts(ours, ours))
