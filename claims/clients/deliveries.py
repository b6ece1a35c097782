"""What subscriptions are told: derived from the ledger by position, sent in the order of a claim.

A subscription's deliveries and its cursor move in one transaction, so that a crash neither loses
an event nor tells of one that never was. A message may arrive twice, with the same id: when a
worker dies after sending it and before noting so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from claims import history
from claims.clients import recall
from claims.clients.webhooks import RECALL, new_message, stop
from claims.ledger import log
from claims.ledger.entry import Entry
from claims.models import Delivery, Pulled, StoryClaim, Subscription

# The schedule of Standard Webhooks: how long after each attempt that failed the next one is made.
SCHEDULE = [
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]  # fmt: skip
HOLD = timedelta(minutes=1)  # for which an address that hangs is left alone
KEPT = timedelta(days=30)  # for which the log has what was delivered
MOST = 500  # events at a time
PORTION = 200  # deliveries at a time
TURN = 7_302_114  # the advisory locks of subscriptions, which end with the worker that holds one
# Nothing else is asked of that transaction, for as long as the subscriber is being told.
HOLDING = """
SELECT set_config('idle_in_transaction_session_timeout', '0', true),
       pg_try_advisory_xact_lock(%s, %s)
"""


def collect(*, at: datetime) -> list[int]:
    """Make the deliveries of what was recorded since; the subscriptions that some wait for."""
    while _collected(at):
        pass
    earlier = Delivery.objects.filter(
        subscription=OuterRef("subscription"), claim=OuterRef("claim"), id__lt=OuterRef("id"),
        state="waiting",
    )  # fmt: skip
    # A first attempt waits for nothing, not even for a clock that was set back.
    now = Q(attempts=0) | Q(next_at__lte=at)
    waiting = Delivery.objects.filter(now, ~Exists(earlier), state="waiting")
    due = waiting.filter(subscription__in=_running(at))
    return list(due.order_by().values_list("subscription", flat=True).distinct())


def following(subscription: int, clock: Callable[[], datetime]) -> Iterator[Delivery]:
    """What to send, one after the other, each to be noted before the next one is asked for.

    A claim's later event waits for the one before, and nothing is sent once somebody stopped it.
    """
    held_up, last = set[UUID](), 0
    waiting = Delivery.objects.filter(subscription=subscription, state="waiting")
    while rows := list(waiting.filter(id__gt=last).order_by("id")[:PORTION]):
        for row in rows:
            now = not row.attempts or (row.next_at is not None and row.next_at <= clock())
            if row.claim not in held_up and now:
                to = _running(clock()).filter(pk=subscription).select_related("user").first()
                if to is None:
                    return
                row.subscription = to
                yield row
            if row.state == "waiting" and row.claim:
                held_up.add(row.claim)
        last = rows[-1].id


def delivered(delivery: Delivery, answer: str, *, at: datetime) -> None:
    """The subscriber took it."""
    begun = delivery.begun_at or at
    _note(delivery, state="delivered", answer=answer, begun_at=begun, done_at=at)
    Subscription.objects.filter(pk=delivery.subscription_id).update(succeeded_at=at)


def refused(delivery: Delivery, answer: str, *, hung: bool, at: datetime) -> None:
    """It did not arrive: it is sent again by the schedule, or is given up at its end.

    An address that `hung` until nobody waited any more is left alone for a while.
    """
    begun, attempts = delivery.begun_at or at, delivery.attempts
    if attempts < len(SCHEDULE):
        _note(delivery, answer=answer, begun_at=begun, next_at=at + SCHEDULE[attempts])
    else:
        _note(delivery, state="failed", answer=answer, begun_at=begun, done_at=at)
    if hung:
        held = Subscription.objects.filter(pk=delivery.subscription_id)
        held.update(not_before=at + HOLD)


@transaction.atomic
def give_up(delivery: Delivery, *, gone: bool, at: datetime) -> bool:
    """Stop a subscription whose address is gone, or took nothing from this delivery's first attempt
    to its last; whether it was stopped now. What was not delivered waits for it to be resumed."""
    delivery.refresh_from_db()
    subscription = Subscription.objects.get(pk=delivery.subscription_id)
    took = subscription.succeeded_at
    silent = delivery.state == "failed" and not (
        took and delivery.begun_at and took > delivery.begun_at
    )
    if not gone and not silent:
        return False
    because = (
        f"The address answered: {delivery.answer}"
        if gone
        else (f"Nothing arrived for more than three days. The last answer: {delivery.answer}")
    )
    Delivery.objects.filter(pk=delivery.pk).update(state="waiting", done_at=None, next_at=at)
    return stop(subscription, because, at=at)


def replay(chosen: QuerySet[Delivery], *, at: datetime) -> int:
    """Send deliveries that are done once more, each with its own id; how many."""
    done = chosen.exclude(state="waiting")
    return done.update(state="waiting", attempts=0, begun_at=None, next_at=at, done_at=None)


def forget(*, at: datetime) -> int:
    """Take what was delivered long ago off the log, but for recalls, on which later ones depend;
    how many."""
    old = Delivery.objects.filter(state="delivered", done_at__lt=at - KEPT)
    return old.exclude(kind=RECALL).delete()[0]


@contextmanager
def turn(subscription: int) -> Iterator[bool]:
    """Whether it is this worker that sends to a subscription now; two would lose the order.

    The lock is a transaction's, on a connection of its own: a pooler such as PgBouncer may give
    each transaction another session, and one session's lock to two workers.
    """
    held = connection.copy()
    held.set_autocommit(False)
    try:
        with held.cursor() as cursor:
            cursor.execute(HOLDING, [TURN, subscription])
            mine = bool(cursor.fetchone()[1])
        yield mine
        held.rollback()
    finally:
        held.close()


def _running(at: datetime) -> QuerySet[Subscription]:
    """The subscriptions to which something may be sent."""
    ready = Q(not_before=None) | Q(not_before__lte=at)
    return Subscription.objects.filter(ready, stopped_at=None, user__is_active=True)


def _note(delivery: Delivery, **changes: object) -> None:
    kept = Delivery.objects.filter(pk=delivery.pk, state="waiting")
    kept.update(attempts=F("attempts") + 1, **changes)
    delivery.state = str(changes.get("state", delivery.state))


# The last recall of a claim to a subscription: the version that it told of, and its standing.
Recalls: TypeAlias = dict[tuple[int, UUID], tuple[int, tuple[str, str]]]


@transaction.atomic
def _collected(at: datetime) -> bool:
    """Whether there may be more after a portion of the ledger that was looked through."""
    size = log.size()
    behind = Subscription.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        cursor__lt=size, stopped_at=None, user__is_active=True
    )
    listeners = list(behind.order_by("id"))
    if not listeners:
        return False
    first = min(one.cursor for one in listeners)
    entries = log.feed(first, MOST)
    said: Recalls = {}
    stories = _stories({entry.stream_id for entry in entries}, listeners)
    made = [
        delivery
        for entry in entries
        for delivery in _told(entry, _asking(listeners, entry, stories), said, at)
    ]
    Delivery.objects.bulk_create(made)
    for one in listeners:
        one.cursor = max(one.cursor, first + len(entries))
    Subscription.objects.bulk_update(listeners, ["cursor"])
    return True


def _stories(claims: set[UUID], listeners: list[Subscription]) -> dict[UUID, set[int]]:
    """The stories that claims belong to now, of those that somebody asked for."""
    wanted = {story for one in listeners for story in one.stories}
    found: dict[UUID, set[int]] = {}
    if wanted:
        rows = StoryClaim.objects.filter(story__in=wanted, claim__in=claims)
        for claim, story in rows.values_list("claim", "story"):
            found.setdefault(claim, set()).add(story)
    return found


def _asking(
    listeners: list[Subscription], entry: Entry, stories: dict[UUID, set[int]]
) -> list[Subscription]:
    """Those who have not heard of the event yet and asked for its claim."""
    claim = entry.stream_id
    return [
        one
        for one in listeners
        if one.cursor <= entry.position
        and (not one.claims or claim in one.claims)
        and (not one.stories or stories.get(claim, set()) & set(one.stories))
    ]


def _told(
    entry: Entry, asked: list[Subscription], said: Recalls, at: datetime
) -> Iterator[Delivery]:
    """The deliveries of an event: to those who asked for such, and to those whom it corrects."""
    claim = entry.stream_id
    if not any(not one.types or {entry.type, RECALL} & {*one.types} for one in asked):
        return
    now = recall.material(history.past(claim, version=entry.version).state)
    copies = recall.copies(claim, before=entry.version)
    make = partial(
        Delivery, position=entry.position, claim=claim, version=entry.version, status=now[0],
        verdict=now[1], created_at=at, next_at=at,
    )  # fmt: skip
    for one in asked:
        if (not one.types or entry.type in one.types) and (
            not one.statuses or now[0] in one.statuses
        ):
            yield make(subscription=one, message=new_message(), kind=entry.type)
        if not one.types or RECALL in one.types:
            wrong = _wrong(copies.get(one.user_id, []), now, one, said)
            if wrong:
                said[one.pk, claim] = (entry.version, now)
                held = [recall.described(copy) for copy in wrong]
                yield make(subscription=one, message=new_message(), kind=RECALL, held=held)


def _wrong(
    copies: list[Pulled], now: tuple[str, str], one: Subscription, said: Recalls
) -> list[Pulled]:
    """The copies of a claim whose holder does not know how it stands now, by what they took and by
    what the last recall said."""
    if not copies:
        return []
    key = (one.pk, copies[0].claim)
    if key not in said:
        recalls = Delivery.objects.filter(subscription=one, claim=key[1], kind=RECALL)
        last = recalls.order_by("-id").first()
        said[key] = (last.version or 0, (last.status, last.verdict)) if last else (0, ("", ""))
    version, then = said[key]
    return [
        copy
        for copy in copies
        if (then if version > copy.version else (copy.status, copy.verdict)) != now
    ]
