"""One document: load, think, save in one transaction.

Reading is pure and happens outside any transaction, and so does thinking about what the passages
say to the claims there are. Saving is one transaction.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, transaction

from sources import fetch, intake
from sources.models import Document, Version
from workers import corrections, reprints
from workers.matching.matcher import configured
from workers.placing import Placing, wait_for_turn
from workers.reading import Reading, Unreadable
from workers.readings import outcome, read_anew, reading_of
from workers.reread import place_orphans

# What PostgreSQL says of itself and not of a document: no room, no connection left, shutting down.
AWAY = ("53100", "53300", "57P")


def ingest(waiting: UUID, *, at: datetime) -> None:
    """Read a waiting document to its end: read with its proposals, or failed with a reason.

    Where its site is busy it waits for another time.
    """
    document = intake.begin(waiting, at=at)
    if document is None:
        return
    now = going_on(at)
    try:
        _ingest(document, at, now)
    except fetch.NotNow as error:
        intake.postpone(document, str(error), later=error.later, ours=error.ours, at=at)
    except (Unreadable, fetch.Unfetchable, intake.Unacceptable, ImproperlyConfigured) as error:
        intake.fail(document, str(error), at=now())
    except SoftTimeLimitExceeded:
        intake.fail(document, "Reading took too long; send a shorter part of it.", at=now())
    except OperationalError as error:
        if str(getattr(error.__cause__, "sqlstate", None)).startswith(AWAY):
            intake.give_back(document)
        raise


def going_on(at: datetime) -> Callable[[], datetime]:
    """A clock that stood at that time when it was made: what is done takes a while."""
    began = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - began)


def _ingest(document: Document, at: datetime, now: Callable[[], datetime]) -> None:
    version = intake.newest(document) or _fetched(document, at)
    reading = _reading(document, version)
    placing = Placing(reading, configured(at=at))
    placing.think()
    with transaction.atomic():
        wait_for_turn()
        if intake.finish(version, outcome(version, reading, placing.matcher.name), at=now()):
            document.refresh_from_db()
            reprints.settle(document)
            placing.begin(document, version, at=at)
            orphans = corrections.take_back(placing)
            corrections.ask_what_became_of_quotes(placing)
            placing.propose()
            place_orphans(orphans, at=at)


def _reading(document: Document, version: Version) -> Reading:
    """What the version says; one that was put back has been read before."""
    if version.text is None:
        return reading_of(document, version)
    if found := read_anew(document, version):
        return found
    raise Unreadable("An earlier text was put back, and is read otherwise by now; read it by hand.")


def _fetched(document: Document, at: datetime) -> Version:
    page = fetch.fetch(document.url)
    return intake.capture(document, page.body, content_type=page.content_type, at=at)
