"""What strangers may read of a published claim's history.

What was only proposed, thought or dismissed stays the desk's own: a stranger sees the evidence, the
wordings, the merges, and of ratings those that a second person confirmed.
"""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from claims.ledger import log

# Confirming a rating is what makes it known; taking back one that was never confirmed is not.
OPEN = {
    "asserted", "corroborated", "disputed", "withdrawn", "reworded", "confirmed", "published",
    "unpublished", "merged", "absorbed", "unmerged", "released", "erased",
}  # fmt: skip


def of(claim: UUID, entries: Iterable[Any]) -> list[Any]:
    """Those of some entries of a claim's history that are for everybody, in their order."""
    known = {_rating(one) for one in log.stream(claim) if one.type == "confirmed"}
    return [one for one in entries if one.type in OPEN or _told(one, known)]


def _told(entry: Any, known: set[int]) -> bool:
    """Whether an entry is about a rating that a second person confirmed."""
    rating = entry.version if entry.type == "rated" else _rating(entry)
    return entry.type in {"rated", "unrated"} and rating in known


def _rating(entry: Any) -> int:
    """The version of the rating that a word is about; 0 where that was erased."""
    return int(json.loads(entry.body or "{}").get("rating", 0))
