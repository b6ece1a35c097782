"""What reading a version brought, and keeping it with the version. Called as `intake.finish`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from sources.models import Document, Passage, Sketch, Version
from sources.origins import outlet
from sources.rechecks import next_check

# What is kept with a version of what it says of itself.
ABOUT = (
    "title", "outlet", "authors", "canonical_url", "published_at", "modified_at", "told_by",
    "left_out",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What reading a version brought, to be kept with it."""

    text: str
    reader: str
    matcher: str
    outlet: str
    title: str
    language: str
    published_at: datetime | None
    origin: str
    origin_because: str
    passages: Sequence[Passage]
    authors: Sequence[str] = ()
    canonical_url: str = ""
    modified_at: datetime | None = None
    told_by: Mapping[str, str] = field(default_factory=dict)  # where the document says each thing
    left_out: Sequence[str] = ()  # attachments that were not read
    sketch: Sequence[int] = ()  # the keys by which near-copies are found


def finish(version: Version, outcome: Outcome, *, at: datetime) -> bool:
    """Keep what reading brought; False where another worker was first. Call in a transaction.

    False, too, where a newer version came meanwhile: the document still waits for that one. A
    version that was put back was read before: its text is for ever, the rest is kept anew.
    """
    document = Document.objects.select_for_update().get(id=version.document_id)
    locked = Version.objects.select_for_update(of=("self",)).get(sha256=version.sha256)
    if document.state != Document.State.WAITING or document.by_age().first() != version:
        return False
    if locked.text is None:
        Version.objects.filter(sha256=version.sha256).update(text=outcome.text)
    _keep(version, outcome)
    document.source = outlet(document, outcome.outlet)
    document.title, document.language = outcome.title, outcome.language
    document.published_at = outcome.published_at
    _attribute(document, outcome)
    document.state, document.reason, document.finished_at = Document.State.READ, "", at
    document.not_before = None
    if document.url:
        document.check_at = next_check(document, at=at)
    document.save()
    return True


def judge_anew(version: Version, outcome: Outcome) -> bool:
    """Keep another reading of a version's stored text in the place of the first.

    False where the version was taken down meanwhile, or another one came.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update().get(id=version.document_id)
        newest = document.by_age().first()
        if newest != version or newest.removed_at or document.state != Document.State.READ:
            return False
        _keep(version, outcome)
        _attribute(document, outcome)
        document.save()
    return True


def _keep(version: Version, outcome: Outcome) -> None:
    """Keep what was read of the version in the place of what was read of it before."""
    about = {name: getattr(outcome, name) for name in ABOUT}
    by = {"reader": outcome.reader, "matcher": outcome.matcher, "about": about}
    Version.objects.filter(sha256=version.sha256).update(**by)
    version.passages.all().delete()
    Sketch.objects.filter(version=version).delete()
    Passage.objects.bulk_create(outcome.passages)
    if outcome.sketch:
        Sketch.objects.create(version=version, keys=list(outcome.sketch))


def _attribute(document: Document, outcome: Outcome) -> None:
    """The origin that the document names itself; a person's word stands against it."""
    if document.origin_by != Document.OriginBy.PERSON:
        document.origin, document.origin_because = outcome.origin, outcome.origin_because
        document.origin_by = Document.OriginBy.TEXT if outcome.origin else ""
