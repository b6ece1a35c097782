"""A claim's history: the ONE write path, and reading what was written.

`record` reads the streams, admits the words, appends them, and projects the claims, all in one
transaction. The log's head is locked as late as can be and always before a claim's row, so that
two commands cannot wait for each other; should PostgreSQL see a deadlock all the same, the
command is tried again.

`erase` takes words off the record again. The state is always folded from what the entries hold
now, so that no question, of whatever time, brings erased words back.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import rfc8785
from django.db import transaction
from msgspec.structs import replace

from claims import erasure, events, lexemes, projections, status
from claims.events import Erased, Redacted, Word
from claims.ledger import log
from claims.ledger.entry import Draft, Entry, Said
from claims.ledger.log import CommandReused, Conflict, Receipt
from claims.ledger.retrying import retried
from claims.projections import Mark
from claims.status import State

__all__ = [
    "Change",
    "CommandReused",
    "Conflict",
    "Loss",
    "Past",
    "Receipt",
    "decode",
    "erase",
    "erased",
    "losses",
    "past",
    "read",
    "record",
    "retried",
]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Words for one claim, which is `expected` to be at that version (0: it begins here)."""

    claim: UUID
    expected: int
    words: tuple[Word, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """A claim's state with the mark of its latest entry (None: it has no history)."""

    state: State
    mark: Mark | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """An entry that an erasure empties: the word it holds, and what remains of it."""

    entry: Entry
    word: Word
    remains: Word | None


@retried
@transaction.atomic
def record(changes: Sequence[Change], *, actor: str, at: datetime, command: UUID) -> Receipt:
    """Record what a person decided: the words of every change, or none of them.

    Done twice with the same `command`, it is done once, and gives the same receipt. `at` is when
    it holds (aware), not when it is recorded: the ledger adds that itself.

    Raises:
        status.Refused: the claim does not admit a word.
        Conflict: a claim is not at the version that the change expects.
        CommandReused: the command id stands for something else.
        events.Unsayable: a text cannot be stored.
    """
    request = _digest(changes, actor)
    before = {change.claim: past(change.claim) for change in changes}
    try:
        after = {change.claim: _admitted(change, before[change.claim], actor) for change in changes}
    except (Conflict, status.Refused) as refusal:
        return _done(command, request, refusal)
    drafts = [draft for change in changes for draft in _drafts(change, at)]
    receipt = log.append(command, request=request, actor=actor, drafts=drafts)
    if not receipt.appended:
        return receipt
    position = receipt.first - 1
    for change in changes:
        position += len(change.words)
        mark = _marked(before[change.claim].mark, position, at, receipt.recorded_at)
        projections.show(change.claim, after[change.claim], mark)
    _tell(changes, receipt)
    return receipt


@retried
@transaction.atomic
def erase(
    position: int, *, reason: str, expected: int, actor: str, at: datetime, command: UUID
) -> Receipt:
    """Take what the event at `position` said off the record, and every copy that a merge made.

    Each of them gets an `erased` event in its claim's history; all at once, or nothing. Its claim
    is `expected` to be at that version. Raises what `losses` and `record` do.
    """
    asked: list[Any] = [actor, "erase", position, expected, reason]
    request = hashlib.sha256(rfc8785.dumps(asked)).digest()
    try:
        changes = list(_erasures(losses(position), reason, expected))
        for change in changes:
            _admitted(change, past(change.claim), actor)
    except (Conflict, status.Refused) as refusal:
        return _done(command, request, refusal)
    drafts = [draft for change in changes for draft in _drafts(change, at)]
    receipt = log.erase(command, request=request, actor=actor, drafts=drafts)
    for change in changes if receipt.appended else ():
        left = past(change.claim)
        assert left.mark is not None  # noqa: S101  -- it has the entry that erases at least
        projections.show(change.claim, left.state, left.mark)
    if receipt.appended:
        _tell(changes, receipt)
    lexemes.fold()  # Words that stood nowhere else are gone with it.
    return receipt


def losses(position: int) -> list[Loss]:
    """What erasing the event at `position` empties: itself first, then the copies of it.

    Raises:
        status.Refused: there is no such event, nothing to erase in it, or it only holds copies.
    """
    found = log.feed(position, 1) if position >= 0 else []
    if not found:
        raise status.Refused(f"There is no event at position {position}.")
    entry = found[0]
    if entry.body is None:
        raise status.Refused(f"What event {position} said was erased already.")
    word = decode(entry)
    if isinstance(word, events.Confirmed | events.Published | events.Released):
        raise status.Refused(f"Event {position} holds no text that could be erased.")
    if isinstance(word, events.Absorbed):
        raise status.Refused(
            f"Event {position} only carries over what claim {word.claim} holds; erase it there, "
            "and the copy goes with it."
        )
    itself = Loss(entry=entry, word=word, remains=erasure.remains(word))
    return [itself, *_copies(entry, word)]


def _copies(entry: Entry, word: Word) -> Iterator[Loss]:
    """The entries that hold a copy of the word, each with what remains of it without."""
    gone = erasure.Gone(
        claim=str(entry.stream_id), version=entry.version, wording=getattr(word, "wording", "")
    )
    for other in log.holding(gone.claim, copies_only=True):
        held = decode(other)
        if (rest := erasure.without(held, gone)) != held and other.position != entry.position:
            yield Loss(entry=other, word=held, remains=rest)


def _erasures(found: list[Loss], reason: str, expected: int) -> Iterator[Change]:
    """One change for each claim that loses words; the first is the one that was looked at."""
    claims = dict.fromkeys(loss.entry.stream_id for loss in found)
    for claim in claims:
        first = claim == found[0].entry.stream_id
        words = tuple(
            Erased(
                position=loss.entry.position,
                version=loss.entry.version,
                reason=reason.strip(),
                remains=loss.remains,  # type: ignore[arg-type]  # what remains is one of these
            )
            for loss in found
            if loss.entry.stream_id == claim
        )
        now = expected if first else past(claim).state.version
        yield Change(claim=claim, expected=now, words=words)


def read(claim: UUID) -> list[Entry]:
    """The claim's whole history, oldest first; empty where there is none."""
    return log.stream(claim)


def past(claim: UUID, *, version: int | None = None) -> Past:
    """What the claim's history adds up to now, or did at a version of it."""
    return added_up(e for e in read(claim) if version is None or e.version <= version)


def added_up(entries: Iterable[Entry | Said], earlier: Past | None = None) -> Past:
    """What entries of one stream add up to, from an earlier state of it on.

    Entries may be left out: the words that name a version mean the same as ever.
    """
    past = earlier or Past(state=State(), mark=None)
    state, mark = past.state, past.mark
    for entry in entries:
        if state.version != entry.version - 1:
            state = replace(state, version=entry.version - 1)
        state = status.evolve(state, decode(entry), entry.actor)
        mark = _marked(mark, entry.position, entry.effective_at, entry.recorded_at)
    return Past(state=state, mark=mark)


def decode(entry: Entry | Said) -> Word:
    """The word that an entry holds, or where it was erased, what remains of it."""
    if by := erased(entry):
        return by.remains or Redacted(was=entry.type)
    return events.decode(entry.body or "", schema_version=entry.schema_version)


def erased(entry: Entry | Said) -> Erased | None:
    """How an entry came to be erased; None where it was not."""
    word: Word | None = None
    if entry.erasure is not None:
        word = events.decode(entry.erasure, schema_version=events.SCHEMA_VERSION)
    # Where the erasure was erased in turn, it is what remains of that one.
    while isinstance(word, Erased) and word.position != entry.position:
        word = word.remains
    return word if isinstance(word, Erased) else None


def _tell(changes: Sequence[Change], receipt: Receipt) -> None:
    """Once it holds, tell the server's log which claims moved and how, and not what was said."""
    moved = [(str(one.claim), ", ".join(map(events.name, one.words))) for one in changes]

    def tell() -> None:
        for claim, words in moved:
            place = f"{receipt.first} to {receipt.last}"
            logger.info("recorded %s, events %s", words, place, extra={"claim": claim})

    transaction.on_commit(tell)


def _done(command: UUID, request: bytes, refusal: Exception) -> Receipt:
    """The receipt of a command that is refused because it was recorded before; or the refusal."""
    if done := log.receipt(command, request=request):
        return done
    raise refusal


def _admitted(change: Change, before: Past, actor: str) -> State:
    """The state after the change, where the claim is at the version that it expects."""
    state = before.state
    if state.version != change.expected:
        raise Conflict(stream=change.claim, expected=change.expected, actual=state.version)
    if not change.words:
        raise status.Refused("There is no word to record for this claim.")
    for word in change.words:
        status.admit(state, word, actor)
        state = status.evolve(state, word, actor)
    return state


def _drafts(change: Change, at: datetime) -> list[Draft]:
    return [
        Draft(
            event_id=uuid4(),
            stream_id=change.claim,
            version=version,
            type=events.name(word),
            schema_version=events.SCHEMA_VERSION,
            effective_at=at,
            body=events.encode(word),
            salt=secrets.token_bytes(32),
        )
        for version, word in enumerate(change.words, change.expected + 1)
    ]


def _digest(changes: Sequence[Change], actor: str) -> bytes:
    """What makes two sendings of a command the same request: who says which words of what."""
    said: list[Any] = [
        [str(c.claim), c.expected, [events.encode(w) for w in c.words]] for c in changes
    ]
    return hashlib.sha256(rfc8785.dumps([actor, said])).digest()


def _marked(mark: Mark | None, position: int, at: datetime, recorded_at: datetime) -> Mark:
    first = mark.asserted_at if mark else at
    return Mark(position=position, asserted_at=first, changed_at=at, recorded_at=recorded_at)
