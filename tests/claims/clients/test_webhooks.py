"""Signatures that any library of Standard Webhooks checks, and secrets that can be replaced."""

from datetime import timedelta

import pytest

from claims.clients import deliveries, webhooks
from claims.ledger import log
from claims.models import Delivery, Story, StoryClaim, Subscription
from tests.claims.build import AT, begins, corroborated, person, recorded, say

pytestmark = pytest.mark.django_db


def subscription(owner: str = "site") -> Subscription:
    url = "https://paper.example/hook"
    return webhooks.subscribe(name="The website", user=person(owner), url=url, at=AT)


def test_a_message_is_signed_as_the_published_example_is() -> None:
    """The example that the libraries of Standard Webhooks test themselves with."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    made = webhooks.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_that_is_replaced_signs_along_for_a_day() -> None:
    made = subscription()
    old = made.secret
    fresh = webhooks.rotate(made, at=AT)
    sent = webhooks.headers(made, "msg_1", b"{}", at=AT + timedelta(hours=23))
    stamp = int(sent["webhook-timestamp"])
    both = {webhooks.sign(one, "msg_1", stamp, b"{}") for one in (fresh, old)}
    assert set(sent["webhook-signature"].split(" ")) == both
    later = webhooks.headers(made, "msg_1", b"{}", at=AT + timedelta(days=1))
    assert " " not in later["webhook-signature"]


def test_every_secret_is_another_one_of_32_bytes() -> None:
    first, second = subscription(), subscription("other")
    assert first.secret != second.secret
    assert first.secret.startswith("whsec_")
    assert len(first.secret) == len("whsec_") + 44


def test_a_subscription_hears_of_what_is_recorded_from_now_on() -> None:
    recorded()
    assert subscription().cursor == log.size() == 1


def test_a_subscription_to_a_story_hears_of_its_claims_and_of_no_others() -> None:
    story = Story.objects.create(name="The election")
    inside, outside = recorded(), recorded(begins(2))
    StoryClaim.objects.create(story=story, claim=inside)
    url = "https://paper.example/hook"
    made = webhooks.subscribe(name="site", user=person("o"), url=url, at=AT, stories=[story.pk])
    for claim in (inside, outside):
        say(claim, corroborated(3))
    assert deliveries.collect(at=AT) == [made.pk]
    assert [row.claim for row in Delivery.objects.all()] == [inside]
    made.refresh_from_db()
    assert made.cursor == log.size()
