"""When a source is changed under a claim: its evidence goes back to the queue, and is never moved.

Evidence stays pinned to the version that it was accepted from. Where a newer version still has the
quote, nothing is asked. Where it has not, a person decides: the changed sentence in its place, or
that the old one stands as it was accepted. This writes proposals only, as `proposals` does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet

from claims import memory, proposals
from claims.models import Claim, Proposal
from claims.proposals import Found
from claims.retraction import supersede


@dataclass(frozen=True, kw_only=True, slots=True)
class Resting:
    """A standing piece of evidence of a claim, by the version of the history that it came with.

    `of` is the absorbed claim that brought it, in whose history that version is; or empty.
    """

    claim: UUID
    version: int
    of: str
    stance: str
    kind: str
    quote: str
    figures: tuple[Any, Any]


def resting_on(documents: Iterable[str]) -> Iterator[Resting]:
    """The standing evidence pinned to these versions, of claims that stand by themselves."""
    for document in documents:
        named = Claim.objects.filter(evidence__contains=[{"document": document}], merged_into=None)
        for claim in named.only("id", "evidence").order_by("id"):
            yield from (
                _resting(claim.id, piece)
                for piece in claim.evidence
                if piece["document"] == document
            )


def _resting(claim: UUID, piece: dict[str, Any]) -> Resting:
    return Resting(
        claim=claim,
        version=piece["version"],
        of=piece["claim"],
        stance="disputes" if piece["word"] == "disputed" else "supports",
        kind=piece.get("kind") or "",
        quote=piece["quote"],
        figures=(piece.get("ours"), piece.get("theirs")),
    )


@transaction.atomic
def still_stands(resting: Resting, *, at: datetime) -> None:
    """The newest version has the quote: what an earlier one made a question of is none any more."""
    for asked in _asked(resting).filter(state="open").select_for_update():
        supersede(asked, at=at)


def _asked(resting: Resting) -> QuerySet[Proposal]:
    asked = Proposal.objects.exclude(state="superseded")
    return asked.filter(claim=resting.claim, replaces=resting.version, replaces_of=resting.of)


@transaction.atomic
def source_changed(resting: Resting, found: Found | None, *, at: datetime) -> Proposal | None:
    """Ask a person what becomes of evidence whose quote a newer version of its source lacks.

    `found` is the sentence that stands there instead, or None where nothing like it does. None
    where the same was asked before: a decision is remembered until the source changes again.
    """
    if found and proposals.holds(resting.claim, found):
        found = None  # Another question is about that sentence already: two became one.
    instead, same = {memory.fingerprint(found.quote)} if found else set(), False
    for earlier in _asked(resting).select_for_update().prefetch_related("findings"):
        if instead == {finding.fingerprint for finding in earlier.findings.all()}:
            same = True
        elif earlier.state == "open":
            supersede(earlier, at=at)  # It asked about a version that is not the newest any more.
    if same:
        return None
    proposal = Proposal.objects.create(
        id=uuid4(),
        claim=resting.claim,
        begins=False,
        replaces=resting.version,
        replaces_of=resting.of,
        wording=resting.quote,
        language="",
        score=1.0,
        priority=proposals.priority(1.0, 0, at),
        disputed=resting.stance == "disputes",
        created_at=at,
    )
    if found:
        proposals.keep(proposal, found)
    return proposal
