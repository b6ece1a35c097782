"""Webhooks: what one message costs, from the ledger to a subscriber on the same machine."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import httpx
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.clients import deliveries, webhooks
from claims.ledger import log
from claims.models import Delivery
from sources import connecting
from tests.benchmarks import logs
from tests.benchmarks.rounds import Line
from tests.workers.subscriber import Subscriber
from workers import deliver as sending

Compare: TypeAlias = Callable[[str, Mapping[str, Line]], None]
EVENTS = 500


@pytest.fixture
def subscriber(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Subscriber]:
    """Loopback passes for a public network."""
    monkeypatch.setattr(connecting, "is_public", lambda address: True)
    settings.FETCH_PORTS = range(65536)
    made = Subscriber()
    yield made
    made.close()


def posting(url: str) -> Line:
    """A line that posts a body of the same size over a connection of its own each time."""
    body = b"x" * 1500

    def line(seconds: float) -> float:
        begin, many = time.perf_counter(), 0
        while time.perf_counter() - begin < seconds:
            # Without the certificates, whose reading would be most of it.
            plain = httpx.HTTPTransport(verify=False)
            with httpx.Client(transport=plain, trust_env=False) as client:
                client.post(url, content=body)
            many += 1
        return many / (time.perf_counter() - begin)

    return line


def test_one_message(server: str, subscriber: Subscriber, compare: Compare) -> None:
    logs.grown(EVENTS)
    user = User.objects.create(username="site")
    made = webhooks.subscribe(name="The website", user=user, url=subscriber.url, at=timezone.now())

    def again() -> None:
        """The whole ledger is news to the subscriber once more."""
        Delivery.objects.all().delete()
        made.cursor = 0
        made.save(update_fields=["cursor"])

    def collecting(seconds: float) -> float:
        begin, many = time.perf_counter(), 0
        while time.perf_counter() - begin < seconds:
            again()
            deliveries.collect(at=timezone.now())
            many += log.size()
        return many / (time.perf_counter() - begin)

    def sent(seconds: float) -> float:
        again()
        deliveries.collect(at=timezone.now())
        sending.SECONDS = seconds
        begin = time.perf_counter()
        many = sending.deliver(made.pk)
        return many / (time.perf_counter() - begin)

    compare(
        f"Webhooks ({server})",
        {
            "a bare POST by httpx": posting(subscriber.url),
            "a message, signed and noted": sent,
            "finding what is to be sent": collecting,
        },
    )
