"""Requests and tasks as traces of OpenTelemetry: names, ids and durations, and no words.

A span holds what is named here: the pattern of an address and the status, a task and its queue, the
kind of a statement, the ids that the log has. It holds no address, no header, no SQL and nothing of
an exception but its type. The instrumentation packages of Django, Celery and psycopg are not used,
because they note queries, addresses, statements and messages, all of which would have to be taken
away again. The provider is ours alone: what other packages may want to trace finds none.

A request begins a trace of its own, whatever `traceparent` it brings: whoever asks could otherwise
have every request of theirs recorded, or none, or mix it into the traces of others. A task goes on
with the trace of the request or task that asked for it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from typing import Any

from celery.signals import before_task_publish, task_failure, task_postrun, task_prerun
from django.conf import settings
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.re import parse_env_headers

from tracker.watching import logs, requests, traffic

TIMEOUT = 5  # seconds that the collector may take to answer
FIRST_WORD = re.compile(r"\W*([A-Za-z]+)")
PARENT = TraceContextTextMapPropagator()
_provider: TracerProvider | None = None
_running: dict[str, AbstractContextManager[trace.Span]] = {}  # by the ids of tasks


def begin(version: str) -> None:
    """Trace from here on; spans are sent by a thread that nobody waits for.

    How many are, OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say, which the SDK reads itself.
    """
    global _provider
    about = {"service.name": settings.OTEL_SERVICE_NAME, "service.version": version}
    exporter = OTLPSpanExporter(
        endpoint=f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip('/')}/v1/traces",
        headers=parse_env_headers(settings.OTEL_EXPORTER_OTLP_HEADERS, liberal=True),
        timeout=TIMEOUT,
    )
    _provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    connection_created.connect(_watch)
    before_task_publish.connect(_hand_on)
    task_prerun.connect(_enter)
    task_failure.connect(_fail)
    task_postrun.connect(_leave)


def end(patience: float) -> None:
    """Send what waits, for so many seconds at most."""
    if _provider:
        # It has a patience of its own, of half a minute.
        last = Thread(target=_provider.shutdown, daemon=True)
        last.start()
        last.join(patience)


class Traced:
    """Middleware: a span for each request, the root of a trace."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        method = traffic.method(request.method)
        with _span(method, trace.SpanKind.SERVER, {}, context=Context()) as span:
            response = self.get_response(request)
            route, status = requests.route(request), response.status_code
            span.update_name(f"{method} {route}")
            told = {"http.request.method": method, "http.route": route}
            span.set_attributes({**told, "http.response.status_code": status, **_ids()})
            if status >= 500:
                span.set_status(trace.StatusCode.ERROR)
        return response


def _span(
    name: str,
    kind: trace.SpanKind,
    attributes: Mapping[str, str],
    context: Context | None = None,
) -> AbstractContextManager[trace.Span]:
    """A span that notes nothing by itself of what is raised in it."""
    provider = _provider or trace.NoOpTracerProvider()
    span: AbstractContextManager[trace.Span]
    span = provider.get_tracer("claim-tracker").start_as_current_span(
        name,
        context=context,
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )
    return span


def _ids() -> dict[str, str]:
    noted = {name: logs.noted(name) for name in logs.IDS}
    known = {name: one for name, one in noted.items() if one and logs.PLAIN.fullmatch(one)}
    return {f"claim_tracker.{name}": one for name, one in known.items()}


def _watch(connection: Any, **_given: Any) -> None:
    """Each statement of a new connection is part of what it is made for."""
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _statement)


def _statement(execute: Callable[..., Any], sql: Any, *given: Any) -> Any:
    if not trace.get_current_span().is_recording():
        return execute(sql, *given)
    found = FIRST_WORD.match(sql if isinstance(sql, str) else "")
    word = found[1].upper() if found else "SQL"
    about = {"db.system.name": "postgresql", "db.operation.name": word}
    with _span(word, trace.SpanKind.CLIENT, about) as span, _failing(span):
        return execute(sql, *given)


@contextmanager
def _failing(span: trace.Span) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        _blame(span, error)
        raise


def _blame(span: trace.Span, error: BaseException) -> None:
    span.set_attribute("error.type", type(error).__qualname__)
    span.set_status(trace.StatusCode.ERROR)


def _hand_on(headers: dict[str, Any], **_given: Any) -> None:
    PARENT.inject(headers)


def _enter(task_id: str, task: Any, **_given: Any) -> None:
    sent = task.request.get("traceparent")
    context = PARENT.extract({"traceparent": sent} if sent else {}, context=Context())
    queue = (task.request.delivery_info or {}).get("routing_key") or ""
    about = {"messaging.system": "celery", "messaging.destination.name": queue, **_ids()}
    _running[task_id] = _span(task.name, trace.SpanKind.CONSUMER, about, context=context)
    _running[task_id].__enter__()


def _fail(exception: BaseException, **_given: Any) -> None:
    _blame(trace.get_current_span(), exception)


def _leave(task_id: str, **_given: Any) -> None:
    if entered := _running.pop(task_id, None):
        entered.__exit__(None, None, None)
