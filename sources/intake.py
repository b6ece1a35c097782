"""The one way a document's state moves: received, captured, finished, failed or taken down.

The row is the truth of the work to do and the message to the workers is only a nudge, sent after
commit. A nudge that is lost is sent again by beat, and one that comes twice finds nothing to do.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q

from sources import nudge
from sources.acceptance import Known as Known
from sources.acceptance import Unacceptable as Unacceptable
from sources.acceptance import check, printable
from sources.acceptance import check_size as check_size
from sources.models import Document, Version
from sources.origins import overrule as overrule
from sources.outcomes import Outcome as Outcome
from sources.outcomes import finish as finish
from sources.outcomes import judge_anew as judge_anew
from sources.rechecks import checked as checked
from sources.rechecks import due as due
from sources.takedown import take_down as take_down

FORGOTTEN_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 5
OWN_QUEUE = timedelta(seconds=30)
# How long a document waits for a site that is busy, after each of its attempts.
PAUSES = [timedelta(minutes=minutes) for minutes in (2, 15, 120, 720)]
MOST_NUDGES = 500


@dataclass(frozen=True, slots=True)
class Received:
    """The document for what was sent; not `new` where the desk has had it before."""

    document: Document
    new: bool


def receive(
    *,
    by: str,
    at: datetime,
    body: bytes | None = None,
    url: str = "",
    filename: str = "",
    content_type: str = "",
    hints: Mapping[str, str] | None = None,
    captured_at: datetime | None = None,
) -> Received:
    """Take a document in, by its bytes, its address or both; the same bytes are kept once.

    Other bytes for a known address are a new version of that document. `hints` are what a feed says
    of it: title, published_at and source, whom the text was taken over from. `captured_at` is when
    somebody else captured the bytes; where the desk has newer ones they are kept and not read.

    Raises:
        Unacceptable: nothing was sent, it is too large, or the address is no web address.
    """
    check(body, url)
    captured = captured_at or at
    sent = _Sent(by, at, body, url, filename, content_type, hints or {}, captured)
    try:
        with transaction.atomic():
            received = _received(sent)
    except (IntegrityError, Known):
        # Somebody sent the same at the same moment and was first: theirs is the document.
        with transaction.atomic():
            received = _received(sent)
    return received


def begin(document: UUID, *, at: datetime) -> Document | None:
    """The document, with one more attempt at reading counted; None where nothing is to be done.

    The count is committed before the work, so that a document which kills its worker ends as
    failed, after MOST_ATTEMPTS of them.
    """
    due = Q(not_before=None) | Q(not_before__lte=at)
    waiting = Document.objects.filter(due, id=document, state=Document.State.WAITING)
    if waiting.filter(attempts__lt=MOST_ATTEMPTS).update(attempts=F("attempts") + 1, nudged_at=at):
        return waiting.select_related("source").first()
    if found := waiting.first():
        fail(
            found,
            f"Reading was begun {MOST_ATTEMPTS} times and never finished; "
            "the document may be too large or damaged.",
            at=at,
        )
    return None


def newest(document: Document) -> Version | None:
    """The version that came last, if there is one."""
    return document.by_age().first()


def capture(document: Document, body: bytes, *, content_type: str, at: datetime) -> Version:
    """Keep bytes as the document's next version; bytes that it has already stay as they are.

    Raises:
        Unacceptable: they are empty or too large, or another document has them.
    """
    return _captured(document, body, content_type, at)[0]


def fail(document: Document, reason: str, *, at: datetime) -> None:
    """The document cannot be read; `reason` is a sentence for a person.

    Says so of the attempt that `document` was given to: a later one, or a newer version which
    begins the count again, is not concerned.
    """
    attempt = Document.objects.filter(id=document.id, attempts=document.attempts)
    attempt.filter(state=Document.State.WAITING).update(
        state=Document.State.FAILED, reason=reason, not_before=None, finished_at=at
    )


def postpone(
    document: Document, reason: str, *, later: int | None, ours: bool = False, at: datetime
) -> None:
    """The document cannot be had now; it is tried again later, and fails after MOST_ATTEMPTS.

    `later` is after how many seconds its site wants to be asked again, if it says so. Waiting for
    the desk's `ours` other requests is no attempt.
    """
    if ours:
        waiting = Document.objects.filter(id=document.id, attempts=document.attempts)
        waiting.filter(state=Document.State.WAITING).update(
            reason=reason, not_before=at + OWN_QUEUE, attempts=F("attempts") - 1
        )
        return
    if document.attempts >= MOST_ATTEMPTS:
        fail(document, f"{reason} It was tried {MOST_ATTEMPTS} times.", at=at)
        return
    pause = max(PAUSES[document.attempts - 1], timedelta(seconds=min(later or 0, 86_400)))
    attempt = Document.objects.filter(id=document.id, attempts=document.attempts)
    attempt.filter(state=Document.State.WAITING).update(reason=reason, not_before=at + pause)


def give_back(document: Document) -> None:
    """The attempt that `document` was given to counts as none: it failed for nothing of its own."""
    attempt = Document.objects.filter(id=document.id, attempts=document.attempts)
    attempt.filter(state=Document.State.WAITING).update(attempts=F("attempts") - 1)


def retry(document: Document, *, at: datetime) -> None:
    """Put a failed or postponed document in the queue, with all its attempts before it."""
    with transaction.atomic():
        stuck = Q(state=Document.State.FAILED) | Q(not_before__isnull=False)
        rows = Document.objects.select_for_update(of=("self",)).filter(stuck, id=document.id)
        if found := rows.first():
            _wait(found, at)
            nudge.after_commit(document.id)


def nudge_forgotten(*, at: datetime) -> int:
    """Nudge the workers again for documents that have waited too long; how many."""
    late = Q(nudged_at__isnull=True) | Q(nudged_at__lt=at - FORGOTTEN_AFTER)
    late |= Q(nudged_at__gt=at + FORGOTTEN_AFTER)  # the clock was set back since
    due = Q(not_before=None) | Q(not_before__lte=at)
    waiting = Document.objects.filter(late, due, state=Document.State.WAITING)
    ids = list(waiting.order_by("nudged_at").values_list("id", flat=True)[:MOST_NUDGES])
    Document.objects.filter(id__in=ids).update(nudged_at=at)
    for document in ids:
        nudge.send(document)
    return len(ids)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What `receive` was given."""

    by: str
    at: datetime
    body: bytes | None
    url: str
    filename: str
    content_type: str
    hints: Mapping[str, str]
    captured_at: datetime


def _received(sent: _Sent) -> Received:
    if sent.body is not None:
        known = Version.objects.filter(sha256=hashlib.sha256(sent.body).hexdigest())
        if version := known.select_related("document").first():
            return _put_back(version, sent.url, sent.captured_at)
    document = Document.objects.filter(url=sent.url).first() if sent.url else None
    if document is not None and sent.body is None:
        return Received(document, new=False)
    if document is None:
        document = Document.objects.create(
            id=uuid4(),
            url=sent.url,
            filename=printable(sent.filename),
            hints=dict(sent.hints),
            received_by=sent.by,
            received_at=sent.at,
            nudged_at=sent.at,
            waiting_since=sent.at,
        )
    if sent.body is not None:
        last = newest(document)
        if not _captured(document, sent.body, sent.content_type, sent.captured_at)[1]:
            return Received(document, new=False)  # Sent by somebody else a moment ago.
        if last is not None and sent.captured_at < last.seen_at:
            return Received(document, new=False)  # The desk has read a newer one.
        _wait(document, sent.at)
    nudge.after_commit(document.id)
    return Received(document, new=True)


def _put_back(version: Version, url: str, at: datetime) -> Received:
    """Bytes that the desk has: news only where an address that said otherwise gives them again."""
    document = Document.objects.select_for_update(of=("self",)).get(id=version.document_id)
    last = newest(document)
    back = url == document.url != "" and version != last and not version.removed_at
    if last is None or not back or at <= last.seen_at:
        return Received(document, new=False)
    Version.objects.filter(sha256=version.sha256).update(seen_at=at)
    _wait(document, at)
    nudge.after_commit(document.id)
    return Received(document, new=True)


def _wait(document: Document, at: datetime) -> None:
    """Put the document in the queue, with all its attempts before it."""
    Document.objects.filter(id=document.id).update(
        state=Document.State.WAITING,
        reason="",
        attempts=0,
        nudged_at=at,
        waiting_since=at,
        not_before=None,
        finished_at=None,
    )
    document.refresh_from_db()


def _captured(
    document: Document, body: bytes, content_type: str, at: datetime
) -> tuple[Version, bool]:
    """The version of the document with these bytes, and whether it is new."""
    check(body, "")
    sha256 = hashlib.sha256(body).hexdigest()
    with transaction.atomic():
        Document.objects.select_for_update().get(id=document.id)
        last = document.versions.aggregate(last=Max("number"))["last"] or 0
        version, new = Version.objects.get_or_create(
            sha256=sha256,
            defaults={
                "document": document,
                "number": last + 1,
                "content_type": printable(content_type)[:200],
                "body": body,
                "captured_at": at,
                "seen_at": at,
            },
        )
        if version.document_id != document.id:
            where = version.document.url or version.document
            raise Known(f"The desk has this very text already: see {where}.")
    return version, new
