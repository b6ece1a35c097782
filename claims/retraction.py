"""What waits and is not proposed any more: its source says otherwise now, or newer rules do.

A proposal that rests on nothing any more is superseded, not deleted: whoever has it open reads so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from claims.models import Finding, Proposal


@dataclass(frozen=True, slots=True)
class Retracted:
    """How many passages were taken back, and the versions whose passages are to be placed anew."""

    passages: int
    orphans: frozenset[str]


@transaction.atomic
def retract(document: str, *, keep: Callable[[Finding], bool], at: datetime) -> Retracted:
    """Take back what waits of a version, but for what is to be kept.

    Where nothing supports a new claim any more, nobody puts it forward: what disputed it, in other
    documents, goes with it, and these are the orphans.
    """
    waiting = Finding.objects.filter(document=document, proposal__state="open")
    waiting = waiting.filter(proposal__replaces=None)
    gone = {one.id: one.proposal_id for one in waiting if not keep(one)}
    held = Proposal.objects.select_for_update().filter(id__in=gone.values(), state="open")
    orphans: set[str] = set()
    for proposal in held.order_by("id").prefetch_related("findings"):
        orphans |= _without(proposal, set(gone), at)
    return Retracted(len(gone), frozenset(orphans))


def supersede(proposal: Proposal, *, at: datetime) -> None:
    """Close a proposal that rests on nothing any more; what it rested on may be proposed again."""
    proposal.findings.all().delete()
    proposal.state, proposal.decided_at = "superseded", at
    proposal.revision += 1
    proposal.save(update_fields=["state", "decided_at", "revision"])


def _without(proposal: Proposal, gone: set[int], at: datetime) -> set[str]:
    """Go on without these passages; the versions of those that have nothing to stand on then."""
    found = list(proposal.findings.all())
    left = [one for one in found if one.id not in gone]
    supports = [one for one in left if one.stance == "supports"]
    if not left or (proposal.begins and not supports):
        supersede(proposal, at=at)
        return {one.document for one in left}
    if proposal.begins and found[0].id in gone:
        proposal.wording, proposal.context = supports[0].quote, supports[0].title
        proposal.claimant = supports[0].speaker
    Finding.objects.filter(proposal=proposal, id__in=gone).delete()
    score = max(one.score for one in left)
    proposal.priority += score - proposal.score
    proposal.score = score
    proposal.disputed = any(one.stance == "disputes" for one in left)
    proposal.revision += 1
    proposal.save(
        update_fields=[
            "wording",
            "context",
            "claimant",
            "score",
            "priority",
            "disputed",
            "revision",
        ]
    )
    return set()
