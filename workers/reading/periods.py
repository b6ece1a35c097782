"""Stretches of the calendar: half-open, so that one ends where the next begins."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from workers.reading.types import Precision

# How many months one is long; days and weeks are none.
_MONTHS = {Precision.MONTH: 1, Precision.QUARTER: 3, Precision.YEAR: 12, Precision.DECADE: 120}


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to but without `until`; both are None where nobody can say."""

    since: date | None
    until: date | None
    precision: Precision


def unresolved(precision: Precision) -> Period:
    """A stretch that hangs on a day of publication which is not known."""
    return Period(None, None, precision)


def day(at: date) -> Period:
    """One day."""
    return Period(at, at + timedelta(days=1), Precision.DAY)


def week(at: date) -> Period:
    """The week of a day, from its Monday (ISO 8601)."""
    monday = at - timedelta(days=at.weekday())
    return Period(monday, monday + timedelta(days=7), Precision.WEEK)


def month(of: int, number: int) -> Period:
    """A month of a year."""
    return _months(12 * of + number - 1, Precision.MONTH)


def quarter(of: int, number: int) -> Period:
    """A quarter of a year."""
    return _months(12 * of + 3 * (number - 1), Precision.QUARTER)


def year(of: int) -> Period:
    """A year from January."""
    return _months(12 * of, Precision.YEAR)


def decade(of: int) -> Period:
    """The ten years that begin with one such as 1990."""
    return _months(12 * (of - of % 10), Precision.DECADE)


def through(first: Period, last: Period) -> Period:
    """From the beginning of one to the end of another; ValueError where that is backwards."""
    if first.since is None or last.since is None or first.since > last.since:
        raise ValueError("a range ends before it begins")
    return Period(first.since, last.until, first.precision)


def shifted(published: date | None, precision: Precision, away: int) -> Period:
    """The stretch that lies so many of its own length from the one that holds a day."""
    if published is None:
        return unresolved(precision)
    if precision is Precision.DAY:
        return day(published + timedelta(days=away))
    if precision is Precision.WEEK:
        return week(published + timedelta(weeks=away))
    length = _MONTHS[precision]
    months = 12 * published.year + published.month - 1
    return _months(months - months % length + away * length, precision)


def nearest(within: Callable[[int], Period], given: int | None, published: date | None) -> Period:
    """What recurs each year, in the year given or as near to the day of publication as can be.

    ValueError where no such year has it, such as the 31st of June.
    """
    if given is not None:
        return within(given)
    if published is None:
        # A leap year has every day: this tells whether there is such a day, and how exact it is.
        return unresolved(within(2000).precision)
    found = []
    for of in (published.year, published.year - 1, published.year + 1):
        try:
            found.append(within(of))
        except ValueError:  # the 29th of February
            continue
    if not found:
        raise ValueError("no year nearby has that day")
    return min(found, key=lambda period: abs((_middle(period) - published).days))


def _middle(period: Period) -> date:
    if period.since is None or period.until is None:
        raise ValueError("it is not known when that was")
    return period.since + (period.until - period.since) / 2


def _months(first: int, precision: Precision) -> Period:
    """The stretch that begins with a month, counted from January of the year 0."""
    begin, end = (divmod(at, 12) for at in (first, first + _MONTHS[precision]))
    return Period(date(begin[0], begin[1] + 1, 1), date(end[0], end[1] + 1, 1), precision)
