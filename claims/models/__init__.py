"""The tables of the core.

No table holds a foreign key to Claim: a read model that others point at could not be thrown away
and folded again. Rows change only through `history` (claims) and `review` (proposals).
"""

from claims.models.clients import ApiKey
from claims.models.desk import Handling, Run, SavedFilter
from claims.models.record import Claim, Entry, ReadSideCheck
from claims.models.stories import Digest, Mention, Note, Story, StoryClaim, Tag
from claims.models.waiting import Finding, Proposal
from claims.models.webhooks import Delivery, Pulled, Subscription

__all__ = [
    "ApiKey", "Claim", "Delivery", "Digest", "Entry", "Finding", "Handling", "Mention", "Note",
    "Proposal", "Pulled", "ReadSideCheck", "Run", "SavedFilter", "Story", "StoryClaim",
    "Subscription", "Tag",
]  # fmt: skip
