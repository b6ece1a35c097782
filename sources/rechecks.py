"""When a document's address is looked at again, and what was found there. Called as `intake`.

The older a document, the more seldom: a fresh article is corrected within hours, an old one hardly
ever, and a page that could not be had twice as late each time. The row is the truth of what is due.
"""

from datetime import datetime, timedelta

from django.db import transaction

from sources.models import Document

SOONEST, LATEST = timedelta(hours=1), timedelta(days=90)
SHARE = 4  # an article of four days is looked at again after one
MOST = 5  # documents at a time, so that none waits for many slow ones


def next_check(document: Document, *, at: datetime, failed: bool = False) -> datetime:
    """When to look at the document's address again; a date in the future is not believed."""
    first_seen = min(document.published_at or document.received_at, document.received_at)
    wait = max(at - first_seen, timedelta()) / SHARE
    if failed and document.checked_at:
        wait = max(wait, 2 * (at - document.checked_at))
    return at + min(max(wait, SOONEST), LATEST)


@transaction.atomic
def due(*, at: datetime) -> list[Document]:
    """The documents to look at again, those that have waited longest first.

    Each is put off by the shortest time: two workers share none.
    """
    rows = Document.objects.select_for_update(skip_locked=True)
    late = rows.filter(check_at__lte=at, state=Document.State.READ)
    found = list(late.order_by("check_at")[:MOST])
    Document.objects.filter(id__in=[one.id for one in found]).update(check_at=at + SOONEST)
    return found


def checked(document: Document, note: str, *, at: datetime) -> None:
    """The address was looked at; `note` says why nothing could be read there, or nothing."""
    Document.objects.filter(id=document.id).update(
        checked_at=at, check_note=note, check_at=next_check(document, at=at, failed=bool(note))
    )
