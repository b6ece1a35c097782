"""The second factor: a code that a phone makes (TOTP, RFC 6238), or one of ten recovery codes.

django-otp keeps the devices and slows guessing down: after the n-th wrong code in a row it takes
none for 2^(n-1) seconds. It has to keep a phone's secret readable, because codes are computed from
it. Recovery codes are handed to it as keyed hashes (HMAC with SECRET_KEY), so that neither the
table alone nor a backup of it opens anything; a new SECRET_KEY makes them void.
"""

import math
import secrets
from base64 import b32encode
from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # without what is mistaken for something else
CODE, ENROLMENT = "code", "enrolment"


class TooSoon(Exception):
    """Too many wrong codes came in a row; `seconds` is how long none is taken."""

    def __init__(self, until: datetime, at: datetime) -> None:
        super().__init__(until)
        self.seconds = max(1, math.ceil((until - at).total_seconds()))


def lacking(user: User | AnonymousUser) -> str:
    """What a person with a password still owes before being let in: CODE, ENROLMENT or nothing."""
    if settings.SECOND_FACTOR == "off" or not user.is_authenticated:
        return ""
    if getattr(user, "otp_device", None) is not None:
        return ""
    if device(user):
        return CODE
    return ENROLMENT if settings.SECOND_FACTOR == "required" else ""


def device(user: User) -> TOTPDevice | None:
    """The phone whose codes count for this person."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("id").first()


def enrolling(user: User) -> TOTPDevice:
    """A secret for a phone that has not shown yet that it knows it."""
    found = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("id").first()
    return found or TOTPDevice.objects.create(user=user, confirmed=False, name="phone")


def secret(phone: TOTPDevice) -> str:
    """The secret as people type it: base32 in groups of four."""
    text = b32encode(phone.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def picture(phone: TOTPDevice) -> str:
    """The QR code for a phone's camera, as an SVG in a data: address."""
    code = segno.make(phone.config_url, error="m")
    return code.svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


def confirm(user: User, code: str, *, at: datetime) -> TOTPDevice | None:
    """The phone that counts from now on, if this is its code.

    Raises:
        TooSoon: wrong codes came too fast.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if device(user):
            return None
        phone = enrolling(user)
        if not _verified(phone, _plain(code), at):
            return None
        phone.confirmed = True
        phone.save(update_fields=["confirmed"])
        return phone


def verified(user: User, code: str, *, at: datetime) -> bool:
    """Is this a code of the person's phone, or a recovery code that was never used?

    Raises:
        TooSoon: wrong codes came too fast.
    """
    code = _plain(code)
    # Six digits are a phone's: recovery codes have ten characters.
    kind: Any = TOTPDevice if len(code) == 6 and code.isdecimal() else StaticDevice
    with transaction.atomic():
        found = kind.objects.filter(user=user, confirmed=True).select_for_update().first()
        if found is None:
            return False
        return _verified(found, code if kind is TOTPDevice else _kept(user, code), at)


def renew(user: User) -> list[str]:
    """New recovery codes, in clear this once; the earlier ones are void."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        keeper, _ = StaticDevice.objects.get_or_create(user=user, name="recovery")
        keeper.token_set.all().delete()
        for code in codes:
            keeper.token_set.create(token=_kept(user, code))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def left(user: User) -> int:
    """How many recovery codes were not used yet."""
    return sum(one.token_set.count() for one in StaticDevice.objects.filter(user=user))


def remove(user: User) -> bool:
    """Forget the person's phone and recovery codes; whether there was a phone."""
    with transaction.atomic():
        phones, _ = TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
    return bool(phones)


def _verified(found: Any, token: str, at: datetime) -> bool:
    allowed, why = found.verify_is_allowed()
    if not allowed:
        raise TooSoon(why["locked_until"], at)
    return bool(found.verify_token(token))


def _plain(code: str) -> str:
    """A code without the spaces and hyphens that make it readable."""
    return code.replace(" ", "").replace("-", "").lower()


def _kept(user: User, code: str) -> str:
    """What is kept of a recovery code: 64 bits of its keyed hash, which is what the table holds."""
    words = f"{user.pk}:{code}"
    return salted_hmac("claims.access.recovery", words, algorithm="sha256").hexdigest()[:16]
