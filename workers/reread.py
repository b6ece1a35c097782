"""Read documents again with newer rules: first to see what would change, then to change it.

The stored text stays as it is, because what was accepted is pinned to places in it. Where newer
rules would cut another text from the same bytes, the stored one is judged anew. What a person
decided is not touched, and what was dismissed stays dismissed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from claims import proposals
from claims.models import Finding
from sources import intake
from sources.models import Document, Version
from workers import reprints
from workers.ingest import outcome, reading_of
from workers.matching.matcher import configured
from workers.placing import Placing, wait_for_turn
from workers.reading import READER, Reading, Unreadable, read


@dataclass(frozen=True, kw_only=True, slots=True)
class Reread:
    """What another reading changes: passages that are judged otherwise, findings in the queue."""

    document: Document
    passages: int = 0
    new: int = 0
    gone: int = 0
    note: str = ""  # why it stays as it was read


def outdated() -> Iterator[tuple[Document, Version]]:
    """The documents whose newest version was read by older rules."""
    older = Document.objects.filter(state=Document.State.READ, versions__removed_at=None)
    for document in older.exclude(versions__reader=READER).distinct().order_by("received_at"):
        version = intake.newest(document)
        if version and version.removed_at is None and version.reader != READER:
            yield document, version


def reread(document: Document, version: Version, *, apply: bool, at: datetime) -> Reread:
    """Read a version again; unless `apply`, all that it did is undone, and only told."""
    try:
        reading = _judged_anew(document, version)
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
        if not intake.judge_anew(version, outcome(version, reading)):
            return Reread(document=document, note="it was changed meanwhile")
        document.refresh_from_db()
        reprints.settle(document)
        worth = {placing.span(number) for number in placing.worth()}
        denials = {(one.start, one.end) for one in reading.denials}
        gone = proposals.retract(version.sha256, keep=worth | denials)
        placing.begin(document, version, at=at)
        placing.propose()
        changed = before.symmetric_difference(_judgements(version))
        new = len(set(_waiting(version)) - waiting)
        if not apply:
            transaction.set_rollback(True)
    places = {(start, end) for start, end, *_ in changed}
    return Reread(document=document, passages=len(places), new=new, gone=gone)


def _judged_anew(document: Document, version: Version) -> Reading | None:
    """The reading of the stored text; None where it cannot be had again."""
    found = reading_of(version, document)
    if found.text == version.text:
        return found
    stored = (version.text or "").encode()
    plain = read(stored, content_type="text/plain", fetched_at=version.captured_at)
    if plain.text != version.text:
        return None
    return replace(found, text=plain.text, passages=plain.passages, denials=plain.denials)


def _judgements(version: Version) -> set[tuple[int, int, str, str, bool, bool, float]]:
    fields = ("start", "end", "kind", "speaker", "hedged", "negated", "checkworthy")
    return set(version.passages.values_list(*fields))


def _waiting(version: Version) -> Iterator[int]:
    found = Finding.objects.filter(document=version.sha256, proposal__state="open")
    return iter(found.values_list("id", flat=True))
