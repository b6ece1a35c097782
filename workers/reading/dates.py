"""Dates as French and English sentences give them: where they stand, and how exact they are.

A date is the half-open stretch of days that it leaves open: "2019" is a year and no day of it, and
"early 2020" is no more than 2020. The span begins with the first word that says when, so that it
has no "le", "in" or "since"; only a range has its opening word ("du 3 au 5 mai").

What a text leaves out is taken from the day of publication, and stays unresolved without it:

- A day or month without its year is the nearest one, a quarter the last that had begun.
- A bare weekday is the last one up to that day, as in a report of what happened.
- 05/03/2024 is the 5th of March in French; elsewhere it may be the 3rd of May, and is a year.

Times of day, and stretches that are not placed ("for three weeks"), are not dates.
"""

from datetime import date

from workers.reading.dateforms import matches
from workers.reading.numerals import language_of
from workers.reading.types import Moment


def find(text: str, published: date | None = None) -> tuple[Moment, ...]:
    """Every date of a text, in order; those that hang on the day of publication with its help."""
    found: list[Moment] = []
    language = language_of(text)
    for match, read in matches(text):
        if found and match.start("date") < found[-1].end:
            continue
        try:
            period = read(match, published, language)
        except (ValueError, OverflowError):
            continue  # the 31st of June, or ten thousand years ago
        start, end = match.span("date")
        found.append(
            Moment(
                since=period.since,
                until=period.until,
                precision=period.precision,
                text=text[start:end],
                start=start,
                end=end,
            )
        )
    return tuple(found)


def contradict(a: Moment, b: Moment) -> bool:
    """Whether one event cannot have both dates; what is unresolved contradicts nothing."""
    if a.since is None or a.until is None or b.since is None or b.until is None:
        return False
    return a.until <= b.since or b.until <= a.since
