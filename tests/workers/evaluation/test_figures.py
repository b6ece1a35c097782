"""Our own sentences hold what they claim to, and the reader is as good on them as we say."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from workers.evaluation.figures import Sentence, dates_of, figures_of, measure, sentences
from workers.reading.types import Tolerance


def of(part: str) -> list[Sentence]:
    return [one for one in sentences() if one.part == part]


def test_there_are_two_hundred_sentences_and_a_quarter_of_them_are_traps() -> None:
    everything = sentences()
    traps = [one for one in everything if not one.quantities and not one.dates]
    assert len(everything) >= 200
    assert len(traps) >= 60
    assert {one.language for one in everything} == {"fr", "en"}
    assert abs(len(of("dev")) - len(of("test"))) <= 1


def test_a_notation_stands_for_a_place_and_a_meaning() -> None:
    (range_of_wolves,) = (one for one in sentences() if "loups" in one.text)
    (wolves,) = range_of_wolves.quantities
    assert (wolves.value, wolves.upper, wolves.unit) == (Decimal(10), Decimal(15), "loup")
    assert (wolves.tolerance, wolves.text) == (Tolerance.BETWEEN, "entre 10 et 15 loups")
    (quarter,) = (one for one in sentences() if "T3 2022" in one.text)
    assert quarter.dates[0].since == date(2022, 7, 1)


def test_figures_and_dates_are_found_in_sentences_that_the_reader_was_not_made_on() -> None:
    unseen = of("test")
    for counts in (figures_of(unseen), dates_of(unseen)):
        for name, counted in counts.items():
            assert counted.precision >= 0.93, name
            assert counted.recall >= 0.9, name


def test_a_sentence_that_was_read_wrongly_counts_as_wrong_and_as_missed() -> None:
    (one,) = (one for one in sentences() if "80.000" in one.text)
    other = Sentence(
        part=one.part,
        language=one.language,
        published=one.published,
        text="Elle en a 70.000 abonnés.",
        quantities=one.quantities,
        dates=(),
    )
    value = figures_of([other])["value"]
    assert (value.right, value.wrong, value.missed) == (0, 1, 1)


def test_the_tables_have_a_row_for_each_part_language_and_aspect(tmp_path: Path) -> None:
    quantities, dates = measure(tmp_path)
    assert len(quantities.rows) == 2 * 2 * 4
    assert len(dates.rows) == 2 * 2 * 3
