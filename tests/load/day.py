"""Who comes to the desk in a day, how often, and when: drawn with a seed, to be had again."""

import math
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """How many people of each sort there are, what each of them does, in so many seconds."""

    seconds: float
    reviewers: int
    decisions: int  # of each reviewer
    clients: int
    requests: int  # of each client
    strangers: int
    pages: int  # that each of them reads
    claims: int  # that are on record in the morning
    whole: bool = False  # long enough to tell whether memory grows
    seed: int = 7


DAYS = {
    "short": Day(
        seconds=25,
        reviewers=6,
        decisions=3,
        clients=40,
        requests=6,
        strangers=6,
        pages=3,
        claims=40,
    ),
    # As many requests a second as in the whole day: a tenth of its people, in a tenth of its time.
    "tenth": Day(
        seconds=120,
        reviewers=20,
        decisions=5,
        clients=100,
        requests=15,
        strangers=10,
        pages=8,
        claims=400,
        whole=True,
    ),
    "day": Day(
        seconds=1200,
        reviewers=200,
        decisions=5,
        clients=1000,
        requests=15,
        strangers=100,
        pages=8,
        claims=400,
        whole=True,
    ),
}

# What a client of the API asks for, out of a hundred requests.
MIX = {
    "status": 50,
    "listing": 10,
    "history": 8,
    "evidence": 4,
    "feed": 12,
    "long_poll": 4,
    "match": 5,
    "send": 5,
    "follow_up": 2,
}
# Out of a hundred clients, how many ask faster than their key may.
HASTY = 2
HASTY_PER_MINUTE = 3
LUNCH = (0.45, 0.55)  # of the day, when fewer ask


def person(day: Day, sort: str, number: int) -> Random:
    """What one person does is theirs, and does not depend on how many others there are."""
    return Random(f"{day.seed} {sort} {number}")


def hasty(number: int) -> bool:
    """Whether a client's key allows less than it asks for."""
    return number % math.ceil(100 / HASTY) == 0


def times(day: Day, many: int, chance: Random, *, until: float = 0.95) -> list[float]:
    """When somebody comes so many times, in seconds from the morning; seldom at noon."""
    found: list[float] = []
    while len(found) < many:
        moment = chance.uniform(0, until)
        if LUNCH[0] < moment < LUNCH[1] and chance.random() < 0.7:
            continue
        found.append(moment * day.seconds)
    return sorted(found)


def wishes(many: int, chance: Random) -> list[str]:
    """What a client asks for, one after the other."""
    return chance.choices(list(MIX), weights=list(MIX.values()), k=many)
