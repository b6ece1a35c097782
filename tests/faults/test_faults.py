"""Whatever breaks, and whenever: what the desk accepted is done once, and what it said holds.

`FAULTS_MINUTES=10` makes it long, and lets the desk heal by itself in its own time; `FAULTS_SEED`
repeats the choices of a run, and `FAULTS_ONLY=kill_web,no_disk` makes them among a few.
"""

import logging
import os
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.breakage import FAULTS, LONG, Fault
from tests.faults.desk import Desk
from tests.faults.load import Load
from tests.faults.losses import Auditor
from tests.journeys.at_work import until
from tests.workers.subscriber import Subscriber

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes in /proc"),
    # Whatever ends is started again from a thread, beside those of the clients.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]
A_ROUND = 8  # the short form has one of them
A_LONG_ROUND = 12
PATIENCE = 60  # seconds for the desk to come to rest when it is helped to
BY_ITSELF = 300  # seconds when nobody helps


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Write for the person who runs this."""
    reporter = request.config.pluginmanager.getplugin("terminalreporter")

    def write(text: str) -> None:
        if reporter:
            reporter.write_line(text)

    return write


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """A line for each request would hide what broke."""
    caplog.set_level(logging.WARNING, "httpx")


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    made = Subscriber()
    yield made
    made.close()


@pytest.fixture
def seed() -> int:
    """What the choices of a run depend on, and nothing else."""
    return int(os.environ.get("FAULTS_SEED", random.SystemRandom().randrange(10**6)))


@pytest.fixture
def load(desk: Desk, seed: int) -> Iterator[Load]:
    with Load(desk, seed) as made:
        yield made


@pytest.fixture
def desk(place: Path, tmp_path: Path, subscriber: Subscriber) -> Iterator[Desk]:
    """A whole desk; what its parts wrote is kept in the test's folder."""
    with Desk(place, subscriber.port) as made:
        yield made
    shutil.copytree(place / "logs", tmp_path / "logs")


def chosen(chance: random.Random, minutes: float) -> Iterator[list[Fault]]:
    """What breaks, round by round: each thing as often as any other."""
    ends = time.monotonic() + minutes * 60
    names = os.environ.get("FAULTS_ONLY", "").split(",")
    known = (*FAULTS, *LONG) if minutes else FAULTS
    among = [fault for fault in known if fault.__name__ in names] or known
    a_round = A_LONG_ROUND if minutes else A_ROUND
    left: list[Fault] = []
    while True:
        while len(left) < a_round:
            left += chance.sample(among, len(among))
        yield [left.pop(0) for _ in range(a_round)]
        if time.monotonic() >= ends:
            return


def test_whatever_breaks_nothing_accepted_is_lost_or_done_twice(
    desk: Desk, load: Load, subscriber: Subscriber, seed: int, tell: Callable[[str], None]
) -> None:
    minutes = float(os.environ.get("FAULTS_MINUTES", 0))
    tell(f"\nFAULTS_SEED={seed}, FAULTS_MINUTES={minutes:g}")
    chance = random.Random(seed)
    auditor = Auditor(desk, load, subscriber)
    injected: Counter[str] = Counter()
    found: list[str] = []
    for faults in chosen(chance, minutes):
        load.begin()
        until(auditor.keeps_a_checkpoint)  # people are at work, and the signer is
        injected += broken(desk, faults, chance, tell)
        desk.whole()
        load.end()
        began = time.monotonic()
        patience = BY_ITSELF if minutes else PATIENCE
        found += auditor.settle(hurried=not minutes, seconds=patience)
        rested = time.monotonic() - began
        found += auditor.losses()
        tell(f"  rested after {rested:.0f} s, asked for {time.monotonic() - began - rested:.0f} s: "
             f"{report(load, subscriber)}")  # fmt: skip
        if found:
            break
    tell(f"{sum(injected.values())} faults: {dict(injected)}")
    states = dict(desk.ask("SELECT state, count(*) FROM sources_document GROUP BY state"))
    tell(f"documents: {states}")
    for ended, times in Counter(desk.ended).items():
        tell(f"  {ended}: {times}")
    tell(f"{len(found)} losses")
    assert found == []
    assert missed(auditor) == {"documents", "commands", "feed", "webhooks"}


def broken(
    desk: Desk, faults: list[Fault], chance: random.Random, tell: Callable[[str], None]
) -> Counter[str]:
    """Break one thing after the other; how often each could be."""
    injected: Counter[str] = Counter()
    for fault in faults:
        time.sleep(chance.uniform(0.2, 1))
        began = time.monotonic()
        what = fault(desk, chance)
        injected[fault.__name__] += bool(what)
        tell(f"    {fault.__name__}: {what or 'nothing'} ({time.monotonic() - began:.1f} s)")
    time.sleep(0.5)
    return injected


def missed(auditor: Auditor) -> set[str]:
    """Which losses are noticed, once clients remember what the desk has never done."""
    load, subscriber = auditor.load, auditor.subscriber
    load.sent["a document"] = 3
    taken = next(one for one in load.asked if one.accepted)
    load.asked.append(replace(taken, command="another"))
    load.read[0] = {**load.read[0], "event_id": "another"}
    subscriber.got = [got for got in subscriber.got if got.id != subscriber.got[0].id]
    return {name for name, ask in auditor.questions() if list(ask())}


def report(load: Load, subscriber: Subscriber) -> str:
    """How much went on meanwhile."""
    accepted = sum(one.accepted for one in load.asked)
    return (
        f"{len(load.sent)} documents, {accepted} commands accepted and "
        f"{len(load.asked) - accepted} refused, {len(load.read)} events read, "
        f"{len(subscriber.got)} messages, {load.again} times sent again"
    )
