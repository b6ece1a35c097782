"""What strangers may read: the published claims, and of their histories what is for everybody.

What was only proposed, thought or dismissed stays the desk's own: a stranger sees the evidence, the
wordings, the merges, and of ratings those that a second person confirmed.
"""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from claims.models import Claim, Entry

# Confirming a rating is what makes it known; taking back one that was never confirmed is not.
OPEN = {
    "asserted", "corroborated", "disputed", "withdrawn", "reworded", "confirmed", "published",
    "unpublished", "merged", "absorbed", "unmerged", "released", "erased",
}  # fmt: skip


def claims() -> QuerySet[Claim]:
    """The claims that everybody may read of."""
    return Claim.objects.filter(published=True, merged_into=None)


def of(claim: UUID, entries: Iterable[Any]) -> list[Any]:
    """Those of some entries of a claim's history that are for everybody, in their order."""
    confirmed = Entry.objects.filter(stream_id=claim, type="confirmed").only("body")
    known = {_rating(one) for one in confirmed}
    return [one for one in entries if one.type in OPEN or _told(one, known)]


def _told(entry: Any, known: set[int]) -> bool:
    """Whether an entry is about a rating that a second person confirmed."""
    rating = entry.version if entry.type == "rated" else _rating(entry)
    return entry.type in {"rated", "unrated"} and rating in known


def _rating(entry: Any) -> int:
    """The version of the rating that a word is about; 0 where that was erased."""
    return int(json.loads(entry.body or "{}").get("rating", 0))
