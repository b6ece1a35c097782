"""Celery's doors: find the row, make one call. Each is safe to deliver twice."""

import logging
from uuid import UUID

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from claims import lexemes
from claims.clients import deliveries
from claims.desk import digest
from claims.replay import keep, replay
from sources import intake, submissions
from sources.models import Document
from workers import recheck, reprints, watch
from workers.deliver import deliver
from workers.ingest import ingest
from workers.reread import reread

log = logging.getLogger(__name__)


@shared_task(
    name="workers.read_document",
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    max_retries=5,
)
def read_document(*, document: str) -> None:
    """Read one document, if it is still waiting."""
    ingest(UUID(document), at=timezone.now())


@shared_task(name="workers.reread_document")
def reread_document(*, document: str) -> None:
    """Judge a document anew by today's rules; what a person decided stays."""
    if found := Document.objects.filter(id=UUID(document)).first():
        reread(found, apply=True, at=timezone.now())


@shared_task(name="workers.nudge_forgotten")
def nudge_forgotten() -> int:
    """Nudge again for every document whose message was lost; how many."""
    return intake.nudge_forgotten(at=timezone.now())


@shared_task(name="workers.poll_feeds", acks_late=False)
def poll_feeds() -> int:
    """Look at the feeds that are due; how many documents are new."""
    return watch.poll_due(at=timezone.now())


# A slow site must not keep a worker for longer than the broker waits; the rest is due again later.
@shared_task(name="workers.recheck_due", acks_late=False)
def recheck_due() -> int:
    """Look again at the addresses that are due; how many had another text."""
    return recheck.recheck_due(at=timezone.now())


@shared_task(name="workers.tell_origins")
def tell_origins() -> int:
    """Let open proposals hear of their documents' new origins; how many documents."""
    return reprints.tell()


@shared_task(name="workers.tell_subscribers")
def tell_subscribers() -> None:
    """Make the deliveries of what was recorded since, and have each subscriber told in turn."""
    for subscription in deliveries.collect(at=timezone.now()):
        deliver_webhooks.apply_async(kwargs={"subscription": subscription}, expires=60)


# One that is lost comes again with the next beat: what waits is in the table.
@shared_task(name="workers.deliver_webhooks", acks_late=False)
def deliver_webhooks(*, subscription: int) -> int:
    """Send what waits for a subscription; how many messages."""
    return deliver(subscription)


@shared_task(name="workers.forget_deliveries")
def forget_deliveries() -> int:
    """Take what was delivered long ago off the log; how many."""
    return deliveries.forget(at=timezone.now())


@shared_task(name="workers.forget_submissions")
def forget_submissions() -> int:
    """Forget what clients called their requests long ago; how many."""
    return submissions.forget(at=timezone.now())


@shared_task(name="claims.fold_lexemes")
def fold_lexemes() -> None:
    """Add up in how many claims each word stands, for the searches to come."""
    lexemes.fold()


@shared_task(name="claims.send_digests", acks_late=False)
def send_digests() -> int:
    """Write to those who want it of what waits for them; how many letters."""
    return digest.send(at=timezone.now())


# It may outlast the broker's patience; one that is lost comes again the next night.
@shared_task(
    name="claims.check_read_side",
    acks_late=False,
    time_limit=6 * 3600,
    soft_time_limit=6 * 3600 - 60,
)
def check_read_side() -> str:
    """Fold the whole ledger again; a critical line in the log where the read side differs."""
    found = replay(mend=False)
    keep(found, mended=False, at=timezone.now())
    if found.different:
        log.critical(
            "THE READ SIDE IS NOT WHAT THE LEDGER SAYS: %s of %s claims differ at %s events, "
            "among them %s. Find out who changed them, then run `manage.py replay`.",
            len(found.different),
            found.claims,
            found.size,
            ", ".join(str(claim) for claim in found.different[:10]),
        )
    else:
        log.info("the read side is what %s events say: digest %s", found.size, found.digest)
    return found.digest
