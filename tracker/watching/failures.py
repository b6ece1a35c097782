"""Failures for Sentry or GlitchTip: which kind, where in the code, about which ids; no words.

Whatever nobody caught ends as a line of the log with its exception: Django's of a request, Celery's
of a task, gunicorn's and beat's of themselves. So the log is the one door here, and an event is put
together anew from what is named below. What an exception says stays in the house, in the log, under
the same ids: it may quote a document or a row. The SDK's integrations for Django and Celery are not
used, since all that they would add (queries, variables, headers, bodies) is what must not leave.
"""

import logging
import os
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import psycopg
import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from tracker.watching import logs

# Of an event as the SDK makes it: when, how bad, which release where, and its own name.
KEPT = ("event_id", "timestamp", "level", "platform", "release", "environment", "sdk")
NAMED = (AttributeError, ImportError, NameError)  # what was missing is a name in a program


def begin(version: str) -> None:
    """Tell of every failure from here on, in a thread that nobody waits for."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"claim-tracker@{version}",
        environment=settings.SENTRY_ENVIRONMENT,
        before_send=event,
        # Whatever else it may do: look into clients of HTTP and give them headers, keep what
        # happened before, count sessions, measure.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
            AtexitIntegration(callback=lambda pending, timeout: None),
        ],
        auto_session_tracking=False,
        enable_metrics=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        send_client_reports=False,
        spotlight=False,
        trace_propagation_targets=[],
    )


def end(patience: float) -> None:
    """Send what waits, for so many seconds at most, and nothing any more."""
    sentry_sdk.get_client().close(timeout=patience)


def event(made: Any, hint: Any) -> Any:
    """What leaves of what the SDK has made of a line of the log; None where nothing does."""
    record: logging.LogRecord | None = hint.get("log_record")
    if record is None:
        return None
    error = record.exc_info[1] if record.exc_info else None
    ours = record.name.partition(".")[0] in logs.OURS
    if error is None and not ours:
        return None  # Others may write anything: of them only what was raised counts.
    told = {name: made[name] for name in KEPT if name in made}
    told |= {"logger": record.name, "transaction": _where(record)}
    told["tags"] = {
        name: one for name, one in logs.ids(record).items() if logs.PLAIN.fullmatch(one)
    }
    if error is not None:
        told["exception"] = {"values": [_exception(one) for one in reversed([*logs.chain(error)])]}
    if ours:
        told["logentry"] = {"message": str(record.msg)}  # as it is written in the code
    return told


def _exception(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    told: dict[str, Any] = {"type": kind.__qualname__, "module": kind.__module__}
    if code := _code(error):
        told["value"] = code
    if frames := list(_frames(error.__traceback__)):
        told["stacktrace"] = {"frames": frames[-logs.MOST_FRAMES :]}
    return told


def _code(error: BaseException) -> str:
    """What an exception says without words: PostgreSQL's code, the system's, a name of the code."""
    if isinstance(error, psycopg.Error):
        return " ".join(filter(None, (error.sqlstate, error.diag.constraint_name)))
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return os.strerror(error.errno)
    name = error.name if isinstance(error, NAMED) else None
    return name if name and all(part.isidentifier() for part in name.split(".")) else ""


def _frames(trace: TracebackType | None) -> Iterator[dict[str, Any]]:
    while trace is not None:
        code = trace.tb_frame.f_code
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        yield {
            "filename": code.co_filename,
            "function": code.co_name,
            "module": module,
            "lineno": trace.tb_lineno,
            "in_app": module.partition(".")[0] in logs.OURS,
        }
        trace = trace.tb_next


def _where(record: logging.LogRecord) -> str:
    """The pattern of the address or the name of the task, where the line is about one."""
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    data = getattr(record, "data", None)  # Celery's
    task = data.get("name") if isinstance(data, dict) else None
    return str(match.route if match else task or "")
