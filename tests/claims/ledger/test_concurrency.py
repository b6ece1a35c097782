"""Many at once on a real PostgreSQL, each with a connection of its own, all of it committed."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection, transaction

from claims import history, review, status
from claims.history import Change, Conflict, Receipt, record
from claims.ledger import log
from claims.ledger.entry import Entry
from claims.models import Claim
from tests.claims import build
from tests.claims.build import AT, at_once, begins, corroborated, recorded, say
from tests.claims.ledger import test_log

pytestmark = pytest.mark.usefixtures("committed")

WRITERS = 8


class RolledBack(Exception):
    """A writer thinks better of it, after its events were appended."""


def begin_claims(seed: int, how_many: int) -> list[UUID]:
    """Begin claims of one to three words, every third of them rolled back; those that stay."""
    dice, kept = random.Random(seed), []
    for _ in range(how_many):
        claim = uuid4()
        words = [begins(1), corroborated(2), build.disputed(3)][: dice.randint(1, 3)]
        try:
            with transaction.atomic():
                say(claim, *words)
                time.sleep(dice.random() / 200)  # It holds the log's head, and others queue.
                if dice.random() < 1 / 3:
                    raise RolledBack
        except RolledBack:
            continue
        kept.append(claim)
    return kept


def tail(writing: threading.Event) -> list[Entry]:
    """Read the feed by its cursor alone until the writers have finished."""
    read: list[Entry] = []
    while True:
        last_round = not writing.is_set()
        while page := log.feed(len(read), 7):
            read += page
        if last_round:
            return read


def test_a_reader_behind_eight_writers_gets_each_event_once_in_order_and_without_gap() -> None:
    writing = threading.Event()
    writing.set()
    at_work = threading.Semaphore(0)

    def write(seed: int) -> list[UUID]:
        try:
            return begin_claims(seed, 12)
        finally:
            at_work.release()

    def stop() -> None:
        for _ in range(WRITERS):
            at_work.acquire(timeout=30)
        writing.clear()

    results: list[Any] = at_once(
        *[partial(write, seed) for seed in range(WRITERS)], partial(tail, writing), stop
    )
    *kept, read, _ = results
    test_log.check(read, 0)
    assert len(read) == log.size()
    assert read == log.between(0, log.size())
    begun = {claim for claims in kept for claim in claims}
    assert {entry.stream_id for entry in read} == begun
    assert set(Claim.objects.values_list("id", flat=True)) == begun


def test_of_eight_who_race_for_one_version_of_a_claim_one_wins() -> None:
    claim = recorded(begins(1))

    def decide(number: int) -> Receipt:
        change = Change(claim=claim, expected=1, words=(corroborated(number),))
        return record([change], actor=f"user:{number}", at=AT, command=uuid4())

    results = at_once(*[partial(decide, number) for number in range(2, 2 + WRITERS)])
    won = [result for result in results if isinstance(result, Receipt)]
    lost = [result for result in results if isinstance(result, Conflict)]
    assert (len(won), len(lost)) == (1, WRITERS - 1)
    assert {(conflict.stream, conflict.actual) for conflict in lost} == {(claim, 2)}
    assert Claim.objects.get(id=claim).version == log.size() == 2


@pytest.mark.parametrize("expected", [0, 1])
def test_one_command_from_eight_threads_is_one_event_and_eight_like_answers(expected: int) -> None:
    claim, command = uuid4(), uuid4()
    words = (begins(1), corroborated(2))
    if expected:
        say(claim, begins(1))
    change = Change(claim=claim, expected=expected, words=words[expected:])
    send = partial(record, [change], actor="user:1", at=AT, command=command)
    results = at_once(*[send] * WRITERS)
    receipts = [result for result in results if isinstance(result, Receipt)]
    assert len(receipts) == WRITERS
    assert len({(r.first, r.last, r.recorded_at) for r in receipts}) == 1
    assert [receipt.appended for receipt in receipts].count(True) == 1
    assert log.size() == 2
    assert Claim.objects.get(id=claim).status == status.Status.CORROBORATED


def test_one_command_id_for_eight_requests_is_done_for_one_of_them() -> None:
    command = uuid4()

    def begin(number: int) -> Receipt:
        change = Change(claim=uuid4(), expected=0, words=(begins(number),))
        return record([change], actor="user:1", at=AT, command=command)

    results = at_once(*[partial(begin, number) for number in range(WRITERS)])
    assert sum(isinstance(result, Receipt) for result in results) == 1
    assert sum(isinstance(result, history.CommandReused) for result in results) == WRITERS - 1
    assert log.size() == 1


@pytest.mark.parametrize("_round", range(5))
def test_a_merge_and_a_decision_on_the_claim_it_goes_into_do_not_meet(_round: int) -> None:
    claim, into = recorded(begins(1)), recorded(begins(2))
    editor = build.person("editor")

    def merge() -> Receipt:
        return review.merge(claim, build.decision(editor, 1), into=into, into_expected=1)

    def decide() -> Receipt:
        change = Change(claim=into, expected=1, words=(corroborated(5),))
        return record([change], actor="user:1", at=AT, command=uuid4())

    merged, decided = at_once(merge, decide)
    assert {type(merged), type(decided)} == {Receipt, Conflict}
    expected = "merged" if isinstance(merged, Receipt) else "asserted"
    assert Claim.objects.get(id=claim).status == expected
    assert Claim.objects.get(id=into).version == 2
    for row in Claim.objects.all():
        assert row.version == history.past(row.id).state.version


def test_two_merges_of_each_other_do_not_make_a_circle() -> None:
    one, other = recorded(begins(1)), recorded(begins(2))
    editor = build.person("editor")
    results = at_once(
        lambda: review.merge(one, build.decision(editor, 1), into=other, into_expected=1),
        lambda: review.merge(other, build.decision(editor, 1), into=one, into_expected=1),
    )
    assert sum(isinstance(result, Receipt) for result in results) == 1
    assert sorted(Claim.objects.values_list("status", flat=True)) in (
        ["asserted", "merged"],
        ["corroborated", "merged"],
    )


def _die_after(step: Callable[[], object]) -> None:
    with transaction.atomic():
        step()
        raise RolledBack


def test_a_writer_that_dies_frees_the_log_for_the_others() -> None:
    with pytest.raises(RolledBack):
        _die_after(build.recorded)
    assert log.size() == 0
    (receipt,) = at_once(lambda: say(uuid4(), begins(1)))
    assert isinstance(receipt, Receipt)
    assert receipt.first == 0


def test_times_of_recording_never_decrease_even_when_the_clock_does(owner_connection: Any) -> None:
    recorded(begins(1))
    owner_connection.execute(
        "UPDATE ledger.head SET size = 2, recorded_at = '2150-01-01T00:00:00Z'"
    )
    assert say(uuid4(), begins(1)).recorded_at.year == 2150


# Deadlocks


def test_a_command_that_postgresql_broke_off_in_a_deadlock_is_tried_again() -> None:
    """Another transaction holds the claim's row and asks for the log's head, against the order."""
    claim = recorded(begins(1))
    holds_row, done = threading.Event(), threading.Event()

    def against_the_order() -> None:
        with transaction.atomic():
            Claim.objects.select_for_update().get(id=claim)
            holds_row.set()
            _wait_until_somebody_waits()
            record(
                [Change(claim=uuid4(), expected=0, words=(begins(9),))],
                actor="user:9",
                at=AT,
                command=uuid4(),
            )
        done.set()

    def in_order() -> Receipt:
        holds_row.wait(10)
        return record(
            [Change(claim=claim, expected=1, words=(corroborated(2),))],
            actor="user:1",
            at=AT,
            command=uuid4(),
        )

    _, receipt = at_once(against_the_order, in_order)
    assert done.is_set()
    assert isinstance(receipt, Receipt)
    assert receipt.appended
    assert Claim.objects.get(id=claim).version == 2


def _wait_until_somebody_waits() -> None:
    """Until another connection waits for a lock: it holds the log's head by then."""
    query = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
        " AND locktype IN ('transactionid', 'tuple')"
    )
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute(query)
            if cursor.fetchone()[0]:
                return
            threading.Event().wait(0.005)
    pytest.fail("nobody came to wait")


@pytest.mark.parametrize(("sqlstate", "tries"), [("40P01", 3), ("55P03", 1)])
def test_only_a_deadlock_is_tried_again_and_not_for_ever(sqlstate: str, tries: int) -> None:
    tried: list[int] = []

    @history.retried
    def verb() -> None:
        tried.append(1)
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE 'waited' USING ERRCODE = '{sqlstate}'; END $$")

    with pytest.raises(OperationalError, match="waited"):
        verb()
    assert len(tried) == tries
