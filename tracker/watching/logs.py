"""The server's log: a line for each occurrence, with the ids of what it is about, and no words.

What a line holds is named here: its message, the ids of IDS, the figures of FACTS and, of an
exception, its type and where it was raised. What an exception says may quote a document or a row of
a table; it is kept only where it is known not to. Secrets are blotted out last, whoever wrote them.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from smtplib import SMTPException
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import (
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from kombu.exceptions import KombuError
from redis import RedisError

FORMATS = ("text", "json")
IDS = ("request", "task", "document", "claim", "proposal", "subscription")
FACTS = ("method", "route", "status", "milliseconds")
# Their messages are about programs, files and servers; the first line of each is kept.
TELLING = (
    OSError, NameError, AttributeError, TypeError, ImportError, NotImplementedError,
    RecursionError, MemoryError, ImproperlyConfigured, RedisError, KombuError, httpx.HTTPError,
    # Further lines of PostgreSQL's show the row; a DataError shows it in the first one.
    IntegrityError, InterfaceError, InternalError, OperationalError, ProgrammingError,
)  # fmt: skip
OURS = ("claims", "sources", "workers", "tracker")  # whose exceptions are sentences for people
MOST_FRAMES = 30
LONGEST = 2000  # characters of a message
BLOT = "***"
PLAIN = re.compile(r"[0-9a-f-]{0,36}")  # an id as we make them
SECRET = (
    # API keys, webhooks' secrets, what headers and cookies carry, passwords in addresses.
    (re.compile(r"\b(ct_|whsec_)[\w+/=-]{6,}"), rf"\1{BLOT}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {BLOT}"),
    (re.compile(r"(?i)\b(sessionid|csrf\w*)(\W{1,4})[\w-]{8,}"), rf"\1\2{BLOT}"),
    (re.compile(r"(?<=://)[^\s/@]+@"), f"{BLOT}@"),
    # What stands behind the question mark of an address was typed by somebody, or is a key.
    (re.compile(r"(?<=[\w/])\?[^\s\"'<>]+"), "?…"),
)
_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Whatever is logged meanwhile is about these ids, and no longer about any others."""
    token = _about.set({name: str(value) for name, value in ids.items() if value})
    try:
        yield
    finally:
        _about.reset(token)


def note(**ids: object) -> None:
    """What is logged from here on, until the `about` around it ends, is about these as well."""
    _about.set({**_about.get(), **{name: str(value) for name, value in ids.items() if value}})


def clear() -> None:
    """What is logged from here on is about nothing of what was noted."""
    _about.set({})


def noted(name: str) -> str:
    """The id of that name that lines have now, or nothing."""
    return _about.get().get(name, "")


class Line(logging.Formatter):
    """An occurrence for a person's eyes; an exception's places follow on lines of their own."""

    def format(self, record: logging.LogRecord) -> str:
        said = described(record)
        ids = " ".join(f"{name}={said[name]}" for name in IDS if name in said)
        message = said["message"].replace("\n", "\\n").replace("\r", "\\r")
        line = f"{said['time']} {said['level']} {said['logger']}: {message}"
        places = "".join(f"\n    {place}" for place in said.get("exception", ()))
        return f"{line} [{ids}]{places}" if ids else f"{line}{places}"


class Json(logging.Formatter):
    """An occurrence as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(described(record), ensure_ascii=False)


def described(record: logging.LogRecord) -> dict[str, Any]:
    """All that is told of an occurrence."""
    facts = {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    said: dict[str, Any] = {
        "time": at,
        "level": record.levelname,
        "logger": record.name,
        "message": blotted(_message(record))[:LONGEST],
        **facts,
        **ids(record),
    }
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, BaseException):
        said["exception"] = [blotted(line) for line in _lines(error)]
    return said


def ids(record: logging.LogRecord) -> dict[str, str]:
    """What an occurrence is about."""
    return {name: value for name in IDS if (value := _id(record, name))}


def told(error: BaseException) -> str:
    """An exception's type, and what it says where that cannot be from a document."""
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ != "builtins":
        name = f"{kind.__module__}.{name}"
    if isinstance(error, SMTPException):
        return name  # An OSError, too, but it says to whom the letter was.
    if isinstance(error, TELLING) or kind.__module__.partition(".")[0] in OURS:
        return ": ".join(filter(None, (name, str(error).strip().partition("\n")[0])))
    return name


def blotted(text: str) -> str:
    """The text without what nobody may read in a log."""
    for secret in _secrets():
        text = text.replace(secret, BLOT)
    for pattern, instead in SECRET:
        text = pattern.sub(instead, text)
    return text


def configured(*, level: str, form: str) -> dict[str, Any]:
    """What Django and Celery give to `logging.config.dictConfig`; raises ImproperlyConfigured."""
    if form not in FORMATS:
        raise ImproperlyConfigured(f"LOG_FORMAT is one of: {', '.join(FORMATS)}.")
    through: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": f"tracker.watching.logs.{'Json' if form == 'json' else 'Line'}"}
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": through,
            "django.server": through,
            "gunicorn.error": through,
            # `requests` beside this has a line for each; here come the exceptions only.
            "django.request": {"level": "ERROR"},
            # They write whole addresses, and headers.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
        },
    }


def _id(record: logging.LogRecord, name: str) -> str:
    value = getattr(record, name, None)
    if name == "task" and not value and isinstance(data := getattr(record, "data", None), dict):
        value = data.get("id")  # Celery's, where the task is not running yet
    # Django leaves the request itself on some of its records.
    known = value if isinstance(value, str) else _about.get().get(name, "")
    return known if PLAIN.fullmatch(known) else blotted(known)[:100]


def _message(record: logging.LogRecord) -> str:
    args = record.args
    if isinstance(args, Mapping) and "exc" in args:
        # Celery's, which is the repr of an exception and a traceback with its message.
        error = record.exc_info[1] if record.exc_info else None
        args = {**args, "exc": told(error) if error else "an exception", "traceback": ""}
    elif isinstance(args, tuple):
        args = tuple(told(one) if isinstance(one, BaseException) else one for one in args)
    return (str(record.msg) % args if args else str(record.msg)).strip()


def _lines(error: BaseException) -> Iterator[str]:
    for one in chain(error):
        yield told(one)
        yield from _places(one.__traceback__)


def chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and each that led to it, the first one last."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        context = None if cause.__suppress_context__ else cause.__context__
        cause = cause.__cause__ or context


def _places(trace: Any) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} in {code.co_name}")
        trace = trace.tb_next
    return places[-MOST_FRAMES:]


@cache
def _secrets() -> tuple[str, ...]:
    """The passwords and keys of this process's own settings."""
    connections = [database.get("PASSWORD") for database in settings.DATABASES.values()]
    named = (settings.SECRET_KEY, settings.MODEL_KEY, settings.METRICS_TOKEN)
    mail = settings.EMAIL_HOST_PASSWORD
    values = (*connections, *named, mail, urlsplit(settings.REDIS_URL).password)
    return tuple(value for value in values if value and len(value) >= 8)
