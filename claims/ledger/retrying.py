"""Trying again what PostgreSQL broke off: two commands that waited for each other.

The order of locks is such that this cannot happen; should it happen all the same, nobody is told.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

P = ParamSpec("P")
R = TypeVar("R")


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


def _deadlocked(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and (
        getattr(error.__cause__, "sqlstate", None) == "40P01"
    )
