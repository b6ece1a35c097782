"""Are figures and dates found where they stand, and read as they were meant? In our own sentences.

The set is `tests/workers/reading/annotated/figures.tsv`, with a header: the part (dev, on which the
reader was made, or test), the language, the day of publication, the text, and what is to be found
in it, in order and separated by " | ":

- quantities as `span = value unit tolerance`; "-" is no unit, and a range is `10..15`.
- dates as `span = date`: 2024-03-05, 2024-W10, 2024-03, 2024-Q1, 2024 or 1990s, which says how
  exact it is; a range is from the first to the last of two (`2015..2019`).

A sentence with nothing to be found is a trap.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from workers.evaluation.table import COUNTED, Counted, Table
from workers.reading import dates, quantities
from workers.reading.periods import Period, day, decade, month, quarter, through, week, year
from workers.reading.types import Moment, Quantity, Tolerance

Found = TypeVar("Found")
OURS = Path(__file__).parents[2] / "tests" / "workers" / "reading" / "annotated" / "figures.tsv"
QUANTITY: dict[str, Callable[[Quantity], object]] = {
    "span": lambda figure: (figure.start, figure.end),
    "value": lambda figure: (figure.value, figure.upper),
    "unit": lambda figure: figure.unit,
    "tolerance": lambda figure: figure.tolerance,
}
DATE: dict[str, Callable[[Moment], object]] = {
    "span": lambda moment: (moment.start, moment.end),
    "value": lambda moment: (moment.since, moment.until),
    "precision": lambda moment: moment.precision,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence with the figures and dates that a reader is to find in it."""

    part: str
    language: str
    published: date
    text: str
    quantities: tuple[Quantity, ...]
    dates: tuple[Moment, ...]


def measure(shared: Path) -> list[Table]:
    """Precision and recall by part and language; a table of quantities and one of dates."""
    kinds = [(part, language) for part in ("dev", "test") for language in ("fr", "en")]
    found: tuple[list[tuple[object, ...]], list[tuple[object, ...]]] = ([], [])
    everything = sentences() if OURS.is_file() else []
    for part, language in kinds:
        these = [one for one in everything if (one.part, one.language) == (part, language)]
        for rows, counts in zip(found, (figures_of(these), dates_of(these)), strict=True):
            rows += [(f"{part} {language} {name}", *one.cells) for name, one in counts.items()]
    titles = ("Quantities in our own sentences", "Dates in our own sentences")
    columns = ("what", *COUNTED)
    return [Table(title, columns, tuple(rows)) for title, rows in zip(titles, found, strict=True)]


def figures_of(these: list[Sentence]) -> dict[str, Counted]:
    """How often each aspect of a quantity is found, in sentences annotated with them."""
    pairs = [(quantities.find(one.text), one.quantities) for one in these]
    return {name: _counted(pairs, aspect) for name, aspect in QUANTITY.items()}


def dates_of(these: list[Sentence]) -> dict[str, Counted]:
    """How often each aspect of a date is found, in sentences annotated with them."""
    pairs = [(dates.find(one.text, one.published), one.dates) for one in these]
    return {name: _counted(pairs, aspect) for name, aspect in DATE.items()}


def sentences() -> list[Sentence]:
    """The annotated sentences; ValueError where one cannot be understood."""
    with OURS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Sentence(
                part=row["part"],
                language=row["language"],
                published=date.fromisoformat(row["published"]),
                text=row["text"],
                quantities=tuple(_quantities(row["text"], row["quantities"])),
                dates=tuple(_dates(row["text"], row["dates"])),
            )
            for row in rows
        ]


def _counted(
    pairs: list[tuple[tuple[Found, ...], tuple[Found, ...]]], aspect: Callable[[Found], object]
) -> Counted:
    """Compared sentence by sentence: what stands twice has to be found twice."""
    both = [(Counter(map(aspect, found)), Counter(map(aspect, truth))) for found, truth in pairs]
    return Counted(
        right=sum((found & truth).total() for found, truth in both),
        wrong=sum((found - truth).total() for found, truth in both),
        missed=sum((truth - found).total() for found, truth in both),
    )


def _annotated(text: str, notation: str) -> Iterator[tuple[str, int, str]]:
    """Span, its start, and what it means."""
    end = 0
    for item in filter(None, notation.split(" | ")):
        span, meaning = item.rsplit(" = ", 1)
        start = text.index(span, end)
        end = start + len(span)
        yield span, start, meaning


def _quantities(text: str, notation: str) -> Iterator[Quantity]:
    for span, start, meaning in _annotated(text, notation):
        value, unit, tolerance = meaning.split(" ")
        low, _, upper = value.partition("..")
        yield Quantity(
            value=Decimal(low),
            upper=Decimal(upper) if upper else None,
            unit=unit.removeprefix("-"),
            tolerance=Tolerance(tolerance),
            text=span,
            start=start,
            end=start + len(span),
        )


def _dates(text: str, notation: str) -> Iterator[Moment]:
    for span, start, meaning in _annotated(text, notation):
        first, _, last = meaning.partition("..")
        period = through(_period(first), _period(last)) if last else _period(first)
        yield Moment(
            since=period.since,
            until=period.until,
            precision=period.precision,
            text=span,
            start=start,
            end=start + len(span),
        )


def _period(notation: str) -> Period:
    of = int(notation[:4])
    match notation[4:].split("-"):
        case ["s"]:
            return decade(of)
        case ["", rest] if rest[0] == "W":
            return week(date.fromisocalendar(of, int(rest[1:]), 1))
        case ["", rest] if rest[0] == "Q":
            return quarter(of, int(rest[1:]))
        case ["", rest]:
            return month(of, int(rest))
        case ["", _, _]:
            return day(date.fromisoformat(notation))
    return year(of)
