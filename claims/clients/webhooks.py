"""Webhooks by Standard Webhooks 1.0.0: who subscribed to what, and how messages are signed.

A secret is `whsec_` and 32 random bytes in base64. It is shown once and kept as it is, since every
message is signed with it; a new one is used at once, and the one before signs along for a day.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth.models import User

from claims import events
from claims.ledger import log
from claims.models import Delivery, Subscription

RECALL, TEST = "recall", "test"
TYPES = (*events.WORDS, RECALL)
PREFIX = "whsec_"
OVERLAP = timedelta(days=1)  # for which a secret that was replaced signs along


def subscribe(
    *,
    name: str,
    user: User,
    url: str,
    at: datetime,
    types: Sequence[str] = (),
    statuses: Sequence[str] = (),
    claims: Sequence[UUID] = (),
    stories: Sequence[int] = (),
) -> Subscription:
    """A new subscription to what is recorded from now on; its secret is to be shown this once."""
    return Subscription.objects.create(
        name=name,
        user=user,
        url=url,
        types=list(types),
        statuses=list(statuses),
        claims=list(claims),
        stories=list(stories),
        secret=_secret(),
        cursor=log.size(),
        created_at=at,
    )


def change(
    subscription: Subscription,
    *,
    name: str,
    url: str,
    types: Sequence[str],
    statuses: Sequence[str],
    claims: Sequence[UUID],
    stories: Sequence[int],
) -> None:
    """Send somewhere else, or something else, from now on; what waits is sent all the same."""
    Subscription.objects.filter(pk=subscription.pk).update(
        name=name,
        url=url,
        types=list(types),
        statuses=list(statuses),
        claims=list(claims),
        stories=list(stories),
    )


def rotate(subscription: Subscription, *, at: datetime) -> str:
    """A new secret, to be shown this once; the one before signs along for a day."""
    fresh = _secret()
    Subscription.objects.filter(pk=subscription.pk).update(
        old_secret=subscription.secret, old_until=at + OVERLAP, secret=fresh
    )
    subscription.refresh_from_db()
    return fresh


def stop(subscription: Subscription, because: str, *, at: datetime) -> bool:
    """Send nothing more for now, and keep the place in the ledger; False if it was stopped."""
    running = Subscription.objects.filter(pk=subscription.pk, stopped_at=None)
    return bool(running.update(stopped_at=at, stopped_because=because))


def resume(subscription: Subscription, *, at: datetime) -> None:
    """Go on where it was stopped: what was recorded meanwhile is sent, and what waited too."""
    Subscription.objects.filter(pk=subscription.pk).update(
        stopped_at=None, stopped_because="", not_before=None
    )
    waiting = Delivery.objects.filter(subscription=subscription, state="waiting")
    waiting.update(attempts=0, begun_at=None, next_at=at)


def test(subscription: Subscription, *, at: datetime) -> Delivery:
    """A message that says nothing, to see whether one arrives."""
    return Delivery.objects.create(
        subscription=subscription, kind=TEST, message=new_message(), created_at=at, next_at=at
    )


def new_message() -> str:
    """An id for a message, which stays the same however often it is sent."""
    return f"msg_{uuid4().hex}"


def headers(
    subscription: Subscription, message: str, body: bytes, *, at: datetime
) -> dict[str, str]:
    """What says which message this is, of when, and that it is ours."""
    used = [subscription.secret]
    if subscription.old_secret and subscription.old_until and at < subscription.old_until:
        used.append(subscription.old_secret)
    sent_at = int(at.timestamp())
    return {
        "webhook-id": message,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": " ".join(sign(one, message, sent_at, body) for one in used),
    }


def sign(secret: str, message: str, sent_at: int, body: bytes) -> str:
    """The signature of a message that is sent at a second of the Unix clock (v1: HMAC-SHA256)."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message}.{sent_at}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def _secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
