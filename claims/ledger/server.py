"""Which server an answer is read from: the primary, or a replica that follows it.

All reads of one answer go to one server, because two servers are at two moments: with the size of
one log and the events of another a reader would pass over what was not there yet. Whoever begins an
answer chooses the server (tracker/replica.py). From then on the answer can only move to the
primary, which has whatever a replica has; whoever moves it reads again what counts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")
PRIMARY, REPLICA = "default", "replica"


@dataclass(slots=True)
class Answer:
    """An answer that a replica gives while it `serves`; `asked` once something was read there."""

    serves: Callable[[], bool]
    server: str = REPLICA
    asked: bool = False


_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


@contextmanager
def answering(serves: Callable[[], bool]) -> Iterator[Answer]:
    """Whatever is read meanwhile is read from the replica, until the answer moves."""
    answer = Answer(serves)
    token = _answer.set(answer)
    try:
        yield answer
    finally:
        _answer.reset(token)


def name() -> str:
    """The server that is read from now, as Django's settings call it."""
    answer = _answer.get()
    if answer is None:
        return PRIMARY
    answer.asked = True
    return answer.server


def begun() -> bool:
    """Whether an answer is being made that may be of either server."""
    return _answer.get() is not None


def reading() -> BaseDatabaseWrapper:
    """The connection to read on; what writes, or must not be late, takes Django's own."""
    return connections[name()]


def to_primary() -> bool:
    """From here on the answer is read from the primary; whether that is another server."""
    answer = _answer.get()
    if answer is None or answer.server == PRIMARY:
        return False
    answer.server = PRIMARY
    return True


def settle() -> None:
    """Move to the primary where the replica has become too late, or is gone."""
    answer = _answer.get()
    if answer and not answer.serves():
        to_primary()


def read(look: Callable[[], T]) -> T:
    """What a read gives; where the replica fails at it, the primary is asked for it and the rest.

    For what is read after the answer has begun to be sent, or has waited for long: anything else
    is asked again as a whole.
    """
    try:
        return look()
    except (OperationalError, InterfaceError):
        if not to_primary():
            raise
    return look()
