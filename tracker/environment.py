"""The environment as typed settings; all that is wrong with it is told at once, in sentences.

A setting NAME is the variable NAME or the content of the file that NAME_FILE names, which is how
containers and systemd hand over secrets. An empty variable counts as one that is not set. A value
that cannot be used is noted and its default taken instead, so that one start tells an operator of
every mistake; `refuse` then ends it. No sentence repeats a value: it may be a secret.
"""

import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from tracker import forms

MAKE = "`openssl rand -hex 32` makes a good one"
# What stands in guides until somebody fills it in; no random text of this length holds any of them.
PLACEHOLDERS = ("change", "password", "secret", "example", "insecure", "placeholder", "1234567")
PASSWORD_LENGTH = 16
DIFFERENT = 6  # characters
YEAR = 366 * 24 * 60  # minutes
MAIL_SECONDS = 20  # for each answer of the mail server
REDIS = "redis://127.0.0.1:6379/0"
HERE = {"", "localhost", "127.0.0.1", "::1"}
SAMPLERS = [  # of traces, as the specification of OpenTelemetry names them
    f"{whose}{how}"
    for whose in ("parentbased_", "")
    for how in ("always_on", "always_off", "traceidratio")
]
YES, NO = {"true", "on", "yes", "1"}, {"false", "off", "no", "0"}
KINDS: list[tuple[Any, str]] = [
    (int, "a whole number"),
    (float, "a number"),
    (bool, "true or false"),
]


class Variables(Mapping[str, str]):
    """The variables that are set and not empty, those read from a file among them."""

    def __init__(self, given: Mapping[str, str], wrong: list[str]) -> None:
        self._given, self._wrong = given, wrong

    def __getitem__(self, name: str) -> str:
        value, file = self._given.get(name, ""), self._given.get(f"{name}_FILE", "")
        if value and file:
            self._wrong.append(f"{name} and {name}_FILE are both set: keep one of them.")
        elif file:
            value = self._content(f"{name}_FILE", Path(file))
        if not value:
            raise KeyError(name)
        return value

    def _content(self, name: str, path: Path) -> str:
        try:
            content = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            self._wrong.append(f"{name} names {path}, which cannot be read: {reason}.")
            return ""
        if not content:
            self._wrong.append(f"{name} names {path}, which is empty.")
        return content

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


class Environment(environ.Env):
    """Reads one setting after the other; `names` are those that were asked for."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.names: set[str] = set()
        self.ENVIRON = Variables(given, self.wrong)

    def get_value(
        self, var: str, cast: Any = None, default: Any = None, parse_default: bool = False
    ) -> Any:
        """The setting of that name as `cast`, or its default."""
        self.names.add(var)
        value = self.ENVIRON.get(var)
        if value is None:
            return default
        try:
            if cast is bool and value.lower() not in YES | NO:
                raise ValueError
            return self.parse_value(value, cast)
        except ValueError:
            kind = next((name for one, name in KINDS if one is cast), "as docs/operations.md says")
            self.wrong.append(f"{var} has to be {kind}.")
            return default

    def number(
        self,
        name: str,
        *,
        default: float,
        least: float = 0,
        most: float = float("inf"),
    ) -> Any:
        """A number from `least` to `most`, whole where its default is."""
        value = self.get_value(name, type(default), default)
        if least <= value <= most:
            return value
        upper = "" if most == float("inf") else f" and at most {most:g}"
        self.wrong.append(f"{name} is at least {least:g}{upper}.")
        return default

    def one_of(self, name: str, *choices: str, default: str) -> str:
        """One of a few words."""
        value: str = self.get_value(name, str, default)
        if value in choices:
            return value
        self.wrong.append(f"{name} is one of: {', '.join(choices)}.")
        return default

    def hosts(self, name: str, *, default: list[str]) -> list[str]:
        """Names of hosts, without scheme, port and path."""
        return self._each(name, default, forms.host, "names without https:// and port, as desk.org")

    def origins(self, name: str) -> list[str]:
        """Addresses of sites, each with its scheme and without a path."""
        such = "addresses with https:// and without a path, as https://desk.org"
        return self._each(name, [], forms.origin, such)

    def networks(self, name: str) -> list[str]:
        """Networks, of IPv4 or IPv6."""
        return self._each(name, [], forms.network, "networks that end in zeros, as 10.1.0.0/16")

    def ports(self, name: str, *, default: list[int]) -> list[int]:
        """Ports of TCP."""
        known = [str(port) for port in default]
        return [int(one) for one in self._each(name, known, forms.port, "numbers from 1 to 65535")]

    def zone(self, name: str, *, default: str) -> str:
        """A time zone that this machine knows."""
        value: str = self.get_value(name, str, default)
        if forms.zone(value):
            return value
        self.wrong.append(f"{name} is a time zone, as Europe/Paris.")
        return default

    def _each(
        self, name: str, default: list[str], right: Callable[[str], bool], such: str
    ) -> list[str]:
        values = [one.strip() for one in self.get_value(name, list, default)]
        if all(map(right, values)):
            return values
        self.wrong.append(f"{name} holds {such}, with commas between them.")
        return default

    def secret(self, name: str, *, least: int, needed: bool, strict: bool) -> str:
        """A secret of our own making; a weak one is refused where it is `strict`."""
        value: str = self.get_value(name, str, "")
        if strict and value:
            self._refuse_weak(name, value, least)
        elif needed and not value:
            self.wrong.append(f"{name} is missing: {MAKE}, set it in {name} or {name}_FILE.")
        return value

    def database(self, name: str, *, strict: bool) -> dict[str, Any]:
        """The connection to PostgreSQL that a URL names.

        The password may be a setting of its own: OWNER_DATABASE_PASSWORD for OWNER_DATABASE_URL.
        """
        url = self._address(name, {"postgres", "postgresql"}, strict=strict)
        parts = urlsplit(url)
        if url and not parts.path.strip("/") and "service=" not in parts.query:
            self.wrong.append(f"{name} names no database, as postgres://role@host/tracker does.")
            url = ""
        return dict(self.db_url_config(url or "postgres://localhost/unconfigured"))

    def redis(self, name: str, *, strict: bool) -> str:
        """The address of Redis or Valkey; on another machine it has to ask for a password."""
        url = self._address(name, {"redis", "rediss", "unix"}, strict=strict)
        parts = urlsplit(url)
        if strict and not parts.password and (parts.hostname or "") not in HERE:
            self.wrong.append(
                f"{name} names another machine and no password: whoever reaches it there could put"
                f" work into the queues. Set requirepass there, and {_password_of(name)} here."
            )
        return url or REDIS

    def receiver(self, name: str, *, module: str, extra: str) -> str:
        """The address of a server that is told things by HTTP, and the package that tells it."""
        url: str = self.get_value(name, str, "")
        if url and not _installed(module):
            self.wrong.append(
                f"{name} is set, and the packages for it are not installed: `pip install"
                f" '.[{extra}]'`, or those of the lock by `python3 tracker/lock.py {extra}`"
                " (docs/install.md)."
            )
        return url if not url or self._usable(name, url, {"http", "https"}) else ""

    def dsn(self, name: str) -> str:
        """The address of a project in Sentry or GlitchTip, which holds its key and its number."""
        url = self.receiver(name, module="sentry_sdk", extra="sentry")
        parts = urlsplit(url)
        if url and not (parts.username and parts.path.rpartition("/")[2].isdigit()):
            self.wrong.append(f"{name} is an address such as https://key@sentry.example/1.")
        return url

    def mail(self, name: str) -> dict[str, Any]:
        """Django's settings for the mail server that a URL names; without one mail goes nowhere."""
        url = self.get_value(name, str, "dummymail://")
        try:
            found = dict(self.email_url_config(url))
        except (KeyError, ValueError, ImproperlyConfigured):
            self.wrong.append(f"{name} is an address such as smtp+tls://user:password@host:587.")
            found = dict(self.email_url_config("dummymail://"))
        return {"EMAIL_TIMEOUT": MAIL_SECONDS} | found

    def refuse(self) -> None:
        """Raises ImproperlyConfigured with every mistake that was noted."""
        if self.wrong:
            raise ImproperlyConfigured("\n".join(dict.fromkeys(self.wrong)))

    def refuse_to_start(self) -> None:
        """The same, of a program that ends by it: where in the code it was says nothing to who
        mends a setting, so that no traceback stands above the sentences."""
        if self.wrong:
            sys.tracebacklimit = 0
        self.refuse()

    def _address(self, name: str, schemes: Collection[str], *, strict: bool) -> str:
        url: str = self.get_value(name, str, "")
        password: str = self.get_value(_password_of(name), str, "")
        if not url or not self._usable(name, url, schemes):
            return ""
        parts = urlsplit(url)
        if password and parts.password:
            self.wrong.append(f"{name} and {_password_of(name)} both hold a password: keep one.")
        elif password:
            user, _, host = parts.netloc.rpartition("@")
            place = f"{user.rstrip(':')}:{quote(password, safe='')}@{host}"
            url = urlunsplit(parts._replace(netloc=place))
        if strict and (used := password or unquote(parts.password or "")):
            self._refuse_weak(f"The password of {name}", used, PASSWORD_LENGTH)
        return url

    def _usable(self, name: str, url: str, schemes: Collection[str]) -> bool:
        try:
            parts = urlsplit(url)
            # PostgreSQL takes several hosts in one address, of which this cannot tell the ports.
            usable = parts.scheme in schemes and ("," in parts.netloc or parts.port != 0)
        except ValueError:
            usable = False
        if not usable:
            kinds = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
            self.wrong.append(f"{name} is an address that begins with {kinds}.")
        return usable

    def _refuse_weak(self, what: str, value: str, least: int) -> None:
        guessable = any(word in value.lower() for word in PLACEHOLDERS)
        if guessable or len(value) < least or len(set(value)) < DIFFERENT:
            self.wrong.append(
                f"{what} is weak: it needs {least} characters that nobody can guess; {MAKE}."
            )


def scale(text: str) -> dict[str, list[Any]]:
    """The desk's verdicts from their JSON; ValueError where they are not of the known shape."""
    verdicts = json.loads(text)
    if not isinstance(verdicts, dict) or not verdicts:
        raise ValueError("no verdicts")
    for key, value in verdicts.items():
        (number, *names) = value if isinstance(value, list) else [None]
        worded = len(names) == 2 and all(isinstance(name, str) and name for name in names)
        if not key or not worded or not isinstance(number, int | float | None):
            raise ValueError(key)
    return verdicts


def _installed(module: str) -> bool:
    """Could that be imported? Nothing but the packages that it stands in is."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _password_of(name: str) -> str:
    return name.removesuffix("URL") + "PASSWORD"
