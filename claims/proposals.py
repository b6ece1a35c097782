"""The life of a proposal: a machine opens it, findings join it, a person's decision closes it.

This is the one place that writes proposals, and it writes no event: `review` does, for a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from claims import history, memory
from claims.events import Asserted, Evidence
from claims.ledger import log
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
        **asdict(found),
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
        who = row.decided_by and (row.decided_by.get_full_name() or row.decided_by.get_username())
        raise Decided(f"{who} has {row.state} this proposal already, at {when} UTC.")
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


def _joined(proposal: Proposal, found: Found) -> Proposal:
    proposal.revision += 1
    proposal.score = max(proposal.score, found.score)
    proposal.disputed = proposal.disputed or found.stance == "disputes"
    proposal.save(update_fields=["revision", "score", "disputed"])
    return proposal


def _opened(claim: UUID, found: Found, beginning: Beginning | None, at: datetime) -> Proposal:
    about = beginning or Beginning(wording=found.quote, language="", context=found.title)
    return Proposal.objects.create(
        id=uuid4(),
        claim=claim,
        begins=beginning is not None,
        score=found.score,
        disputed=found.stance == "disputes",
        created_at=at,
        **asdict(about),
    )
