"""Waiting for documents to be read, by the workers or, where none answers, in this process."""

import time
from collections.abc import Callable, Iterable
from uuid import UUID

from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from sources import intake
from sources.models import Document
from tracker.celery import app
from workers.ingest import ingest

PATIENCE = 10.0  # seconds without progress before asking whether a worker is there
PAUSE = 0.2  # seconds between two looks


def wait_until_read(
    documents: Iterable[UUID],
    *,
    progress: Callable[[int], None] = lambda done: None,
    say: Callable[[str], None] = lambda sentence: None,
) -> None:
    """Return once none of the documents is waiting any more; `progress` is told how many.

    A worker that answers is left to its work, however long it takes: each document ends as read
    or failed. Where none answers, the documents are read here.
    """
    ids = set(documents)
    done, moved, here = 0, time.monotonic() - PATIENCE + 1, False
    while left := _waiting(ids):
        if len(ids) - len(left) > done:
            done, moved = len(ids) - len(left), time.monotonic()
            progress(done)
        if here:
            ingest(left[0], at=timezone.now())
        elif time.monotonic() - moved > PATIENCE:
            moved, here = time.monotonic(), not _worker_answers()
            if here:
                say("No worker answers; reading here.")
            else:
                intake.nudge_forgotten(at=timezone.now())  # No beat may be running.
        else:
            time.sleep(PAUSE)
    progress(len(ids))


def _waiting(ids: set[UUID]) -> list[UUID]:
    waiting = Document.objects.filter(id__in=ids, state=Document.State.WAITING)
    return list(waiting.order_by("received_at").values_list("id", flat=True))


def _worker_answers() -> bool:
    try:
        return bool(app.control.ping(timeout=1.0))
    except BrokerError:
        return False
