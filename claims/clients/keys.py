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
from django.db import connection
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from claims.access import address
from claims.models import ApiKey

PREFIX = 11  # characters of a key that are kept readable, to tell keys apart
OVERLAP = timedelta(days=1)  # that the secret before a rotation still opens
REMEMBERED = timedelta(seconds=1)  # that a process goes without looking a key up again
MOST = 10_000  # keys that it remembers so
NOTED = timedelta(minutes=10)  # between two notes of a key's last use
# Every request asks this, so that it is written once and not composed each time.
KEY = [field.attname for field in ApiKey._meta.concrete_fields]
USER = [field.attname for field in User._meta.concrete_fields]
COLUMNS = [f'kept."{name}"' for name in KEY] + [f'person."{name}"' for name in USER]
OPENED = f"""
SELECT {", ".join(COLUMNS)} FROM {ApiKey._meta.db_table} AS kept
JOIN {User._meta.db_table} AS person ON person.id = kept.user_id
WHERE (kept.prefix = %(prefix)s
       OR (kept.former_prefix = %(prefix)s AND kept.former_until > %(at)s))
  AND (kept.expires_at IS NULL OR kept.expires_at > %(at)s)
  AND kept.revoked_at IS NULL AND person.is_active
"""  # noqa: S608
# The rows of keys that were used just now, by the digest of their secret.
lately: dict[str, tuple[list[tuple[Any, ...]], datetime]] = {}
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
    lately.clear()
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(
        former_prefix=F("prefix"),
        former_digest=F("digest"),
        former_until=at + OVERLAP,
        prefix=secret[:PREFIX],
        digest=_digest(secret),
    )
    return secret


def revoke(key: ApiKey, *, at: datetime) -> None:
    """From now on the key opens nothing; who has just looked it up hears a second late."""
    lately.clear()
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at)


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer ct_...`."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        key = sent(request._request)
        return (key.user, key) if key else None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="claim-tracker"'


def sent(request: HttpRequest) -> ApiKey | None:
    """The live key that comes with a request, from where it may; None where none does.

    Raises:
        AuthenticationFailed: it opens nothing.
        PermissionDenied: it may not be used from there.
    """
    parts = request.headers.get("Authorization", "").split()
    if not parts or parts[0].lower() != "bearer":
        return None
    if len(parts) != 2:
        raise exceptions.AuthenticationFailed(_("Send the key as: Authorization: Bearer ct_..."))
    now = timezone.now()
    key = opened(parts[1], at=now)
    if key is None:
        raise exceptions.AuthenticationFailed(_("This key is unknown, has expired or was revoked."))
    _check_network(key, request)
    _note(key, now)
    return key


def opened(secret: str, *, at: datetime) -> ApiKey | None:
    """The live key that has this secret, as it was a second ago at most."""
    prefix, digest = secret[:PREFIX], _digest(secret)
    for row in _rows(prefix, digest, at):
        key = ApiKey.from_db("default", KEY, row[: len(KEY)])
        kept = key.digest if key.prefix == prefix else key.former_digest
        if secrets.compare_digest(kept, digest):
            key.user = User.from_db("default", USER, row[len(KEY) :])
            return key
    return None


def _rows(prefix: str, digest: str, at: datetime) -> list[tuple[Any, ...]]:
    """The rows that the secret may be of; a client that asks a hundred times a second has them
    looked up once in that second."""
    found, since = lately.get(digest, ([], at - REMEMBERED))
    if timedelta() <= at - since < REMEMBERED:
        return found
    with connection.cursor() as cursor:
        cursor.execute(OPENED, {"prefix": prefix, "at": at})
        found = list(cursor.fetchall())
    if len(lately) > MOST:
        lately.clear()
    if found:
        lately[digest] = found, at
    return found


def _check_network(key: ApiKey, request: HttpRequest) -> None:
    """Refuse a key that comes from elsewhere than it may."""
    if not key.networks:
        return
    here = address.exact(request)
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
