"""API keys: shown once, kept as a hash, revocable, each acting as a user of the desk.

A key is `ct_` and 40 random characters, so that a plain SHA-256 keeps it safe: there is no
dictionary to try, and no slow hash on every request. It opens what its scopes name and its user
may do, from its networks, until it expires. Rotated, it has a new secret, and the one before opens
along with it for a day, so that a client changes over without a gap.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from claims.access import address
from claims.models import ApiKey

PREFIX = 11  # characters of a key that are kept readable, to tell keys apart
OVERLAP = timedelta(days=1)  # that the secret before a rotation still opens
NOTED = timedelta(minutes=10)  # between two notes of a key's last use
# When this process last noted the use of a key; it may be forgotten any time.
noted: dict[int, datetime] = {}


def make(
    *,
    name: str,
    user: User,
    at: datetime,
    scopes: Iterable[str] = ("read", "log", "submit"),
    networks: Iterable[str] = (),
    per_minute: int | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key for a client that acts as `user`, and its secret, which is shown this once."""
    secret = _new_secret()
    key = ApiKey.objects.create(
        name=name,
        user=user,
        prefix=secret[:PREFIX],
        digest=_digest(secret),
        scopes=list(scopes),
        networks=[str(ip_network(one, strict=False)) for one in networks],
        per_minute=per_minute,
        created_at=at,
        expires_at=expires_at,
    )
    return key, secret


def rotate(key: ApiKey, *, at: datetime) -> str:
    """A new secret for the key, shown this once; the one before opens along for OVERLAP."""
    secret = _new_secret()
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(
        former_prefix=F("prefix"),
        former_digest=F("digest"),
        former_until=at + OVERLAP,
        prefix=secret[:PREFIX],
        digest=_digest(secret),
    )
    return secret


def revoke(key: ApiKey, *, at: datetime) -> None:
    """From now on the key opens nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at)


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer ct_...`."""

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword:
            return None
        if len(parts) != 2:
            raise exceptions.AuthenticationFailed(
                _("Send the key as: Authorization: Bearer ct_...")
            )
        now = timezone.now()
        key = opened(parts[1].decode("latin-1"), at=now)
        if key is None:
            raise exceptions.AuthenticationFailed(
                _("This key is unknown, has expired or was revoked.")
            )
        _check_network(key, request)
        _note(key, now)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="claim-tracker"'


def opened(secret: str, *, at: datetime) -> ApiKey | None:
    """The live key that has this secret."""
    prefix, digest = secret[:PREFIX], _digest(secret)
    found = ApiKey.objects.select_related("user").filter(
        Q(prefix=prefix) | Q(former_prefix=prefix, former_until__gt=at),
        Q(expires_at=None) | Q(expires_at__gt=at),
        revoked_at=None,
        user__is_active=True,
    )
    for key in found:
        kept = key.digest if key.prefix == prefix else key.former_digest
        if secrets.compare_digest(kept, digest):
            return key
    return None


def _check_network(key: ApiKey, request: Request) -> None:
    """Refuse a key that comes from elsewhere than it may."""
    if not key.networks:
        return
    here = address.exact(request._request)
    if here is None or not any(ip_address(here) in ip_network(one) for one in key.networks):
        told = _("This key may not be used from {address}; ask who keeps the desk's keys.")
        raise exceptions.PermissionDenied(told.format(address=here or "here"))


def _note(key: ApiKey, now: datetime) -> None:
    """Keep that the key was used, without a write for every request."""
    before = max(filter(None, (noted.get(key.pk), key.last_used_at)), default=None)
    if before is None or now - before > NOTED:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        noted[key.pk] = now


def _new_secret() -> str:
    return "ct_" + secrets.token_urlsafe(30)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
