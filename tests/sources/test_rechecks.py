"""When an article is looked at again: often while it is fresh, seldom later, at last never."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sources.rechecks import FOR_A, LATEST, SOONEST, next_check

SEEN = datetime(2026, 5, 4, 12, tzinfo=UTC)
AGES = st.timedeltas(timedelta(), FOR_A)


def after(age: timedelta) -> timedelta:
    """How long an article of that age is left alone."""
    at = SEEN + age
    following = next_check(SEEN, at=at)
    assert following
    return following - at


def test_a_fresh_article_is_looked_at_within_the_hour_and_one_of_four_days_after_one() -> None:
    assert after(timedelta()) == timedelta(hours=1)
    assert after(timedelta(days=4)) == timedelta(days=1)


def test_after_a_year_nobody_looks_again() -> None:
    assert next_check(SEEN, at=SEEN + timedelta(days=366)) is None


def test_an_article_that_is_dated_in_the_future_is_fresh() -> None:
    assert next_check(SEEN + timedelta(days=3), at=SEEN) == SEEN + SOONEST


@given(AGES, AGES)
def test_the_older_the_more_seldom(one: timedelta, other: timedelta) -> None:
    young, old = sorted((one, other))
    assert SOONEST <= after(young) <= after(old) <= LATEST
