"""Workers die while they tell subscribers: no event is lost, none is made up, the order holds."""

import random
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims import history
from claims.clients import deliveries, webhooks
from claims.ledger import log
from claims.models import Delivery
from sources import connecting
from tests.claims.build import at_once, begins, corroborated, dismissed, disputed, recorded, say
from tests.conftest import Server, _works, desk_process
from tests.journeys.at_work import beat, until
from tests.workers.subscriber import Got, Subscriber, status
from tracker.celery import app
from workers.deliver import deliver

pytestmark = pytest.mark.slow
CLAIMS, EVENTS, DEATHS = 6, 60, 5


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    made = Subscriber()
    yield made
    made.close()


@pytest.fixture
def worker(
    committed: None, tmp_path: Path, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A real worker process that may post to this test."""
    monkeypatch.setenv("FETCH_PORTS", str(subscriber.port))
    command = ["tests.journeys.inner_worker", "--concurrency=2", "--loglevel=INFO"]
    server = desk_process(tmp_path, "worker", command, _works)
    server.start()
    yield server
    server.stop()


def nudge() -> None:
    app.send_task("workers.tell_subscribers", expires=30)


def told_to(subscriber: Subscriber, more: int) -> None:
    """Have workers begin to tell, and come back in the middle of it."""
    before = len(subscriber.got)
    nudge()
    until(lambda: len(subscriber.got) >= before + more)


def in_order(got: list[Got]) -> bool:
    """Whether no claim's event arrived for the first time after a later one of it."""
    seen: dict[str, int] = {}
    told: set[str] = set()
    for one in got:
        data = one.told["data"]
        if one.id not in told and data["version"] != seen.get(data["claim"], 0) + 1:
            return False
        if one.id not in told:
            seen[data["claim"]] = data["version"]
        told.add(one.id)
    return True


def recorded_so_far() -> list[tuple[str, int]]:
    return [(str(entry.stream_id), entry.version) for entry in log.feed(0, 10_000)]


def test_workers_that_are_killed_lose_no_event_and_make_none_up(
    worker: Server, subscriber: Subscriber
) -> None:
    user = User.objects.create(username="site")
    made = webhooks.subscribe(name="Site", user=user, url=subscriber.url, at=timezone.now())
    chance = random.Random(7)
    answer = subscriber.always

    def slow(request: BaseHTTPRequestHandler) -> None:
        time.sleep(chance.uniform(0, 0.1))  # which is when workers die
        answer(request)

    subscriber.always = slow
    subscriber.answers = [status(503)]  # the first is sent again after five seconds
    claims: list[UUID] = [recorded(begins(number)) for number in range(1, CLAIMS + 1)]
    for death in range(DEATHS):
        for number in range(EVENTS // DEATHS):
            claim = claims[number % CLAIMS]
            unique = 100 + death * EVENTS + number
            say(claim, chance.choice((corroborated, disputed, dismissed))(unique))
        told_to(subscriber, 3)
        worker.kill()
        worker.start()

    def all_told() -> bool:
        nudge()
        time.sleep(0.5)
        return not Delivery.objects.filter(state="waiting").exists()

    until(all_told)
    made.refresh_from_db()
    assert made.cursor == log.size() == CLAIMS + EVENTS
    told = {got.id: got for got in subscriber.got}
    arrived = sorted((g.told["data"]["claim"], g.told["data"]["version"]) for g in told.values())
    assert arrived == sorted(recorded_so_far())
    assert in_order(subscriber.got)
    assert all(got.signed_with(made.secret) for got in subscriber.got)
    assert [history.past(claim).state.version for claim in claims] == [
        1 + EVENTS // CLAIMS for _ in claims
    ]


def test_beat_has_subscribers_told_without_anybody_asking(
    worker: Server, subscriber: Subscriber, tmp_path: Path
) -> None:
    user = User.objects.create(username="site")
    webhooks.subscribe(name="Site", user=user, url=subscriber.url, at=timezone.now())
    recorded()
    clock = beat(tmp_path)
    clock.start()
    until(lambda: subscriber.types() == ["claim.asserted"])
    recorded(begins(2))
    until(lambda: len(subscriber.got) == 2, patience=20)
    clock.stop()


def test_two_workers_at_once_make_each_delivery_once_and_send_it_once(
    committed: None, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(connecting, "is_public", lambda address: True)
    settings.FETCH_PORTS = [subscriber.port]
    user = User.objects.create(username="site")
    made = webhooks.subscribe(name="Site", user=user, url=subscriber.url, at=timezone.now())
    claim = recorded()
    for number in range(2, 40):
        say(claim, dismissed(number))
    collect = partial(deliveries.collect, at=timezone.now())
    assert all(isinstance(one, list) for one in at_once(collect, collect, collect))
    assert Delivery.objects.count() == log.size()
    sent = at_once(*[partial(deliver, made.pk)] * 3)
    assert sum(one for one in sent if isinstance(one, int)) == len(subscriber.got) == 39
    assert subscriber.versions() == list(range(1, 40))
