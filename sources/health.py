"""How reading does: what waits and fails and why, how long it takes, which feeds are silent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet

from sources.models import Document, Feed

MOST = 10
SILENT = timedelta(days=3)  # after which an active feed without a new article is told
STATES = """
SELECT CASE WHEN not_before > %(at)s THEN 'postponed' ELSE 'waiting' END AS kind, count(*),
    extract(epoch FROM %(at)s - min(greatest(waiting_since, not_before)))
FROM sources_document WHERE state = 'waiting' GROUP BY kind
UNION ALL
SELECT state, count(*), 0 FROM sources_document WHERE state IN ('read', 'failed') GROUP BY state
"""
# Of the last hour; where more came to an end than that, the last thousand of each kind.
FINISHED = """
SELECT kind.state, count(*), percentile_cont(ARRAY[0.5, 0.9, 1]) WITHIN GROUP (ORDER BY seconds)
FROM unnest(ARRAY['read', 'failed']) AS kind (state), LATERAL (
    SELECT extract(epoch FROM finished_at - waiting_since) AS seconds
    FROM sources_document AS document
    WHERE document.state = kind.state AND finished_at >= %s AND waiting_since IS NOT NULL
    ORDER BY finished_at DESC LIMIT 1000
) AS recent GROUP BY kind.state
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """The documents that came to an end lately, and within how many seconds half of them did so
    from when they began to wait, nine of ten, and all."""

    state: str
    documents: int
    half: float
    most: float
    all: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many documents are in each state, and how long the first of those that are due waits."""

    states: dict[str, int]  # "postponed" are those that wait for their site
    oldest: float  # seconds


def backlog(*, at: datetime) -> Backlog:
    """What there is to read, and what was read."""
    with connection.cursor() as cursor:
        cursor.execute(STATES, {"at": at})
        found = {state: (many, age) for state, many, age in cursor.fetchall()}
    states = {state: found.get(state, (0, 0))[0] for state in (*Document.State.values, "postponed")}
    return Backlog(states, max(float(found.get("waiting", (0, 0))[1]), 0.0))


def finished(*, at: datetime) -> list[Finished]:
    """How reading went in the last hour."""
    with connection.cursor() as cursor:
        cursor.execute(FINISHED, [at - timedelta(hours=1)])
        return [Finished(state, many, *seconds) for state, many, seconds in cursor.fetchall()]


def feeds() -> dict[str, int]:
    """How many feeds are looked at, and how many of them could not be read lately."""
    active = Feed.objects.filter(active=True)
    return active.aggregate(active=Count("pk"), failing=Count("pk", filter=Q(failures__gt=2)))


def failing() -> list[tuple[str, int]]:
    """Why documents could not be read, the commonest reason first, and how many."""
    failed = Document.objects.filter(state=Document.State.FAILED).values_list("reason")
    return list(failed.annotate(many=Count("pk")).order_by("-many", "reason")[:MOST])


def silent(*, at: datetime) -> QuerySet[Feed]:
    """The active feeds that brought nothing lately, or cannot be read."""
    quiet = Q(brought_at__lt=at - SILENT) | Q(brought_at=None, polled_at__lt=at - SILENT)
    return Feed.objects.filter(quiet | Q(failures__gt=2), active=True).order_by("url")[:MOST]
