"""A claim's history: the ONE write path, and reading what was written.

`record` reads the streams, admits the words, appends them, and projects the claims, all in one
transaction. The log's head is locked as late as can be and always before a claim's row, so that
two commands cannot wait for each other; should PostgreSQL see a deadlock all the same, the
command is tried again.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

import rfc8785
from django.db import OperationalError, connection, transaction
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from claims import events, projections, status
from claims.events import Word
from claims.ledger import log
from claims.ledger.entry import Draft, Entry
from claims.ledger.log import CommandReused, Conflict, Receipt
from claims.projections import Mark
from claims.status import State

__all__ = [
    "Change",
    "CommandReused",
    "Conflict",
    "Past",
    "Receipt",
    "decode",
    "past",
    "read",
    "record",
    "retried",
]

P = ParamSpec("P")
R = TypeVar("R")


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


def retried(verb: Callable[P, R]) -> Callable[P, R]:
    """Try a verb that is one transaction again where PostgreSQL broke a deadlock with it."""

    @wraps(verb)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:  # The whole of the outer transaction has to be retried.
            return verb(*args, **kwargs)
        attempts = Retrying(
            stop=stop_after_attempt(3),
            wait=wait_random(0, 0.1),
            retry=retry_if_exception(_deadlocked),
            reraise=True,
        )
        return attempts(verb, *args, **kwargs)

    return attempt


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
    if done := log.receipt(command, request=request):
        return done
    before = {change.claim: past(change.claim) for change in changes}
    try:
        after = {change.claim: _admitted(change, before[change.claim], actor) for change in changes}
    except (Conflict, status.Refused):
        # The same command may have been recorded between the first look and the reading.
        if done := log.receipt(command, request=request):
            return done
        raise
    drafts = [draft for change in changes for draft in _drafts(change, at)]
    receipt = log.append(command, request=request, actor=actor, drafts=drafts)
    if not receipt.appended:
        return receipt
    position = receipt.first - 1
    for change in changes:
        position += len(change.words)
        mark = _marked(before[change.claim].mark, position, at, receipt.recorded_at)
        projections.show(change.claim, after[change.claim], mark)
    return receipt


def read(claim: UUID) -> list[Entry]:
    """The claim's whole history, oldest first; empty where there is none."""
    return log.stream(claim)


def past(claim: UUID, *, version: int | None = None) -> Past:
    """What the claim's history adds up to now, or did at a version of it."""
    return added_up(e for e in read(claim) if version is None or e.version <= version)


def added_up(entries: Iterable[Entry], earlier: Past | None = None) -> Past:
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


def decode(entry: Entry) -> Word:
    """The word that an entry holds."""
    return events.decode(entry.body or "", schema_version=entry.schema_version)


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


def _deadlocked(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and (
        getattr(error.__cause__, "sqlstate", None) == "40P01"
    )
