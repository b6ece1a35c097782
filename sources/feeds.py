"""When a feed is looked at, and what is kept of it. The row is the truth of what is due."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from sources import nudge
from sources.models import Feed

MOST = 5  # feeds at a time, so that none waits for many slow ones
LONGEST = timedelta(days=1)  # however often a feed failed


def look_now(chosen: QuerySet[Feed]) -> int:
    """Make feeds due at once; how many. A worker comes as soon as it is told."""
    count = chosen.update(next_at=None)
    nudge.feeds_after_commit()
    return count


@transaction.atomic
def due(*, at: datetime) -> list[Feed]:
    """The feeds to look at, each put off until its next time: two workers share no feed."""
    late = Q(next_at__isnull=True) | Q(next_at__lte=at)
    rows = Feed.objects.select_for_update(skip_locked=True).filter(late, active=True)
    found = list(rows.order_by(F("next_at").asc(nulls_first=True))[:MOST])
    for feed in found:
        feed.next_at = at + timedelta(minutes=feed.every)
    Feed.objects.bulk_update(found, ["next_at"])
    return found


def polled(
    feed: Feed, *, etag: str, last_modified: str, brought: int, note: str, at: datetime
) -> None:
    """The feed was read; `brought` documents are new, and `note` says what it had wrong."""
    feed.etag, feed.last_modified, feed.note = etag, last_modified, note
    feed.polled_at = feed.succeeded_at = at
    feed.failures = 0
    if brought:
        feed.brought_at = at
    seen = ("etag", "last_modified", "brought_at")
    _keep(feed, "polled_at", "succeeded_at", "failures", "note", *seen)


def failed(feed: Feed, reason: str, *, later: int | None, at: datetime) -> None:
    """The feed could not be read; it is looked at later each time, or when its site says."""
    feed.polled_at, feed.note = at, reason
    feed.failures += 1
    wait = timedelta(minutes=feed.every) * 2 ** min(feed.failures, 10)
    asked = timedelta(seconds=min(later or 0, LONGEST.total_seconds()))
    feed.next_at = at + max(min(wait, LONGEST), asked)
    _keep(feed, "polled_at", "note", "failures", "next_at")


def _keep(feed: Feed, *fields: str) -> None:
    """Keep what a look brought; what a person changed meanwhile, or took away, stays so."""
    kept = Feed.objects.filter(id=feed.id)
    kept.update(**{name: getattr(feed, name) for name in fields})
