"""A moment names a part of the log by two clocks, and reading it gives that part alone."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from claims.ledger import log, moment
from claims.ledger.moment import Moment, NotYet, resolve
from tests.claims.build import AT, begins, corroborated, disputed, recorded, say

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=9)


def test_a_position_stands_for_itself_and_for_the_time_of_its_entry() -> None:
    recorded(begins(), corroborated())
    first = log.between(0, 1)[0]

    assert resolve(0) == Moment(position=0, recorded_at=first.recorded_at)
    assert resolve(1).size == 2


def test_now_is_the_last_position() -> None:
    recorded(begins(), corroborated())

    assert resolve(None) == resolve(1)


def test_every_time_stands_for_the_last_entry_recorded_at_or_before_it() -> None:
    for number in range(1, 10):
        recorded(begins(number), *[corroborated(20)] * (number % 2))
    entries = log.between(0, log.size())
    least = timedelta(microseconds=1)

    for time in {entry.recorded_at + step for entry in entries for step in (-least, 0 * least)}:
        known = [entry.position for entry in entries if entry.recorded_at <= time]
        assert resolve(time).position == (known[-1] if known else None)


def test_the_words_of_one_command_are_reached_by_a_time_all_at_once() -> None:
    recorded(begins(), corroborated())

    assert resolve(log.between(0, 1)[0].recorded_at).position == 1


def test_before_the_first_entry_nothing_counts() -> None:
    recorded()

    nothing = resolve(datetime(1999, 1, 1, tzinfo=UTC))

    assert nothing == Moment(position=None, recorded_at=None)
    assert nothing.size == 0
    assert moment.between(0, 9, nothing) == []


def test_a_time_or_a_position_that_is_not_reached_yet_is_refused() -> None:
    with pytest.raises(NotYet, match="empty"):
        resolve(0)
    assert resolve(None).position is None
    recorded()

    assert resolve(log.between(0, 1)[0].recorded_at).position == 0
    with pytest.raises(NotYet, match="last position is 0"):
        resolve(1)
    with pytest.raises(NotYet, match="last position is 0"):
        resolve(10**30)
    with pytest.raises(NotYet, match="in the future"):
        resolve(datetime.now(UTC) + timedelta(seconds=60))


def test_both_clocks_hold_for_whatever_is_read() -> None:
    claim = recorded(begins())
    say(claim, corroborated(2), at=LATER)
    say(claim, disputed(3))
    then = resolve(2, AT)

    assert [one.version for one in moment.stream(claim, then)] == [1, 3]
    assert [one.version for one in moment.stream(claim, then, after=1, limit=1)] == [3]
    assert [one.version for one in moment.streams([claim, uuid4()], then)] == [1, 3]
    assert [one.position for one in moment.between(0, 9, then)] == [0, 2]
    assert moment.version(claim, then) == 3
    assert moment.version(claim, resolve(1, AT)) == 1
    assert moment.version(claim, resolve(2)) == 3


def test_a_stream_whose_first_entry_does_not_count_has_not_begun() -> None:
    claim = uuid4()
    say(claim, begins(), at=LATER)
    say(claim, corroborated(2))
    then = resolve(None, AT)

    assert moment.version(claim, then) == 0
    assert moment.begun(then, before=None, limit=9) == []
    began = moment.beginning(claim)
    assert began
    assert (began.position, began.effective_at) == (0, LATER)
    assert moment.beginning(uuid4()) is None


def test_streams_that_began_are_read_backwards_in_parts() -> None:
    claims = [recorded(begins(number), corroborated(number + 20)) for number in range(1, 6)]
    then = resolve(7)

    first = moment.begun(then, before=None, limit=2)
    second = moment.begun(then, before=first[-1].position, limit=9)

    assert [one.stream for one in (*first, *second)] == claims[3::-1]


def test_a_page_of_beginnings_is_read_from_their_index_whatever_lies_between() -> None:
    recorded()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(
            "EXPLAIN SELECT stream_id FROM ledger.event WHERE version = 1 AND position < 99 "
            "ORDER BY position DESC LIMIT 9"
        )
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "event_begins" in plan
