"""How reading does: which documents fail and why, and which feeds have gone silent."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from sources.models import Document, Feed

MOST = 10
SILENT = timedelta(days=3)  # after which an active feed without a new article is told


def failing() -> list[tuple[str, int]]:
    """Why documents could not be read, the commonest reason first, and how many."""
    failed = Document.objects.filter(state=Document.State.FAILED).values_list("reason")
    return list(failed.annotate(many=Count("pk")).order_by("-many", "reason")[:MOST])


def silent(*, at: datetime) -> QuerySet[Feed]:
    """The active feeds that brought nothing lately, or cannot be read."""
    quiet = Q(brought_at__lt=at - SILENT) | Q(brought_at=None, polled_at__lt=at - SILENT)
    return Feed.objects.filter(quiet | Q(failures__gt=2), active=True).order_by("url")[:MOST]
