"""Sending webhooks: one message after the other to each address, never to an inner network.

A message is made when it is sent, from the ledger, so that what was erased meanwhile is not told.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpcore
import httpx
from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from claims.api.entries import Event
from claims.clients import deliveries, webhooks
from claims.ledger import log
from claims.ledger.entry import timestamp
from claims.models import Delivery, Subscription
from sources import fetch
from sources.connecting import Forbidden, TimeIsUp, Transport

PATIENCE = 15.0  # seconds for a subscriber to answer in
SECONDS = 60.0  # after which no more is begun with: others want to be told too
GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message: the status that came back, or None, and a sentence for people."""

    status: int | None
    said: str
    hung: bool = False

    @property
    def sentence(self) -> str:
        """What was said, without what PostgreSQL cannot keep: a subscriber may answer anything."""
        return "".join(letter for letter in self.said if letter.isprintable())[:300]


def deliver(subscription: int, *, clock: Callable[[], datetime] = timezone.now) -> int:
    """Send what waits for a subscription, for a while; how many messages were sent."""
    until, sent = time.monotonic() + SECONDS, 0
    with deliveries.turn(subscription) as mine:
        for delivery in deliveries.following(subscription, clock) if mine else ():
            _sent(delivery, clock)
            sent += 1
            if time.monotonic() > until:
                break
    return sent


def _sent(delivery: Delivery, clock: Callable[[], datetime]) -> None:
    body = json.dumps(_message(delivery), separators=(",", ":")).encode()
    answer = _posted(delivery, body, clock())
    now = clock()
    if answer.status is not None and 200 <= answer.status < 300:
        deliveries.delivered(delivery, answer.sentence, at=now)
        return
    deliveries.refused(delivery, answer.sentence, hung=answer.hung, at=now)
    if deliveries.give_up(delivery, gone=answer.status == GONE, at=now):
        _tell_owner(Subscription.objects.select_related("user").get(pk=delivery.subscription_id))


def _posted(delivery: Delivery, body: bytes, at: datetime) -> Answer:
    """Send a message; redirects are not followed, and what the answer holds is not read."""
    subscription = delivery.subscription
    headers = {
        "Content-Type": "application/json",
        "User-Agent": fetch.agent(),
        **webhooks.headers(subscription, delivery.message, body, at=at),
    }
    transport = Transport(time.monotonic() + PATIENCE)
    try:
        with (
            httpx.Client(transport=transport, timeout=PATIENCE, trust_env=False) as client,
            client.stream("POST", subscription.url, content=body, headers=headers) as response,
        ):
            said = f"{response.status_code} {response.reason_phrase}".strip()
            return Answer(response.status_code, said)
    except (TimeIsUp, httpx.TimeoutException, httpcore.TimeoutException):
        return Answer(None, f"No answer within {PATIENCE:.0f} seconds.", hung=True)
    except Forbidden as error:
        return Answer(None, str(error))
    except (httpx.HTTPError, httpx.InvalidURL, httpcore.NetworkError) as error:
        return Answer(None, f"It does not answer: {error}.")
    except (httpcore.ProtocolError, ValueError) as error:
        return Answer(None, f"It answers with what is no HTTP: {error}.")


def _message(delivery: Delivery) -> dict[str, Any]:
    """What is told: the event as the feed has it, with the status of its claim after it."""
    kind = delivery.kind
    if delivery.position is None:
        return {"type": kind, "timestamp": timestamp(delivery.created_at), "data": {}}
    (entry,) = log.feed(delivery.position, 1)
    standing = {"status": delivery.status, "verdict": delivery.verdict}
    if kind == webhooks.RECALL:
        about = {"claim": str(delivery.claim), "version": delivery.version, **standing}
        data = {"position": delivery.position, **about, "held": delivery.held}
    else:
        data = Event().to_representation(entry) | standing
    return {"type": f"claim.{kind}", "timestamp": timestamp(entry.recorded_at), "data": data}


def _tell_owner(subscription: Subscription) -> None:
    """Write to the owner that nothing is sent any more; where no mail goes, the admin says so."""
    if not subscription.user.email:
        return
    with translation.override(settings.LANGUAGE_CODE):
        told = _(
            "The webhook “%(name)s” to %(url)s is stopped.\n\n%(why)s\n\n"
            "Nothing is lost: resume it in the admin once the address takes messages again, and it "
            "is told of all that was recorded meanwhile."
        ) % {
            "name": subscription.name,
            "url": subscription.url,
            "why": subscription.stopped_because,
        }
        subject = _("A webhook of yours is stopped: %s") % subscription.name
    send_mail(" ".join(subject.split()), told, None, [subscription.user.email], fail_silently=True)
