"""How the desk does, as figures for a machine that asks every half minute.

Each takes one query, or as many as it has tables, however much the desk holds; each reads an index
or what lies within a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from claims.ledger import log, tree
from claims.models import ReadSideCheck

DAY = timedelta(days=1)
OPEN = """
SELECT count(*) FILTER (WHERE disputed), count(*) FILTER (WHERE NOT disputed),
    extract(epoch FROM %s - min(created_at))
FROM claims_proposal WHERE state = 'open'
"""
MADE = """
SELECT matcher, state, count(*) FROM claims_proposal AS proposal, LATERAL (
    -- One after the other by the index, whatever the planner thinks of reading all findings.
    SELECT DISTINCT matcher FROM claims_finding WHERE proposal_id = proposal.id OFFSET 0
) AS found WHERE created_at >= %s GROUP BY matcher, state ORDER BY matcher, state
"""
# A subscriber is as far as the first event that it has not taken yet.
BEHIND = """
SELECT subscription.id, subscription.stopped_at IS NOT NULL,
    %(size)s - least(subscription.cursor, waiting.first),
    coalesce(waiting.messages, 0), coalesce(extract(epoch FROM %(at)s - waiting.oldest), 0),
    coalesce(failed.messages, 0)
FROM claims_subscription AS subscription
LEFT JOIN (
    SELECT subscription_id, count(*) AS messages, min(position) AS first, min(created_at) AS oldest
    FROM claims_delivery WHERE state = 'waiting' GROUP BY subscription_id
) AS waiting ON waiting.subscription_id = subscription.id
LEFT JOIN (
    SELECT subscription_id, count(*) AS messages
    FROM claims_delivery WHERE state = 'failed' GROUP BY subscription_id
) AS failed ON failed.subscription_id = subscription.id
ORDER BY subscription.id
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """The proposals that wait for a person, with a dispute in them and without; ages in seconds."""

    disputed: int
    others: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Signed:
    """The ledger's size, the newest checkpoint, and how old the first event outside of it is."""

    size: int
    checkpoint: int
    signed_at: datetime | None
    unsigned_for: float  # seconds


@dataclass(frozen=True, slots=True)
class Behind:
    """A webhook: how many events of the ledger it has not taken yet, and what waits for it."""

    subscription: int
    stopped: bool
    events: int
    waiting: int
    oldest: float  # seconds
    failed: int


def queue(*, at: datetime) -> Queue:
    """The open proposals."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [at])
        disputed, others, oldest = cursor.fetchone()
    return Queue(disputed, others, float(oldest or 0))


def made(*, at: datetime) -> list[tuple[str, str, int]]:
    """The proposals of the last day: matcher, state and how many. One that two matchers had a part
    in counts for both."""
    with connection.cursor() as cursor:
        cursor.execute(MADE, [at - DAY])
        return list(cursor.fetchall())


def signed(*, at: datetime) -> Signed:
    """How far the log is signed."""
    published = tree.newest()
    size, covered = log.size(), published.size if published else 0
    age = 0.0
    for entry in tree.envelopes(covered, covered + 1):
        age = (at - entry.recorded_at).total_seconds()
    return Signed(size, covered, published.signed_at if published else None, age)


def behind(*, at: datetime) -> list[Behind]:
    """Every webhook, in the order of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, {"size": log.size(), "at": at})
        return [
            Behind(one, stopped, events, waiting, float(oldest), failed)
            for one, stopped, events, waiting, oldest, failed in cursor.fetchall()
        ]


def last_check() -> ReadSideCheck | None:
    """What the last comparison of the read side with the ledger found."""
    return ReadSideCheck.objects.order_by("-at").first()
