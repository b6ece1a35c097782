"""The life of a proposal: a machine opens it, findings join it, a person's decision closes it.

This is the one place that writes proposals, and it writes no event: `review` does, for a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from math import log10
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from claims import memory
from claims.models import Claim, Finding, Proposal
from claims.status import Refused


class Decided(Refused):
    """Somebody has decided this proposal already, or it holds more than was on the screen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """The claim that a proposal would begin."""

    wording: str
    language: str
    claimant: str = ""
    context: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A passage that bears on a claim, as a machine or a person found it.

    `stance` is "supports" or "disputes", and `kind` a DisputeKind where it disputes; `ours` and
    `theirs` are the fields of an events.Quantity where figures differ; `score` is from 0 to 1.
    """

    stance: str
    kind: str = ""
    document: str
    url: str = ""
    outlet: str
    origin: str
    origin_because: str = ""
    title: str = ""
    quote: str
    start: int
    end: int
    before: str = ""
    after: str = ""
    speaker: str = ""
    published_at: datetime | None = None
    ours: dict[str, str | int] | None = None
    theirs: dict[str, str | int] | None = None
    score: float
    because: Sequence[str] = field(default_factory=tuple)
    matcher: str
    reach: int = 0


A_DAY = 0.02  # of score that a day of waiting is worth
REACH = 0.02  # of score that ten times as many readers are worth


def priority(score: float, reach: int, created_at: datetime) -> float:
    """What is shown first among proposals with or without a dispute: the likeliest.

    Whatever waits a day longer, and whatever ten times as many read (`reach`, in readers a month),
    gains as much as two hundredths of score; so that the order of two never changes by itself.
    """
    return score + REACH * log10(1 + reach) - A_DAY * created_at.timestamp() / 86_400


@transaction.atomic
def propose(
    claim: UUID, found: Found, *, at: datetime, beginning: Beginning | None = None
) -> Proposal | None:
    """Propose a passage for a claim, or the claim itself where `beginning` is given.

    A passage for a claim that still waits as a proposal joins that proposal. None where the desk
    has seen this passage for this claim before: what was dismissed stays dismissed. None, too,
    where the claim neither waits nor stands on the ledger: nobody could decide such a link.
    """
    opening = Proposal.objects.select_for_update().filter(claim=claim, begins=True).first()
    place = (found.document, found.start, found.end)
    if memory.seen(claim, place, found.quote, found.url, begins=beginning is not None):
        return None
    if opening and opening.state == "open":
        proposal = _joined(opening, found)
    elif beginning is None and not Claim.objects.filter(id=claim).exists():
        return None
    else:
        proposal = _opened(claim, found, beginning, at)
    keep(proposal, found)
    return proposal


def holds(claim: UUID, found: Found) -> bool:
    """Whether this very passage is kept with a proposal for the claim."""
    place = {"document": found.document, "start": found.start, "end": found.end}
    return Finding.objects.filter(claim=claim, **place).exists()


def keep(proposal: Proposal, found: Found) -> Finding:
    """Keep a passage with the proposal that rests on it."""
    return Finding.objects.create(
        proposal=proposal,
        claim=proposal.claim,
        fingerprint=memory.fingerprint(found.quote),
        **{name: value for name, value in asdict(found).items() if name != "reach"},
    )


def belong(proposal: Proposal, claim: UUID) -> None:
    """Keep the passages of a proposal with the claim that they were accepted for.

    But for those that were judged for that claim before: one row of a passage is enough there.
    """
    there = Finding.objects.filter(claim=claim, document=OuterRef("document"))
    there = there.filter(start=OuterRef("start"), end=OuterRef("end"))
    proposal.findings.filter(~Exists(there)).update(claim=claim)


def held(proposal: UUID, state: str, *, command: UUID, revision: int) -> Proposal:
    """The proposal, locked for a decision; in that `state` already where by this very command.

    Raises:
        Decided: another decision was first, or findings joined since `revision`.
    """
    # Not joined with who decided: a row that was waited for comes with what was joined before.
    row = Proposal.objects.select_for_update().filter(id=proposal).first()
    if row is None:
        raise Refused("There is no such proposal.")
    if row.state == "superseded":
        raise Decided(
            "What this rested on is not proposed any more; its source says otherwise now."
        )
    if row.state != "open" and (row.state, row.command) != (state, command):
        when = row.decided_at.strftime("%H:%M") if row.decided_at else ""
        raise Decided(f"{row.decider} has {row.state} this proposal already, at {when} UTC.")
    if row.state == "open" and row.revision != revision:
        raise Decided("This proposal has changed meanwhile; look at it again, then decide.")
    return row


def decide(
    proposal: Proposal,
    state: str,
    *,
    by: User,
    at: datetime,
    command: UUID,
    position: int | None,
    reason: str = "",
) -> Proposal:
    """Close a held proposal as "accepted" or "dismissed", with its event's position if any."""
    proposal.state, proposal.reason = state, reason
    proposal.decided_by, proposal.decided_at = by, at
    proposal.command, proposal.position = command, position
    proposal.save(
        update_fields=[
            "state",
            "reason",
            "decided_by",
            "decided_at",
            "command",
            "position",
        ]
    )
    return proposal


def decided(proposal: UUID) -> Proposal:
    """The proposal, locked for taking a decision on it back."""
    row = Proposal.objects.select_for_update().filter(id=proposal).first()
    if row is None or row.state not in {"accepted", "dismissed"}:
        raise Refused("There is nothing to undo: this proposal waits for a decision.")
    return row


def reopen(proposal: Proposal) -> Proposal:
    """Let a proposal wait again, as it did before it was decided."""
    proposal.findings.update(claim=proposal.claim)
    proposal.state, proposal.reason, proposal.revision = "open", "", proposal.revision + 1
    proposal.decided_by = proposal.decided_at = proposal.command = proposal.position = None
    proposal.save(
        update_fields=[
            "state", "reason", "revision", "decided_by", "decided_at", "command", "position",
        ]
    )  # fmt: skip
    return proposal


@transaction.atomic
def attribute(documents: Iterable[str], *, origin: str, because: str) -> None:
    """What waits and was found in these versions comes from that origin, and here is why.

    A decision on what the page showed before is refused, as it is when a passage joins.
    """
    open_ones = Finding.objects.filter(document__in=documents, proposal__state="open")
    news = open_ones.exclude(origin=origin, origin_because=because)
    touched = set(news.values_list("proposal", flat=True))
    held = Proposal.objects.select_for_update().filter(id__in=touched, state="open").order_by("id")
    still = [proposal.id for proposal in held]
    news.filter(proposal__in=still).update(origin=origin, origin_because=because)
    Proposal.objects.filter(id__in=still).update(revision=F("revision") + 1)


def rests_on(documents: Iterable[str]) -> bool:
    """Whether somebody accepted a passage of any of these versions."""
    accepted = Finding.objects.filter(document__in=documents, proposal__state="accepted")
    return accepted.exists()


def _joined(proposal: Proposal, found: Found) -> Proposal:
    proposal.revision += 1
    proposal.score = max(proposal.score, found.score)
    joined = priority(found.score, found.reach, proposal.created_at)
    proposal.priority = max(proposal.priority, joined)
    proposal.disputed = proposal.disputed or found.stance == "disputes"
    proposal.save(update_fields=["revision", "score", "priority", "disputed"])
    return proposal


def _opened(claim: UUID, found: Found, beginning: Beginning | None, at: datetime) -> Proposal:
    about = beginning or Beginning(wording=found.quote, language="", context=found.title)
    return Proposal.objects.create(
        id=uuid4(),
        claim=claim,
        begins=beginning is not None,
        score=found.score,
        priority=priority(found.score, found.reach, at),
        disputed=found.stance == "disputes",
        created_at=at,
        **asdict(about),
    )
