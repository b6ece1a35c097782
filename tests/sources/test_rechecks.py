"""When an article is looked at again: often while it is fresh, seldom later, and never no more."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sources.models import Document
from sources.rechecks import LATEST, SOONEST, next_check

SEEN = datetime(2026, 5, 4, 12, tzinfo=UTC)
AGES = st.timedeltas(timedelta(), timedelta(days=3000))


def after(age: timedelta, *, failed: bool = False, **about: datetime) -> timedelta:
    """How long an article of that age is left alone."""
    document = Document(received_at=SEEN, **about)
    return next_check(document, at=SEEN + age, failed=failed) - (SEEN + age)


def test_a_fresh_article_is_looked_at_within_the_hour_and_one_of_four_days_after_one() -> None:
    assert after(timedelta()) == timedelta(hours=1)
    assert after(timedelta(days=4)) == timedelta(days=1)


def test_one_of_many_years_is_looked_at_every_three_months() -> None:
    assert after(timedelta(days=2500)) == timedelta(days=90)


def test_an_article_that_is_dated_in_the_future_is_as_old_as_its_arrival() -> None:
    dated = SEEN + timedelta(days=3000)
    assert after(timedelta(days=4), published_at=dated) == timedelta(days=1)


def test_a_page_that_cannot_be_had_is_asked_for_half_as_often_each_time() -> None:
    now = timedelta(hours=8)
    assert after(now, failed=True, checked_at=SEEN + timedelta(hours=2)) == timedelta(hours=12)
    assert after(now, failed=True) == timedelta(hours=2)


@given(AGES, AGES)
def test_the_older_the_more_seldom(one: timedelta, other: timedelta) -> None:
    young, old = sorted((one, other))
    assert SOONEST <= after(young) <= after(old) <= LATEST
