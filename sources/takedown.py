"""Taking a captured version down: what a court or a person asks for. Called as `intake.take_down`.

The row stays as a tombstone, with the digest and number that evidence is pinned to: the same bytes
are known when they come again, and are not kept again. Bytes, text and passages go for good.
"""

from datetime import datetime

from django.db import transaction

from sources.models import Document, Sketch, Version


@transaction.atomic
def take_down(sha256: str, *, because: str, at: datetime) -> Version:
    """Remove the bytes, the text and the passages of a version; done twice, it is done once.

    Where no version of its document is left, the document's title goes as well.

    Raises:
        Version.DoesNotExist: there is no such version.
        ValueError: there is no reason.
    """
    if not because.strip():
        raise ValueError("Say why it is taken down; the reason stays.")
    owner = Version.objects.only("document_id").get(sha256=sha256).document_id
    document = Document.objects.select_for_update(of=("self",)).get(id=owner)
    version = Version.objects.select_for_update(of=("self",)).get(sha256=sha256)
    if version.removed_at is not None:
        return version
    document.check_at = None  # What is at its address is not fetched again.
    document.save(update_fields=["check_at"])
    version.passages.all().delete()
    Sketch.objects.filter(version=version).delete()
    version.body, version.text, version.about = b"", "", {}
    version.removed_at, version.removed_because = at, because.strip()
    version.save(update_fields=["body", "text", "about", "removed_at", "removed_because"])
    if not document.versions.filter(removed_at=None).exists():
        document.title = document.filename = document.origin_because = document.check_note = ""
        document.hints = {}
        if document.state == Document.State.WAITING:
            document.state, document.finished_at = Document.State.FAILED, at
            document.reason = "It was taken down before it was read."
        document.save()
    return version
