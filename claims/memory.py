"""What was judged before: what is not proposed again, and what a reviewer is reminded of.

A no holds for the words and the claim, in whatever version or reprint they come again. Words that
changed are other words: they are proposed, with what was said of the earlier ones beside them.
"""

import hashlib
import re
import unicodedata
from difflib import SequenceMatcher
from uuid import UUID

from django.db.models import Q

from claims.models import Finding, Proposal

ALIKE = 0.6  # the share of words in common from which on one quote reminds of another
LOOKED_AT = 50  # dismissed passages that may be meant
REMINDERS = 3


# What prints choose freely: ligatures, soft hyphens, and what groups the digits of a number.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "\u00ad": None, "\u200b": None})
_GROUPS = re.compile(r"(?<=\d)[ .,'’](?=\d{3}(?!\d))")


def fingerprint(quote: str) -> str:
    """The same for quotes that differ only in what every print sets as it likes.

    Case, spacing, punctuation, ligatures, hyphenation, how é is written and how digits are grouped.
    """
    plain = unicodedata.normalize("NFKC", quote).casefold().translate(_LIGATURES)
    plain = re.sub(r"\W+", " ", _GROUPS.sub("", " ".join(plain.split()))).strip()
    return hashlib.sha256(plain.encode()).hexdigest()


def seen(claim: UUID, place: tuple[str, int, int], quote: str, url: str, *, begins: bool) -> bool:
    """Was this passage judged before for this claim, or is it waiting to be?

    `place` is document version, start and end. A reprint of an accepted passage is no repetition:
    it is one more article of that origin.
    """
    document, start, end = place
    here = Q(document=document, start=start, end=end)
    words = Q(fingerprint=fingerprint(quote))
    refused = words & Q(proposal__state="dismissed", proposal__begins=begins)
    if begins:
        return Finding.objects.filter(here | refused).exists()
    again = words & Q(url=url) if url else Q(pk__in=())
    # It may have been proposed for one claim and accepted for another: it was judged for both.
    of_it = Q(claim=claim) | Q(proposal__claim=claim)
    return Finding.objects.filter(of_it, here | refused | again).exists()


def dismissed_before(proposal: Proposal) -> list[Finding]:
    """Passages much like those of a proposal that somebody dismissed, the last first.

    For the same claim, from the same address, or in the same words.
    """
    passages = [one for one in proposal.findings.all() if one.quote]
    same = Q(claim=proposal.claim) | Q(fingerprint__in=[one.fingerprint for one in passages])
    same |= Q(url__in=[one.url for one in passages if one.url])
    dismissed = (
        Finding.objects.filter(same, proposal__state="dismissed")
        .exclude(Q(proposal=proposal) | Q(quote=""))
        .select_related("proposal__decided_by")
        .order_by("-proposal__decided_at", "id")[:LOOKED_AT]
    )
    found = (
        one
        for one in dismissed
        if any(likeness(one.quote, other.quote) >= ALIKE for other in passages)
    )
    return [one for one, _ in zip(found, range(REMINDERS), strict=False)]


def likeness(one: str, other: str) -> float:
    """How alike two sentences are, from 0 to 1, by the words that they share in their order."""
    ours, theirs = (re.findall(r"\w+", text.casefold()) for text in (one, other))
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio()
