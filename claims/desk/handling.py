"""Who sees to a proposal, until when nobody does, and who has it open just now.

That somebody has it open is kept in the cache alone, and for a moment: it stops nobody, and losing
it loses nothing.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from uuid import UUID

from django.contrib.auth.models import AbstractUser, User
from django.core.cache import cache
from django.db.models import Q, QuerySet
from redis import RedisError

from claims.models import Handling, Proposal
from claims.models.waiting import display_name

ASSIGN = "claims.assign_proposal"
OPEN_FOR = 40  # seconds after which somebody who is not heard of has gone
QUEUE_ORDER = ("-disputed", "-priority", "id")
TEN = 10


def assign(proposals: Iterable[Proposal], to: User | None) -> int:
    """Let somebody, or nobody, see to these proposals; how many."""
    rows = [Handling(proposal=proposal, assignee=to) for proposal in proposals]
    # Always in one order, so that two people who take the same on do not wait for each other.
    rows.sort(key=lambda row: row.proposal_id)
    Handling.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["assignee"], unique_fields=["proposal"]
    )
    return len(rows)


def snooze(proposal: Proposal, until: date | None) -> None:
    """Show the proposal to nobody before that day, when it comes back by itself."""
    Handling.objects.update_or_create(proposal=proposal, defaults={"snoozed_until": until})


def awake(proposals: QuerySet[Proposal], today: date) -> QuerySet[Proposal]:
    """Those of the proposals that are not snoozed."""
    return proposals.exclude(handling__snoozed_until__gt=today)


def for_me(proposals: QuerySet[Proposal], person: AbstractUser, today: date) -> QuerySet[Proposal]:
    """Those that are this person's to decide: assigned to them, or to nobody, and not snoozed."""
    free = Q(handling__assignee=None) | Q(handling__assignee=person.pk)
    return awake(proposals, today).filter(free)


def opened(proposal: UUID, person: AbstractUser) -> list[str]:
    """Say that somebody has the proposal open; the names of the others who have."""
    key = _key(proposal)
    try:
        here = cache.get(key) or {}
        here[person.pk] = display_name(person)
        cache.set(key, here, OPEN_FOR)
    except RedisError:
        return []
    return [name for pk, name in here.items() if pk != person.pk]


def closed(proposal: UUID, person: AbstractUser) -> None:
    """Say that somebody has the proposal open no more."""
    with suppress(RedisError):
        here = cache.get(_key(proposal)) or {}
        if here.pop(person.pk, None):
            cache.set(_key(proposal), here, OPEN_FOR)


def open_with(proposals: Iterable[UUID], person: AbstractUser) -> dict[UUID, list[str]]:
    """By proposal, the names of the others who have it open."""
    keys = {_key(proposal): proposal for proposal in proposals}
    try:
        found = cache.get_many(keys)
    except RedisError:
        return {}
    return {
        keys[key]: names
        for key, here in found.items()
        if (names := [name for pk, name in here.items() if pk != person.pk])
    }


def _key(proposal: UUID) -> str:
    return f"open:{proposal}"
