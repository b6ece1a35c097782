"""A document that is sent twice under one name is taken once.

What a client calls its request (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header) is
kept for a week with what became of it. Two that come at once wait for each other: the row of the
first is the lock.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from sources import intake
from sources.intake import Received
from sources.models import Submission

KEPT = timedelta(days=7)


class KeyReused(Exception):
    """The client has used that name for something else; the message says so."""


def receive(key: str, *, by: str, at: datetime, **sent: Any) -> Received:
    """Take a document in as `intake.receive` does; once for each `key` of a client, if it has one.

    Raises:
        KeyReused: the key stands for another document.
        Unacceptable: the desk does not take it; the key is free again.
    """
    if not key:
        return intake.receive(by=by, at=at, **sent)
    digest = _digest(sent)
    try:
        with transaction.atomic():
            row = Submission.objects.create(by=by, key=key, digest=digest, at=at)
            received = intake.receive(by=by, at=at, **sent)
            row.document, row.new = received.document, received.new
            row.save(update_fields=["document", "new"])
            return received
    except IntegrityError:
        known = Submission.objects.filter(by=by, key=key).select_related("document").first()
        if known is None or known.document is None:
            raise
    if known.digest != digest:
        raise KeyReused("This Idempotency-Key stands for another document; take a new one.")
    return Received(known.document, known.new)


def forget(*, at: datetime) -> int:
    """Forget the names of requests that were made long ago; how many."""
    return Submission.objects.filter(at__lt=at - KEPT).delete()[0]


def _digest(sent: dict[str, Any]) -> str:
    """What makes two requests the same: every part of them, with its length."""
    digest = hashlib.sha256()
    for name in sorted(sent):
        value = sent[name] if isinstance(sent[name], bytes) else str(sent[name]).encode()
        digest.update(f"{name} {len(value)}\n".encode())
        digest.update(value)
    return digest.hexdigest()
