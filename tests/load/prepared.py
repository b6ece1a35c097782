"""The desk in the morning: its people, their keys, what is on record and what waits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from claims import proposals
from claims.clients import keys
from claims.events import Published
from tests.claims import build
from tests.journeys.at_work import PASSWORD, THINGS
from tests.load.day import HASTY_PER_MINUTE, Day, hasty


@dataclass(frozen=True, kw_only=True, slots=True)
class Morning:
    """What everybody knows of the desk when they come."""

    claims: list[UUID]
    public: list[UUID]
    secrets: list[str]  # of the clients' keys


def prepare(day: Day, *, at: datetime) -> Morning:
    """Fill an empty desk."""
    _people("reviewer", day.reviewers)
    users = _people("client", day.clients)
    claims = [_claim(number) for number in range(day.claims)]
    _proposals(claims, 2 * day.reviewers * day.decisions)
    return Morning(claims=claims, public=claims[::2], secrets=[_secret(user, at) for user in users])


def _people(sort: str, many: int) -> list[User]:
    """So many reviewers, who share one password: a hash is made to be slow."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(username=f"{sort}-{n}", password=password, is_staff=sort == "reviewer", first_name="A")
        for n in range(many)
    )
    Group.objects.get(name="Reviewer").user_set.add(*users)
    return users


def _secret(user: User, at: datetime) -> str:
    number = int(user.username.rpartition("-")[2])
    limit = HASTY_PER_MINUTE if hasty(number) else None
    return keys.make(name=user.username, user=user, at=at, per_minute=limit)[1]


def sentence(number: int) -> str:
    """A fact of a town of its own."""
    thing = THINGS[number % len(THINGS)]
    return f"Le {thing} de Ville-{number} a coûté {number * 37 + 1200} euros à la commune."


def _claim(number: int) -> UUID:
    """A claim on record with some evidence; every second one is published."""
    said = sentence(number)
    begins = build.begins(**build.evidence(number, quote=said), wording=said)
    more = [build.corroborated(number + 10_000 * n, quote=said) for n in range(1, 1 + number % 4)]
    against = [build.disputed(number + 90_000, quote=said)] if number % 5 == 0 else []
    public = [Published()] if number % 2 == 0 else []
    return build.recorded(begins, *more, *against, *public)


def _proposals(claims: list[UUID], many: int) -> None:
    """What waits: new claims, and evidence for those on record."""
    for number in range(many):
        known = claims[number % len(claims)] if number % 3 == 0 else None
        said = sentence(200_000 + number)
        found = build.found(200_000 + number, quote=said, score=0.5 + number % 50 / 100)
        beginning = None if known else build.beginning(wording=said)
        proposals.propose(known or uuid4(), found, at=build.AT, beginning=beginning)
