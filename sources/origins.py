"""Whose words a document prints: found near-copies, and the origin it counts as.

Called as `intake.attribute` and by the workers. A person's word stands against anything that a
machine finds later.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import connection, transaction

from sources import nudge
from sources.models import Document, Source, Version

# What is somebody's own words; a subscription wall or a reader's comment is no sign of a copy.
PROSE = ("statement", "quotation", "question", "opinion")
NEAREST = """
SELECT sketch.version_id, cardinality(ARRAY(
    SELECT unnest(sketch.keys) INTERSECT SELECT unnest(mine.keys)
)) AS shared
FROM sources_sketch mine
JOIN sources_sketch sketch ON sketch.keys && mine.keys
JOIN sources_version version ON version.sha256 = sketch.version_id
JOIN sources_version own ON own.sha256 = mine.version_id
WHERE mine.version_id = %s AND version.document_id <> own.document_id
ORDER BY shared DESC, sketch.version_id LIMIT %s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Whose words they are, who or what says so (a Document.OriginBy), and why."""

    name: str
    by: str
    because: str


def outlet(document: Document, named: str) -> Source | None:
    """The outlet of a document: by the domain of its address, else by the name that it gives."""
    host = (urlsplit(document.url).hostname or "").removeprefix("www.")
    if host and (found := Source.objects.filter(domain=host).first()):
        return found
    name = (named or host)[:200]
    if not name:
        return None
    source, _ = Source.objects.get_or_create(name=name, defaults={"domain": host})
    return source


def alike(version: Version, limit: int) -> list[Version]:
    """The versions of other documents that may be near-copies, those that share most first."""
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [version.sha256, limit])
        order = [sha256 for sha256, _ in cursor.fetchall()]
    found = Version.objects.defer("body").select_related("document__source").in_bulk(order)
    return [found[sha256] for sha256 in order]


def prose(version: Version) -> str:
    """What the version says in words of its own, one passage a line."""
    text = version.text or ""
    spans = version.passages.filter(kind__in=PROSE).order_by("number").values_list("start", "end")
    return "\n".join(text[start:end] for start, end in spans)


def attribute(document: Document, origin: Origin) -> bool:
    """Say whose words a document prints; False where a person has said otherwise."""
    says = Document.OriginBy
    with transaction.atomic():
        row = Document.objects.select_for_update(of=("self",)).get(id=document.id)
        if row.origin_by == says.PERSON and origin.by != says.PERSON:
            return False
        row.origin, row.origin_by, row.origin_because = origin.name, origin.by, origin.because
        row.origin_told = False
        row.save(update_fields=["origin", "origin_by", "origin_because", "origin_told"])
    document.refresh_from_db()
    return True


def overrule(document: Document, *, name: str, because: str, by: str) -> None:
    """A person says whose words a document prints; no name: they are its outlet's own.

    What was proposed from the document, and from its copies, hears of it in a moment.

    Raises:
        ValueError: there is no reason.
    """
    if not because.strip():
        raise ValueError("Say why; whoever decides on this document's passages will read it.")
    person = Document.OriginBy.PERSON
    with transaction.atomic():
        told = f"{by}: {because.strip()}"
        attribute(document, Origin(name=name.strip(), by=person, because=told))
        nudge.origins_after_commit()


def untold(limit: int) -> list[Document]:
    """Documents whose proposals have not heard of their origin yet."""
    return list(Document.objects.select_related("source").filter(origin_told=False)[:limit])


def told(document: Document) -> None:
    """What was proposed from the document has heard of its origin, as `document` has it."""
    same = Document.objects.filter(id=document.id, origin=document.origin)
    same.update(origin_told=True)
