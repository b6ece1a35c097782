"""Emptying the copies of what is erased: proposals keep their rows, and none of the words."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q

from claims import history
from claims.events import Asserted, Evidence
from claims.ledger import log
from claims.models import Finding, Proposal
from claims.proposals import decide


def forget(position: int, *, by: User, at: datetime, command: UUID) -> None:
    """Empty every copy of the passage that an event rests on, before the ledger's head is held."""
    for entry in log.feed(position, 1) if position >= 0 else ():
        word = history.decode(entry)
        if isinstance(word, Evidence):
            _forget_question(entry.stream_id, entry.version, by=by, at=at, command=command)
            _forget_passage(word, entry.stream_id, by=by, at=at, command=command)


def _forget_question(claim: UUID, version: int, *, by: User, at: datetime, command: UUID) -> None:
    """Empty what was asked about the evidence, here and where another claim took it over."""
    here = Q(claim=claim, replaces_of="") | Q(replaces_of=str(claim))
    asked = Proposal.objects.select_for_update().filter(here, replaces=version)
    for proposal in asked.order_by("id"):
        proposal.wording, proposal.revision = "", proposal.revision + 1
        proposal.save(update_fields=["wording", "revision"])
        if proposal.state == "open":
            reason = "The passage was erased."
            decide(
                proposal, "dismissed", by=by, at=at, command=command, position=None, reason=reason
            )


def _forget_passage(word: Evidence, claim: UUID, *, by: User, at: datetime, command: UUID) -> None:
    """The rows stay, so that the same place is not proposed again.

    A proposal that rested on nothing else is closed: there is nothing left to decide.
    """
    near = Finding.objects.filter(document=word.document)
    same = near.filter(start__lt=word.end, end__gt=word.start)
    gone = set(same.values_list("id", flat=True))
    touched = Proposal.objects.filter(findings__in=gone).order_by("id").values("id")
    held = Proposal.objects.select_for_update().filter(id__in=touched).order_by("id")
    begins = isinstance(word, Asserted) and word.wording
    for proposal in held.prefetch_related("findings"):
        begun = bool(begins) and proposal.begins and proposal.claim == claim
        _forget(proposal, gone, begun=begun)
        if proposal.state == "open" and not proposal.wording:
            reason = "The passage was erased."
            decide(
                proposal, "dismissed", by=by, at=at, command=command, position=None, reason=reason
            )
    near.update(before="", after="")
    Finding.objects.filter(id__in=gone).update(
        quote="",
        title="",
        speaker="",
        url="",
        because=[],
        ours=None,
        theirs=None,
        fingerprint="",
        origin_because="",
    )


def _forget(proposal: Proposal, gone: set[int], *, begun: bool) -> None:
    """Empty what a proposal itself copied from passages that go.

    While it waits, it is about the first passage that is left.
    """
    findings = list(proposal.findings.all())
    left = [one for one in findings if one.id not in gone and one.quote]
    if begun or not left or findings[0].id in gone:
        proposal.wording = proposal.claimant = proposal.context = proposal.reason = ""
        if left and proposal.state == "open":
            proposal.wording, proposal.context = left[0].quote, left[0].title
    proposal.disputed = any(one.stance == "disputes" for one in left)
    proposal.revision += 1
    proposal.save(
        update_fields=["wording", "claimant", "context", "reason", "disputed", "revision"]
    )
