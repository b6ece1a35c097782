"""What tests of the desk are built from: words, passages, people, and random histories.

Every builder gives something the desk would accept; a test names only what it is about.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier
from typing import Any, TypeAlias, TypeVar
from uuid import UUID, uuid4

import msgspec
from django.contrib.auth.models import User
from django.db import connections
from hypothesis import strategies as st

from claims import events, history, status
from claims.events import AnyWord, Word
from claims.history import Change, Receipt
from claims.proposals import Beginning, Found
from claims.review import Decision
from claims.status import State

T = TypeVar("T")
Said: TypeAlias = tuple[Word, str]

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
QUOTE = "Le compte réunit 80 000 abonnés."
OURS: dict[str, Any] = {
    "value": "80000",
    "unit": "abonnés",
    "tolerance": "exact",
    "text": "80 000 abonnés",
}
THEIRS: dict[str, Any] = {
    "value": "60000",
    "unit": "abonnés",
    "tolerance": "about",
    "text": "60 000 abonnés",
}


# Words


def evidence(number: int = 1, **changes: Any) -> dict[str, Any]:
    """The fields of a piece of evidence; another number is another article of another origin."""
    quote, start = changes.get("quote", QUOTE), changes.get("start", 10)
    fields = {
        "document": f"{number:064x}",
        "url": f"https://paper-{number}.example/article",
        "outlet": f"Paper {number}",
        "origin": f"Agency {number}",
        "title": "Un compte très suivi",
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "found_by": "matcher/1",
    }
    return {**fields, **changes}


def begins(number: int = 1, **changes: Any) -> events.Asserted:
    """The word that begins a claim."""
    about = {"wording": "Le compte a 80 000 abonnés.", "language": "fr"}
    return events.Asserted(**{**evidence(number), **about, **changes})


def asserted(number: int = 1, **changes: Any) -> events.Asserted:
    return events.Asserted(**evidence(number, **changes))


def corroborated(number: int = 2, **changes: Any) -> events.Corroborated:
    return events.Corroborated(**evidence(number, **changes))


def disputed(number: int = 3, **changes: Any) -> events.Disputed:
    kind = changes.pop("kind", events.DisputeKind.DENIAL)
    figures = {name: changes.pop(name, None) for name in ("ours", "theirs")}
    return events.Disputed(**evidence(number, **changes), kind=kind, **figures)


def dismissed(number: int = 4, **changes: Any) -> events.Dismissed:
    reason = changes.pop("reason", "Il s'agit d'un autre compte.")
    return events.Dismissed(**evidence(number, **changes), stance="supports", reason=reason)


def history_of(*words: Word, by: str = "user:1") -> State:
    """The state that words add up to, each of them admitted first."""
    state = State()
    for word in words:
        status.admit(state, word, by)
        state = status.evolve(state, word, by)
    return state


# On the ledger


def say(claim: UUID, *words: Word, by: str = "user:1", at: datetime = AT) -> Receipt:
    """Record words of a claim as it stands."""
    expected = history.past(claim).state.version
    change = Change(claim=claim, expected=expected, words=words)
    return history.record([change], actor=by, at=at, command=uuid4())


def recorded(*words: Word) -> UUID:
    """A new claim with this history."""
    claim = uuid4()
    say(claim, *(words or (begins(),)))
    return claim


def person(name: str) -> User:
    return User.objects.create(username=name)


def erased(claim: UUID, version: int, reason: str = "Privacy.", by: str = "user:1") -> Receipt:
    """Erase what a version of a claim says."""
    position = next(e.position for e in history.read(claim) if e.version == version)
    expected = history.past(claim).state.version
    return history.erase(
        position, reason=reason, expected=expected, actor=by, at=AT, command=uuid4()
    )


def decision(by: User, expected: int, command: UUID | None = None) -> Decision:
    return Decision(by=by, at=AT, expected=expected, command=command or uuid4())


def found(number: int = 1, **changes: Any) -> Found:
    """A passage as a matcher finds it, supporting the claim."""
    judged = {"stance": "supports", "score": 0.8, "because": ("same figure",)}
    fields = evidence(number, **changes)
    matcher = fields.pop("found_by")
    return Found(**{**judged, "matcher": matcher, **fields})


def beginning(**changes: Any) -> Beginning:
    about = {"wording": "Le compte a 80 000 abonnés.", "language": "fr"}
    return Beginning(**{**about, **changes})


def at_once(*calls: Callable[[], T]) -> list[T | BaseException]:
    """What each call gives or raises, all at the same moment, each on a connection of its own."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        try:
            barrier.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(run, call) for call in calls]
        return [future.exception() or future.result() for future in futures]


# Random words: of any content, and of histories that the desk admits

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
MOMENTS = st.datetimes(
    timezones=st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    min_value=datetime(2, 1, 1),  # noqa: DTZ001  -- hypothesis adds the time zone itself
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
)


def _any(word: type[T]) -> st.SearchStrategy[T]:
    """Any value of a word or of a part of one, whatever the desk would say of it."""
    fields = msgspec.structs.fields(word)  # type: ignore[arg-type]
    return st.builds(word, **{field.name: KINDS[field.type] for field in fields})


KINDS: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    bool: st.booleans(),
    tuple[str, ...]: st.lists(TEXTS, max_size=3).map(tuple),
    int: st.integers(-(2**53) + 1, 2**53 - 1),
    datetime | None: st.none() | MOMENTS,
    events.DisputeKind: st.sampled_from(events.DisputeKind),
}
KINDS[events.Quantity | None] = st.none() | _any(events.Quantity)
KINDS[events.Asserted | events.Corroborated | events.Disputed] = st.one_of(
    _any(events.Asserted), _any(events.Corroborated), _any(events.Disputed)
)
KINDS[tuple[events.Carried, ...]] = st.lists(_any(events.Carried), max_size=2).map(tuple)

_erased_once = st.one_of(
    st.none(),
    _any(events.Reopened),
    _any(events.Withdrawn),
    _any(events.Unrated),
    _any(events.Unpublished),
    _any(events.Merged),
    _any(events.Unmerged),
    _any(events.Absorbed),
)
(REMAINS,) = (f.type for f in msgspec.structs.fields(events.Erased) if f.name == "remains")
KINDS[REMAINS] = _erased_once | st.builds(
    events.Erased,
    position=KINDS[int],
    version=KINDS[int],
    reason=TEXTS,
    remains=_erased_once,
)

words: st.SearchStrategy[AnyWord] = st.one_of([_any(word) for word in AnyWord.__args__])

PEOPLE = st.sampled_from(["user:1", "user:2", "user:3"])
OTHERS = [str(UUID(int=number)) for number in (1, 2)]
_numbers, _versions = st.integers(1, 6), st.integers(0, 12)
_passages = st.builds(
    evidence,
    _numbers,
    origin=st.sampled_from(["AFP", "Reuters", "AP"]),
    start=st.sampled_from([10, 50]),
)
_quantity = events.Quantity(**OURS)
_carried = st.builds(
    events.Carried,
    claim=st.sampled_from(OTHERS),
    version=_versions,
    evidence=_passages.map(lambda fields: events.Corroborated(**fields)),
)
# Words that are likely enough to be admitted somewhere: everything is drawn from small pools.
likely: st.SearchStrategy[Word] = st.one_of(
    _passages.map(lambda fields: events.Asserted(**fields)),
    _passages.map(lambda fields: events.Corroborated(**fields)),
    st.builds(
        lambda fields, kind: events.Disputed(**fields, kind=kind),
        _passages,
        st.sampled_from(events.DisputeKind),
    ),
    _passages.map(
        lambda fields: events.Disputed(
            **fields, kind=events.DisputeKind.FIGURE, ours=_quantity, theirs=_quantity
        )
    ),
    st.builds(dismissed, _numbers),
    st.builds(events.Withdrawn, version=_versions, reason=st.just("Un autre compte.")),
    st.builds(
        events.Withdrawn,
        version=_versions,
        reason=st.just("Un autre compte."),
        claim=st.sampled_from(OTHERS),
    ),
    st.builds(events.Reworded, wording=st.sampled_from(["Ainsi.", "Autrement."])),
    st.builds(
        events.Rated,
        verdict=st.sampled_from(["true", "false"]),
        explanation=st.just("Le compte est public."),
        against=_versions,
    ),
    st.builds(events.Confirmed, rating=_versions),
    st.builds(events.Unrated, rating=_versions, reason=st.just("Trop tôt.")),
    st.builds(events.Merged, into=st.sampled_from(OTHERS)),
    st.builds(events.Unmerged, out_of=st.sampled_from(OTHERS)),
    st.builds(
        events.Absorbed,
        claim=st.sampled_from(OTHERS),
        wording=st.just("Autrement."),
        evidence=st.lists(_carried, max_size=3).map(tuple),
    ),
    st.builds(events.Released, claim=st.sampled_from(OTHERS)),
)


@st.composite
def histories(draw: st.DrawFn, longest: int = 30) -> list[Said]:
    """A history that the desk admits, with who said each word."""
    said: list[Said] = [(begins(origin="AFP"), draw(PEOPLE))]
    state = status.fold(said)
    for word, actor in draw(st.lists(st.tuples(likely, PEOPLE), max_size=longest)):
        try:
            status.admit(state, word, actor)
        except status.Refused:
            continue
        said.append((word, actor))
        state = status.evolve(state, word, actor)
    return said
