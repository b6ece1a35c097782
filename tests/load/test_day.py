"""Two hundred reviewers, a thousand programs and some strangers at one desk, all at once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.utils import timezone

from claims.models import Proposal
from claims.replay import replay
from sources.models import Document
from tests.conftest import Server
from tests.journeys.at_work import until
from tests.load import day, memory, report
from tests.load.day import Day
from tests.load.driver import Driver
from tests.load.people import Client, Reviewer, connected, stranger, till_closing
from tests.load.prepared import Morning, prepare

pytestmark = pytest.mark.slow
TICK = 1.0  # seconds between two looks at memory
GROWTH = 1.15  # of the last quarter of a whole day over its second, which is noise


@dataclass
class Watch:
    """What was seen from beside: memory by tick, and how late each look at it was."""

    held: dict[str, list[int]] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)


async def lived(driver: Driver, plan: Day, known: Morning, groups: dict[str, int]) -> Watch:
    """The whole day, everybody at once."""
    watch = Watch({name: [] for name in groups})
    watching = asyncio.create_task(_watched(watch, groups))
    async with connected() as shared:
        lives = [reviewing(driver, plan, number) for number in range(plan.reviewers)]
        for number, secret in enumerate(known.secrets):
            chance = day.person(plan, "client", number)
            # Who is hasty has asked for everything in the morning.
            until = 0.3 if day.hasty(number) else 0.95
            moments = day.times(plan, plan.requests, chance, until=until)
            wishes = day.wishes(plan.requests, chance)
            lives.append(Client(driver, shared, secret, chance, known).day(moments, wishes))
        for number in range(plan.strangers):
            chance = day.person(plan, "stranger", number)
            moments = day.times(plan, plan.pages, chance)
            lives.append(stranger(driver, shared, moments, chance, known))
        await asyncio.gather(*(till_closing(life) for life in lives))
    watching.cancel()
    return watch


async def reviewing(driver: Driver, plan: Day, number: int) -> None:
    """One reviewer with a browser."""
    async with connected() as browser:
        chance = day.person(plan, "reviewer", number)
        await Reviewer(driver, browser, f"reviewer-{number}", chance).day(plan)


async def _watched(watch: Watch, groups: dict[str, int]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        for name, leader in groups.items():
            watch.held[name].append(memory.of_group(leader))
        due = loop.time() + TICK
        await asyncio.sleep(TICK)
        watch.late.append(loop.time() - due)


def test_a_day_at_a_desk_has_no_errors_and_leaves_every_decision_and_no_other(
    plan: Day, worker: Server, desk: Server, tell: Callable[[str], None]
) -> None:
    known = prepare(plan, at=timezone.now())
    driver = Driver(url=desk.url, seconds=plan.seconds)
    assert worker.process
    assert desk.process
    groups = {"the web server": desk.process.popen.pid, "the worker": worker.process.popen.pid}

    watch = asyncio.run(lived(driver, plan, known, groups))

    tell(report.table(driver))
    tell(report.summary(driver, watch.late))
    for name, held in watch.held.items():
        tell(report.memory(name, held))
    assert driver.errors == []
    if plan.whole:
        for held in watch.held.values():
            _morning, before_noon, _after_noon, evening = report.quarters(held)
            assert evening < GROWTH * before_noon
    decided = {verb: driver.done[verb] for verb in ("accept", "dismiss")}
    found = {
        "accept": Proposal.objects.filter(state="accepted").count(),
        "dismiss": Proposal.objects.filter(state="dismissed").count(),
    }
    assert found == decided
    assert min(decided.values()) > 0
    assert "Traceback" not in desk.log.read_text()
    until(lambda: not Document.objects.filter(state="waiting").exists(), patience=300)
    assert not Document.objects.filter(state="failed").exists()
    assert replay(mend=False).different == []
