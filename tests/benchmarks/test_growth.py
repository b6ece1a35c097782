"""What the desk's acts cost by the length of the log: which of them notice that it grows.

What PostgreSQL takes to count and to flush an empty commit is measured at each length too: what
these take longer is the machine's doing and not the log's.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from statistics import quantiles

import psycopg
from django.db import connection
from django.test import Client

from claims.ledger import log
from claims.models import ApiKey, Claim
from claims.replay import replay
from tests.benchmarks import generator, workload
from tests.client import API, client

SIZES = {"quick": (10_000, 100_000), "long": (100_000, 1_000_000, 10_000_000)}
TIMES = 25
REPLAYED = 1_000_000  # the longest log that is folded: a longer one takes in proportion
PAGE = 256


def milliseconds(acts: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """What each act takes in its quickest quarter, after three that warm up.

    The acts take turns, so that a noisy minute hurts them all alike.
    """
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(TIMES + 3):
        for name, act in acts.items():
            begin = time.perf_counter()
            act()
            taken[name].append(1000 * (time.perf_counter() - begin))
    return {name: quantiles(each[3:], n=4)[0] for name, each in taken.items()}


def answered(query: str) -> Callable[[], object]:
    """Ask PostgreSQL for what does not depend on the log."""

    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(query)

    return act


def got(reader: Client, addresses: Iterator[str]) -> Callable[[], object]:
    """Read the next address, which must be answered."""

    def act() -> object:
        answer = reader.get(API + next(addresses))
        assert answer.status_code == 200, answer.content
        return answer

    return act


def matched(reader: Client, texts: Iterator[str]) -> Callable[[], object]:
    """Ask which claims a text speaks of."""

    def act() -> object:
        said = {"text": next(texts)}
        answer = reader.post(f"{API}/match", said, content_type="application/json")
        assert answer.status_code == 200, answer.content
        return answer

    return act


def acts(reader: Client) -> dict[str, Callable[[], object]]:
    """What is asked at each length: positions drawn over all of the log, and claims from some."""
    draw = random.Random(1)
    size = log.size()
    some = list(Claim.objects.order_by("id").values_list("id", "wording")[:2000])

    def claims() -> str:
        return str(draw.choice(some)[0])

    def words(many: int) -> str:
        return " ".join(draw.choice(some)[1].split()[:many])

    def each(write: Callable[[], str]) -> Iterator[str]:
        return iter(write, None)

    def past() -> str:
        return f"as_of={draw.randrange(size // 2, size)}"

    return {
        "PostgreSQL counts to 50,000": answered("SELECT count(*) FROM generate_series(1, 50000)"),
        "an empty commit": answered("SELECT pg_logical_emit_message(true, 'growth', '')"),
        "append, the ledger alone": workload.appending(1),
        "append, the whole path": workload.recording(1),
        f"feed, a page of {PAGE}": got(
            reader, each(lambda: f"/events/?from={draw.randrange(size - PAGE)}&limit={PAGE}")
        ),
        "a claim": got(reader, each(lambda: f"/claims/{claims()}/")),
        "a claim's history": got(reader, each(lambda: f"/claims/{claims()}/events/")),
        "a claim as of a position": got(
            reader, each(lambda: f"/claims/{claims()}/?as_of={size - 1}")
        ),
        "the list": got(reader, each(lambda: "/claims/")),
        "the list as of a position": got(reader, each(lambda: f"/claims/?{past()}")),
        "search, two words": got(reader, each(lambda: f"/claims/?q={words(2).replace(' ', '+')}")),
        "match a text": matched(reader, each(lambda: words(15))),
    }  # fmt: skip


def folded() -> float:
    """Microseconds an event takes to be folded again; the claims must come out as they stand."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    begin = time.perf_counter()
    found = replay(mend=False)
    taken = time.perf_counter() - begin
    return 1e6 * taken / found.size


def test_by_the_length_of_the_log(
    asked: str, server: str, tell: Callable[[str], None], owner_connection: psycopg.Connection
) -> None:
    reader = client()
    ApiKey.objects.update(per_minute=1_000_000)
    rows: dict[str, list[str]] = {}
    for events in SIZES[asked]:
        begin = time.perf_counter()
        generator.grow(owner_connection, events)
        took = time.perf_counter() - begin
        if events == SIZES[asked][0]:
            assert replay(mend=False).different == []
        rows.setdefault("made in, s", []).append(f"{took:.0f}")
        rows.setdefault("database, GB", []).append(f"{_bytes() / 1e9:.2f}")
        if events <= REPLAYED:
            rows.setdefault("replay, µs an event", []).append(f"{folded():.1f}")
        for name, taken in milliseconds(acts(reader)).items():
            rows.setdefault(f"{name}, ms", []).append(f"{taken:.1f}")
        tell(f"{events:,} events: " + ", ".join(f"{k} {v[-1]}" for k, v in rows.items()))
    head = "".join(f"{events:>13,}" for events in SIZES[asked])
    lines = [f"By the length of the log ({server})", f"  {'':<32}{head}"]
    lines += [f"  {name:<32}" + "".join(f"{one:>13}" for one in got) for name, got in rows.items()]
    tell("\n".join(lines))


def _bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
