"""API keys: shown once, kept as a hash, revocable, each acting as a user of the desk.

A key is `ct_` and 40 random characters, so that a plain SHA-256 keeps it safe: there is no
dictionary to try, and no slow hash on every request.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from claims.models import ApiKey

PREFIX = 11  # characters of a key that are kept readable, to tell keys apart


def make(*, name: str, user: User, at: datetime) -> tuple[ApiKey, str]:
    """A new key for a client that acts as `user`, and its secret, which is shown this once."""
    secret = "ct_" + secrets.token_urlsafe(30)
    key = ApiKey.objects.create(
        name=name,
        user=user,
        prefix=secret[:PREFIX],
        digest=_digest(secret),
        created_at=at,
    )
    return key, secret


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
        secret = parts[1].decode("latin-1")
        found = ApiKey.objects.select_related("user").filter(
            prefix=secret[:PREFIX], revoked_at=None, user__is_active=True
        )
        for key in found:
            if secrets.compare_digest(key.digest, _digest(secret)):
                return key.user, key
        raise exceptions.AuthenticationFailed(_("This key is unknown or was revoked."))

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="claim-tracker"'


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
