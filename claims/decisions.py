"""Who decides what, on which version of a claim, and putting it on record as one command."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from claims import history
from claims.events import Word
from claims.history import Change, Receipt
from claims.status import State


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Who decides, when it holds, on which version of the claim, and under which command id."""

    by: User
    at: datetime
    expected: int
    command: UUID


def actor(user: User) -> str:
    """How the ledger names a person: a pseudonym, because an envelope is for ever."""
    return f"user:{user.pk}"


def seen(claim: UUID, decision: Decision) -> State:
    """The claim as it was on the screen, so that a decision sent twice says the same words."""
    return history.past(claim, version=decision.expected).state


def say(claim: UUID, decision: Decision, *words: Word) -> Receipt:
    """Record what a decision says of one claim."""
    return record(decision, Change(claim=claim, expected=decision.expected, words=words))


def record(decision: Decision, *changes: Change) -> Receipt:
    """Record what a decision says of several claims, all of it or nothing."""
    return history.record(
        changes, actor=actor(decision.by), at=decision.at, command=decision.command
    )
