"""Read documents again with newer rules: first to see what would change, then to change it.

The stored text stays as it is, because what was accepted is pinned to places in it. Where newer
rules would cut another text from the same bytes, the stored one is judged anew. What a person
decided is not touched, and what was dismissed stays dismissed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from claims.models import Finding
from claims.retraction import retract
from sources import intake
from sources.models import Document, Version
from workers import reprints
from workers.matching.matcher import configured
from workers.placing import Placing, wait_for_turn
from workers.reading import READER, Unreadable
from workers.readings import outcome, read_anew


@dataclass(frozen=True, kw_only=True, slots=True)
class Reread:
    """What another reading changes: passages that are judged otherwise, findings in the queue."""

    document: Document
    passages: int = 0
    new: int = 0
    gone: int = 0
    note: str = ""  # why it stays as it was read


def outdated(*, at: datetime) -> QuerySet[Document]:
    """The documents whose newest version was read, or placed, by older rules than today's."""
    newest = Version.objects.filter(document=OuterRef("pk")).order_by("-seen_at", "-number")
    now = Q(reader=READER, matcher=configured(at=at).name) | Q(removed_at__isnull=False)
    read_so = Version.objects.filter(now, pk=OuterRef("newest"))
    documents = Document.objects.filter(state=Document.State.READ)
    documents = documents.annotate(newest=Subquery(newest.values("pk")[:1]))
    return documents.exclude(newest=None).filter(~Exists(read_so)).order_by("received_at")


def reread(document: Document, *, apply: bool, at: datetime) -> Reread:
    """Read its newest version again; unless `apply`, all that it did is undone, and only told."""
    version = intake.newest(document)
    if version is None or version.removed_at or document.state != Document.State.READ:
        return Reread(document=document, note="there is nothing that was read")
    try:
        reading = read_anew(document, version)
    except Unreadable as error:
        return Reread(document=document, note=str(error))
    if reading is None:
        return Reread(document=document, note="its text would be cut otherwise now")
    placing = Placing(reading, configured(at=at))
    placing.think()
    with transaction.atomic():
        wait_for_turn()
        before = _judgements(version)
        waiting = set(_waiting(version))
        if not intake.judge_anew(version, outcome(version, reading, placing.matcher.name)):
            return Reread(document=document, note="it was changed meanwhile")
        document.refresh_from_db()
        reprints.settle(document)
        said = {placing.span(number) for number in placing.worth()}
        said |= {(one.start, one.end) for one in reading.denials}
        gone = retract(version.sha256, keep=lambda one: (one.start, one.end) in said, at=at)
        placing.begin(document, version, at=at)
        placing.propose()
        place_orphans(gone.orphans - {version.sha256}, at=at)
        changed = before.symmetric_difference(_judgements(version))
        new = len(set(_waiting(version)) - waiting)
        if not apply:
            transaction.set_rollback(True)
    places = {(start, end) for start, end, *_ in changed}
    return Reread(document=document, passages=len(places), new=new, gone=gone.passages)


def place_orphans(versions: Iterable[str], *, at: datetime) -> None:
    """Place the passages of these versions anew: what they stood beside is not proposed any more.

    Call in a transaction, after what stands there now is proposed.
    """
    for version in Version.objects.filter(sha256__in=versions).select_related("document"):
        if version == intake.newest(version.document):
            reread(version.document, apply=True, at=at)


def _judgements(version: Version) -> set[tuple[int, int, str, str, bool, bool, float]]:
    fields = ("start", "end", "kind", "speaker", "hedged", "negated", "checkworthy")
    return set(version.passages.values_list(*fields))


def _waiting(version: Version) -> Iterator[int]:
    found = Finding.objects.filter(document=version.sha256, proposal__state="open")
    return iter(found.values_list("id", flat=True))
