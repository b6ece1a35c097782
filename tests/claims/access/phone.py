"""A phone for tests: it makes the codes that its owner types, and time can pass for it."""

import re
import time
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from claims.access import factor

PASSWORD = "a long pass phrase"
LOGIN = "/admin/login/"
ADMIN = "/admin/"
SECURITY = "/admin/security/"
CODE = f"{SECURITY}code/"


def somebody(name: str = "amina", group: str = "Reviewer", **changes: Any) -> User:
    """A person with a password."""
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True, **changes)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def log_in(name: str = "amina", password: str = PASSWORD, client: Any = None, **extra: Any) -> Any:
    """What the log-in page answers to a name and a password."""
    sent = {"username": name, "password": password}
    return (client or Client()).post(LOGIN, sent, **extra)


def inside(name: str = "amina") -> Client:
    """A browser in which the person has given the password."""
    client = Client()
    assert log_in(name, client=client).status_code == 302
    return client


def code(user: User) -> str:
    """What the phone shows now, half a minute after the last code was used."""
    TOTPDevice.objects.filter(user=user).update(
        last_t=-1, throttling_failure_timestamp=None, throttling_failure_count=0
    )
    return current(TOTPDevice.objects.get(user=user))


def current(phone: TOTPDevice) -> str:
    """What the phone shows at this second."""
    totp = TOTP(phone.bin_key)
    totp.time = time.time()
    return f"{totp.token():06d}"


def enrolled(name: str = "amina", **changes: Any) -> tuple[User, list[str]]:
    """A person with a phone, and with recovery codes."""
    user = somebody(name, **changes)
    TOTPDevice.objects.create(user=user, name="phone", confirmed=True)
    return user, factor.renew(user)


def codes(response: Any) -> list[str]:
    """The recovery codes that the page shows."""
    return re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", response.content.decode())
