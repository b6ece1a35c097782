"""Whose words a document prints: what it says itself, whom it copies, who owns its outlet.

Documents that say largely the same are one origin. Who is named by one of them as the source is
the origin of all; where none names any, the earliest is. What a person decided already keeps the
name it has on record, and the others take that name: so the text counts once either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from claims import proposals
from sources import origins
from sources.models import Document, Version
from sources.origins import Origin
from workers.matching.likeness import COPY, containment, triples

MOST_COPIES = 20  # near-copies that are compared word by word
MOST_TOLD = 200  # documents at a time whose proposals hear of a new origin
SAYS = Document.OriginBy


@dataclass(frozen=True, slots=True)
class Copy:
    """A version of another document, and the share of the smaller text that both have."""

    version: Version
    share: float

    @property
    def document(self) -> Document:
        return self.version.document

    @property
    def named(self) -> bool:
        """Whether the document itself, or a person, says whose words it prints."""
        return self.document.origin_by in (SAYS.TEXT, SAYS.PERSON)


def settle(document: Document) -> None:
    """Find whose words the newest version prints, and tell its copies where that is news."""
    copies = _copies(_newest(document))
    if document.origin_by not in (SAYS.TEXT, SAYS.PERSON) and (
        found := _copied(document, copies) or _owned(document)
    ):
        origins.attribute(document, found)
    _carry_over(document, copies)
    _tell(document)


def tell() -> int:
    """Let the open proposals of documents with a new origin hear of it; how many documents."""
    waiting = origins.untold(MOST_TOLD)
    for document in waiting:
        _carry_over(document, _copies(_newest(document)))
        _tell(document)
    return len(waiting)


def _copies(version: Version) -> list[Copy]:
    """The near-copies of a version among other documents, the nearest first, one a document."""
    said = triples(origins.prose(version))
    found: dict[object, Copy] = {}
    for other in origins.alike(version, MOST_COPIES):
        share = containment(said, triples(origins.prose(other)))
        best = found.get(other.document_id)
        if share >= COPY and (best is None or best.share < share):
            found[other.document_id] = Copy(other, share)
    return sorted(found.values(), key=lambda copy: copy.share, reverse=True)


def _copied(document: Document, copies: Sequence[Copy]) -> Origin | None:
    """The origin that a document has by what it copies; None where it copies nothing."""
    named = [copy for copy in copies if copy.named]
    # A name that is on record already is kept, so that what was decided counts together.
    fixed = [copy for copy in copies if _decided(copy.document)]
    earliest = min(copies, key=lambda copy: _first(copy.document), default=None)
    if earliest and not named and not fixed and _first(document) < _first(earliest.document):
        return None
    source = next(iter(named or fixed), earliest)
    return _copy_of(source) if source else None


def _copy_of(source: Copy) -> Origin:
    document = source.document
    outlet = document.source.name if document.source else document.filename
    because = f"{source.share:.0%} of the text is in “{document}” ({outlet})"
    if document.origin_by == SAYS.TEXT:
        because += f", where {document.origin_because}"
    return Origin(name=document.counts_as, by=SAYS.COPY, because=because)


def _owned(document: Document) -> Origin | None:
    """Outlets of one owner are one origin."""
    source = document.source
    if source is None or not source.owner:
        return None
    return Origin(
        name=source.owner, by=SAYS.OWNER, because=f"{source.name} belongs to {source.owner}"
    )


def _carry_over(document: Document, copies: Sequence[Copy]) -> None:
    """Let copies count as the document does, where nothing says otherwise of them."""
    for copy in copies:
        theirs = copy.document
        better = document.origin_by in (SAYS.TEXT, SAYS.PERSON) or _first(document) < _first(theirs)
        if copy.named or not better or theirs.counts_as == document.counts_as or _decided(theirs):
            continue
        if origins.attribute(theirs, _copy_of(Copy(_newest(document), copy.share))):
            _tell(theirs)


def _newest(document: Document) -> Version:
    versions = document.versions.defer("body").select_related("document__source")
    return versions.latest("seen_at", "number")


def _tell(document: Document) -> None:
    versions = document.versions.values_list("sha256", flat=True)
    proposals.attribute(versions, origin=document.counts_as, because=document.origin_because)
    origins.told(document)


def _decided(document: Document) -> bool:
    return proposals.rests_on(document.versions.values_list("sha256", flat=True))


def _first(document: Document) -> datetime:
    """When it was first seen: published, or else received."""
    return document.published_at or document.received_at
