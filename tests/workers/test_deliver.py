"""Webhooks: each event once, in the order of its claim, signed, and never to an inner network."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from claims import events
from claims.clients import deliveries, webhooks
from claims.models import Delivery, Subscription
from sources import connecting
from tests.claims import build
from tests.claims.build import begins, corroborated, disputed, erased, recorded, say
from tests.conftest import ROOT
from tests.workers.subscriber import Subscriber, status
from workers import deliver as sending
from workers.deliver import deliver

pytestmark = pytest.mark.django_db
AT = datetime.fromisoformat("2026-11-04T12:00:00+00:00")


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Loopback passes for a public network."""
    monkeypatch.setattr(connecting, "is_public", lambda address: True)
    settings.FETCH_PORTS = range(65536)


@pytest.fixture
def subscriber(public: None) -> Iterator[Subscriber]:
    made = Subscriber()
    yield made
    made.close()


def subscribed(url: str, **wanted: Any) -> Subscription:
    user, _ = User.objects.get_or_create(username="site", email="site@paper.example")
    return webhooks.subscribe(name="The website", user=user, url=url, at=AT, **wanted)


def tell(at: datetime = AT) -> None:
    """What beat and the workers do at a moment."""
    for subscription in deliveries.collect(at=at):
        deliver(subscription, clock=lambda: at)


def only() -> Delivery:
    return Delivery.objects.get()


def test_an_event_arrives_signed_as_the_feed_has_it_with_the_status_of_its_claim(
    subscriber: Subscriber,
) -> None:
    made = subscribed(subscriber.url)
    claim = recorded(begins(), corroborated(2))
    tell()
    assert subscriber.types() == ["claim.asserted", "claim.corroborated"]
    first, second = subscriber.got
    assert first.signed_with(made.secret)
    assert first.headers["content-type"] == "application/json"
    assert abs(int(first.headers["webhook-timestamp"]) - AT.timestamp()) < 5
    data = second.told["data"]
    assert (data["claim"], data["version"], data["status"]) == (str(claim), 2, "corroborated")
    assert data["data"]["quote"] == build.QUOTE
    assert first.told["data"]["status"] == "asserted"


def test_a_receiver_checks_a_message_as_the_guide_says(subscriber: Subscriber) -> None:
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    code = guide.partition("```python\nimport base64")[2].partition("```")[0]
    written: dict[str, Any] = {}
    exec(f"import base64{code}", written)
    is_ours = written["is_ours"]
    made = subscribed(subscriber.url)
    webhooks.test(made, at=timezone.now())
    tell(timezone.now())
    (got,) = subscriber.got
    assert is_ours(got.headers, got.body, made.secret)
    assert not is_ours(got.headers, got.body + b" ", made.secret)
    assert not is_ours(got.headers, got.body, webhooks.rotate(made, at=AT))
    old = str(int(got.headers["webhook-timestamp"]) - 301)
    signature = webhooks.sign(made.secret, got.id, int(old), got.body)
    late = {**got.headers, "webhook-timestamp": old, "webhook-signature": signature}
    assert not is_ours(late, got.body, made.secret)


def test_nothing_is_told_twice_and_nothing_of_before_the_subscription(
    subscriber: Subscriber,
) -> None:
    claim = recorded()
    subscribed(subscriber.url)
    tell()
    assert subscriber.got == []
    say(claim, corroborated(2))
    tell()
    tell()
    assert subscriber.types() == ["claim.corroborated"]


def test_only_what_was_asked_for_is_told(subscriber: Subscriber) -> None:
    claim, other = recorded(), recorded(begins(2))
    subscribed(subscriber.url, claims=[claim], types=["disputed", "withdrawn"])
    say(other, disputed(3))
    say(claim, corroborated(4), disputed(5))
    tell()
    assert subscriber.types() == ["claim.disputed"]
    assert subscriber.got[0].told["data"]["claim"] == str(claim)


def test_a_subscription_by_status_hears_of_claims_that_have_it_then(subscriber: Subscriber) -> None:
    subscribed(subscriber.url, statuses=["corroborated"])
    recorded(begins(), corroborated(2), disputed(3))
    tell()
    assert subscriber.types() == ["claim.corroborated"]


def test_a_message_that_was_refused_is_sent_again_by_the_schedule_with_the_same_id(
    subscriber: Subscriber,
) -> None:
    subscribed(subscriber.url)
    subscriber.answers = [status(500), status(503)]
    recorded()
    tell()
    assert only().answer == "500 Internal Server Error"
    tell(AT + timedelta(seconds=4))
    assert len(subscriber.got) == 1
    tell(AT + timedelta(seconds=5))
    tell(AT + timedelta(minutes=5))
    assert len(subscriber.got) == 2
    tell(AT + timedelta(minutes=5, seconds=5))
    assert len({got.id for got in subscriber.got}) == 1
    assert (only().state, only().attempts, only().answer) == ("delivered", 3, "204 No Content")


def test_a_clock_that_was_set_back_lets_nobody_wait_for_what_was_never_sent(
    subscriber: Subscriber,
) -> None:
    subscribed(subscriber.url)
    subscriber.answers = [status(503)]
    recorded(begins(1))
    deliveries.collect(at=AT + timedelta(hours=1))
    tell()
    assert only().attempts == 1
    tell(AT - timedelta(hours=1))  # what is sent again waits for its time all the same
    assert len(subscriber.got) == 1
    tell(AT + timedelta(seconds=5))
    assert only().state == "delivered"


def test_a_later_event_of_a_claim_waits_for_the_one_before_and_other_claims_do_not(
    subscriber: Subscriber,
) -> None:
    subscribed(subscriber.url)
    subscriber.answers = [status(500)]
    claim = recorded(begins(), corroborated(2))
    tell()
    other = recorded(begins(3))
    tell()
    told = [(got.told["data"]["claim"], got.told["data"]["version"]) for got in subscriber.got]
    assert told == [(str(claim), 1), (str(other), 1)]
    tell(AT + timedelta(seconds=5))
    assert subscriber.versions()[2:] == [1, 2]


def test_an_address_that_takes_nothing_for_days_is_stopped_and_its_owner_is_written_to(
    subscriber: Subscriber,
) -> None:
    made = subscribed(subscriber.url)
    subscriber.always = status(500)
    recorded()
    at = AT
    for wait in (timedelta(), *deliveries.SCHEDULE):
        at += wait
        tell(at)
    made.refresh_from_db()
    assert len(subscriber.got) == 10
    assert made.stopped_at == at
    assert made.stopped_because.endswith("The last answer: 500 Internal Server Error")
    (letter,) = mail.outbox
    assert letter.to == ["site@paper.example"]
    assert "Nothing is lost" in letter.body

    say(recorded(begins(2)), corroborated(3))
    tell(at + timedelta(days=1))
    assert len(subscriber.got) == 10
    subscriber.always = status(200)
    webhooks.resume(made, at=at + timedelta(days=2))
    tell(at + timedelta(days=2))
    assert subscriber.versions()[10:] == [1, 1, 2]


def test_a_message_that_alone_is_refused_is_given_up_and_the_rest_goes_on(
    subscriber: Subscriber,
) -> None:
    made = subscribed(subscriber.url)
    claim = recorded()
    subscriber.always = status(422)
    at = AT
    for wait in (timedelta(), *deliveries.SCHEDULE[:-1]):
        at += wait
        tell(at)
    subscriber.always = status(200)
    other = recorded(begins(2))
    tell(at)
    subscriber.answers = [status(422)]
    tell(at + deliveries.SCHEDULE[-1])
    made.refresh_from_db()
    assert made.stopped_at is None
    assert Delivery.objects.get(claim=claim).state == "failed"
    assert Delivery.objects.get(claim=other).state == "delivered"
    say(claim, corroborated(2))
    tell(at + timedelta(days=3))
    assert Delivery.objects.get(claim=claim, version=2).state == "delivered"


def test_an_address_that_is_gone_is_stopped_at_once(subscriber: Subscriber) -> None:
    made = subscribed(subscriber.url)
    subscriber.answers = [status(410)]
    recorded()
    tell()
    made.refresh_from_db()
    assert made.stopped_because == "The address answered: 410 Gone"
    assert only().state == "waiting"
    assert len(mail.outbox) == 1


def test_a_redirect_is_a_refusal(subscriber: Subscriber) -> None:
    other = Subscriber()
    subscribed(subscriber.url)
    subscriber.always = status(307, Location=other.url)
    recorded()
    tell()
    other.close()
    assert other.got == []
    assert only().answer == "307 Temporary Redirect"


def test_nothing_is_sent_into_an_inner_network_or_to_a_port_that_is_not_the_webs(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = Subscriber()
    settings.FETCH_PORTS = [inner.port]
    subscribed(inner.url)
    recorded()
    tell()
    assert "private network" in only().answer
    monkeypatch.setattr(connecting, "is_public", lambda address: True)
    settings.FETCH_PORTS = [443]
    tell(AT + timedelta(hours=1))
    assert "where no web page is" in only().answer
    inner.close()
    assert inner.got == []


def test_a_subscriber_that_hangs_or_drips_is_cut_off_and_left_alone_for_a_minute(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.4)

    def drip(request: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):  # Nobody is listening any more.
            for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60:
                request.wfile.write(bytes([letter]))
                request.wfile.flush()
                time.sleep(0.05)

    subscribed(subscriber.url)
    subscriber.answers = [lambda request: time.sleep(1), drip]
    recorded()
    recorded(begins(2))
    began = time.monotonic()
    tell()
    assert time.monotonic() - began < 1
    assert len(subscriber.got) == 1
    tell(AT + timedelta(seconds=59))
    assert len(subscriber.got) == 1
    tell(AT + timedelta(minutes=1))
    assert len(subscriber.got) == 2
    first, second = Delivery.objects.order_by("id")
    assert (first.answer, first.attempts, second.attempts) == ("No answer within 0 seconds.", 2, 0)
    tell(AT + timedelta(minutes=2))
    second.refresh_from_db()
    assert second.state == "delivered"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 999 What?\r\n\r\n",
        b"HTTP/1.1 500 <b>\xff\x01</b>\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 No\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
        bytes(range(256)) * 20,
    ],
)
def test_whatever_is_answered_is_told_in_a_sentence_and_tried_again(
    public: None, answer: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            connection, _ = server.accept()
            with suppress(OSError), connection:
                connection.recv(100_000)
                connection.sendall(answer)

        Thread(target=talk, daemon=True).start()
        subscribed(f"http://127.0.0.1:{server.getsockname()[1]}/hook")
        recorded()
        tell()
    assert (only().state, only().attempts) == ("waiting", 1)
    assert only().answer.strip()
    assert only().answer.isprintable()


def test_one_subscriber_that_fails_leaves_the_others_alone(subscriber: Subscriber) -> None:
    subscribed("http://127.0.0.1:9/closed")
    subscribed(subscriber.url)
    recorded()
    tell()
    assert subscriber.types() == ["claim.asserted"]
    assert Delivery.objects.get(state="waiting").answer.startswith("It does not answer")


def test_what_was_erased_before_it_was_sent_is_not_told(subscriber: Subscriber) -> None:
    subscribed(subscriber.url, types=["disputed", "erased"])
    claim = recorded(begins(), disputed(2))
    deliveries.collect(at=AT)
    erased(claim, 2)
    tell()
    first = subscriber.got[0].told["data"]
    assert (first["type"], first["data"]) == ("disputed", None)
    assert build.QUOTE.encode() not in subscriber.got[0].body


def test_a_stopped_subscription_keeps_its_place(subscriber: Subscriber) -> None:
    made = subscribed(subscriber.url)
    webhooks.stop(made, "Paused.", at=AT)
    recorded()
    tell()
    assert subscriber.got == []
    webhooks.resume(made, at=AT)
    tell()
    assert subscriber.types() == ["claim.asserted"]


def test_nobody_hears_of_anything_through_a_user_who_left(subscriber: Subscriber) -> None:
    made = subscribed(subscriber.url)
    User.objects.filter(pk=made.user_id).update(is_active=False)
    recorded()
    tell()
    assert subscriber.got == []


def test_a_test_message_says_nothing(subscriber: Subscriber) -> None:
    made = subscribed(subscriber.url)
    webhooks.test(made, at=AT)
    tell()
    assert subscriber.got[0].told["type"] == "test"
    assert subscriber.got[0].told["data"] == {}
    assert subscriber.got[0].signed_with(made.secret)


def test_what_was_delivered_can_be_sent_once_more_with_its_own_id(subscriber: Subscriber) -> None:
    subscribed(subscriber.url)
    recorded()
    tell()
    assert deliveries.replay(Delivery.objects.all(), at=AT) == 1
    tell()
    first, again = subscriber.got
    assert (first.id, first.body) == (again.id, again.body)


def test_what_was_delivered_long_ago_is_forgotten_and_never_told_anew(
    subscriber: Subscriber,
) -> None:
    subscribed(subscriber.url)
    recorded()
    tell()
    assert deliveries.forget(at=AT + timedelta(days=29)) == 0
    assert deliveries.forget(at=AT + timedelta(days=31)) == 1
    tell(AT + timedelta(days=31))
    assert len(subscriber.got) == 1


def test_a_verdict_that_is_confirmed_is_told_with_the_event(subscriber: Subscriber) -> None:
    subscribed(subscriber.url, types=["confirmed"])
    claim = recorded()
    say(claim, events.Rated(verdict="false", explanation="Non.", against=1), by="user:1")
    say(claim, events.Confirmed(rating=2), by="user:2")
    tell()
    assert subscriber.got[0].told["data"]["verdict"] == "false"
