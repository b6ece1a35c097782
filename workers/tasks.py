"""Celery's doors: find the row, make one call. Each is safe to deliver twice."""

from uuid import UUID

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from sources import intake
from workers.ingest import ingest


@shared_task(
    name="workers.read_document",
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    max_retries=5,
)
def read_document(*, document: str) -> None:
    """Read one document, if it is still waiting."""
    ingest(UUID(document), at=timezone.now())


@shared_task(name="workers.nudge_forgotten")
def nudge_forgotten() -> int:
    """Nudge again for every document whose message was lost; how many."""
    return intake.nudge_forgotten(at=timezone.now())
