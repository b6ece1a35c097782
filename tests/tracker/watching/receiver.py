"""A server that is told of failures and traces: it reads Sentry's envelopes, OTLP's messages."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Quiet(ThreadingHTTPServer):
    """Threads that nobody waits for, and no words about clients that go away."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@dataclass
class Receiver:
    """Answers 200, or what `status` says, or nothing until it is `released`."""

    status: int = 200
    hangs: bool = False
    held: int = 0
    heads: list[str] = field(default_factory=list)
    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    released: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.take(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def take(self, request: BaseHTTPRequestHandler) -> None:
        """Keep a message and answer as it is set to."""
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.heads.append(f"{request.path}\n{request.headers}")
        self.bodies.append((request.path, body))
        if self.hangs:
            self.held += 1
            self.released.wait()
        request.send_response(self.status)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def close(self) -> None:
        """Let everybody go."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def failures(self) -> list[dict[str, Any]]:
        """The events of all envelopes; an item of any other kind is one too many."""
        return [event for path, body in [*self.bodies] if "envelope" in path for event in _in(body)]

    def resources(self) -> list[dict[str, str]]:
        """What is told of each process that traces."""
        return [_plain(one.resource.attributes) for one in self._traced()]

    def spans(self) -> list[Span]:
        return [
            span
            for process in self._traced()
            for scope in process.scope_spans
            for span in scope.spans
        ]

    def _traced(self) -> Iterator[Any]:
        for path, body in [*self.bodies]:
            if path == "/v1/traces":
                yield from ExportTraceServiceRequest.FromString(body).resource_spans

    def written(self) -> str:
        """All that was sent, as text, in every way in which it could be read."""
        bodies = (body.decode("utf-8", "replace") for _, body in self.bodies)
        return "\n".join([*self.heads, *bodies])


def attributes(span: Span) -> dict[str, str]:
    """What a span tells beside its name."""
    return _plain(span.attributes)


def _plain(pairs: Any) -> dict[str, str]:
    return {one.key: one.value.string_value or str(one.value.int_value) for one in pairs}


def _in(envelope: bytes) -> Iterator[dict[str, Any]]:
    """Sentry's form: lines of JSON, a head for each item with its kind and length."""
    _head, _, rest = envelope.partition(b"\n")
    while rest.strip():
        about, _, rest = rest.partition(b"\n")
        item = json.loads(about)
        assert item["type"] == "event", item
        length = item.get("length", rest.find(b"\n"))
        yield json.loads(rest[:length])
        rest = rest[length + 1 :]
